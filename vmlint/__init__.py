"""vmlint reports what KubeVirt and CDI would do with a repository's manifests, before anybody applies them.

import vmlint
report = vmlint.check(["manifests/"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmlint.api import check, diff
    from vmlint.config.config import Config
    from vmlint.errors import ConfigError, NothingToRead, PackError, UsageError, VmlintError
    from vmlint.explain.expand import Expanded, claims, expand
    from vmlint.findings.finding import Finding, Report
    from vmlint.impact.model import Impact, ObjectChange, Verdict
    from vmlint.rule import Effect, Fix, Level

    __version__: str

__all__ = [
    "Config",
    "ConfigError",
    "Effect",
    "Expanded",
    "Finding",
    "Fix",
    "Impact",
    "Level",
    "NothingToRead",
    "ObjectChange",
    "PackError",
    "Report",
    "UsageError",
    "Verdict",
    "VmlintError",
    "__version__",
    "check",
    "claims",
    "diff",
    "expand",
]

_HOMES = {
    "vmlint.api": ("check", "diff"),
    "vmlint.config.config": ("Config",),
    "vmlint.errors": ("ConfigError", "NothingToRead", "PackError", "UsageError", "VmlintError"),
    "vmlint.explain.expand": ("Expanded", "claims", "expand"),
    "vmlint.findings.finding": ("Finding", "Report"),
    "vmlint.impact.model": ("Impact", "ObjectChange", "Verdict"),
    "vmlint.rule": ("Effect", "Fix", "Level"),
}


def __getattr__(name: str) -> Any:
    """The public names are imported when they are first used: `vmlint --version` needs none of them."""
    if name == "__version__":
        from vmlint.version import VERSION

        return VERSION
    for home, names in _HOMES.items():
        if name in names:
            from importlib import import_module

            return getattr(import_module(home), name)
    raise AttributeError(f"module `vmlint` has no `{name}`")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
