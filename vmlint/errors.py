"""What vmlint raises at its callers.

VmlintError
├── UsageError            a command line that can't be carried out (exit 2)
├── ConfigError           every mistake of a configuration at once (exit 2)
│   ├── AuditFileError    every mistake of an audit file at once (exit 2)
│   └── PackError         every mistake of the packs of rules at once (exit 2)
└── NothingToRead         no file under the given paths can hold manifests (exit 3)

A file or document that can't be read is never an exception: it is a finding, so that the rest of the run goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["AuditFileError", "ConfigError", "NothingToRead", "PackError", "UsageError", "VmlintError", "described"]

_MOST_SHOWN = 300
"""The characters that are shown of an error: its text may hold a whole manifest."""


class VmlintError(Exception):
    """The root: its text is one line for a person, with what to do."""


class UsageError(VmlintError):
    """An option, a path or an argument is invalid."""


class ConfigError(VmlintError):
    """All mistakes of one configuration file; each already names its line. `of` is what they are in."""

    of = "the configuration"

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


class AuditFileError(ConfigError):
    """All mistakes of an audit file."""

    of = "the audit file"


class PackError(ConfigError):
    """All mistakes of the packs of rules that a run is to use; each already names the pack, and its line if there is
    one. Exceptions of a pack's own code are the cause."""

    of = "the packs of rules"


class NothingToRead(VmlintError):  # noqa: N818 - reads as the fact that it is
    """No manifest file under the given paths."""


def described(error: BaseException) -> str:
    """The error, and the file and line that raised it."""
    import traceback
    from pathlib import Path

    said = str(error)
    shown = said if len(said) <= _MOST_SHOWN else said[:_MOST_SHOWN] + "…"
    name = f"{type(error).__name__}: {shown}" if shown else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    return f"{name} at {'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}" if frames else name
