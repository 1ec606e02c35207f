"""Where text leaves the program: standard output, standard error and files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

from vmlint.errors import UsageError

__all__ = [
    "check_writable",
    "encoding",
    "is_terminal",
    "say",
    "uses_color",
    "uses_links",
    "width",
    "write",
    "write_file",
]


def write(text: str) -> None:
    """Writes to standard output. A reader that has gone away, as in `… | head`, wants no more: that is no error.

    UsageError where it can't be written, as on a full disk.
    """
    if error := _put(sys.stdout, text):
        raise UsageError(f"can't write to standard output: {error.strerror or error}")


def say(text: str) -> None:
    """Writes lines for the person at the keyboard to standard error, if there is anybody to hear them.

    What they quote, of a configuration say, may come from anybody, and acts on no terminal and no build log.
    """
    _put(sys.stderr, "".join(f"{_harmless(line)}\n" for line in text.split("\n")))


def _harmless(line: str) -> str:
    if not (line.isprintable() and "##" not in line):
        from vmlint.report.untrusted import visible

        line = visible(line)
    # GitHub obeys a line of a log whose first word begins so.
    return line.replace(":", r"\x3a", 1) if line.lstrip().startswith("::") else line


def _put(stream: TextIO | None, text: str) -> OSError | None:
    """The error that kept the text from being written; none where nobody wants it."""
    if stream is None:  # closed by the caller of the program
        return None
    try:
        stream.write(_encodable(text, stream))
        stream.flush()
    except OSError as error:
        # The interpreter flushes once more when it ends: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return None if isinstance(error, BrokenPipeError) else error
    return None


def _encodable(text: str, stream: TextIO) -> str:
    """The text with escapes for what the stream's encoding lacks, such as a file name that is no UTF-8."""
    name = encoding(stream)
    return text.encode(name, "backslashreplace").decode(name)


def encoding(stream: TextIO | None) -> str:
    return getattr(stream, "encoding", None) or "utf-8"


def check_writable(file: str) -> None:
    """UsageError where a report could not be written to the file: better reported before a long run than after."""
    from vmlint.source.write import check_place

    path = Path(file)
    if not file:
        raise UsageError("can't write a report to a file without a name")
    check_place(file)
    if path.is_dir():
        raise UsageError(f"can't write `{file}`: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"can't write `{file}`: the folder `{path.parent}` does not exist; create it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise UsageError(f"can't write `{file}`: permission denied")


def write_file(file: str, text: str) -> None:
    """Writes a report to a file, as UTF-8, at once. UsageError where that fails: the file is then as it was."""
    from vmlint.source.write import replace_file

    replace_file(file, text.encode("utf-8", "backslashreplace"))


def is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def uses_color(when: str, stream: TextIO | None) -> bool:
    """Whether to colour: `always`, `never`, or `auto`: on a terminal that can, unless NO_COLOR is set."""
    if when != "auto":
        return when == "always"
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def uses_links(when: str, stream: TextIO | None) -> bool:
    """Whether to write hyperlinks: on a terminal that shows them, where `when` (see `uses_color`) is not `never`.

    Terminals don't answer that question, so they are known by the variables that they set. FORCE_HYPERLINK, which many
    programs read, decides for all others: 1 for links, 0 for none.
    """
    if when == "never" or not is_terminal(stream) or os.environ.get("TERM") == "dumb":
        return False
    if forced := os.environ.get("FORCE_HYPERLINK"):
        return forced != "0"
    return (
        _number(os.environ.get("VTE_VERSION")) >= _VTE
        or any(os.environ.get(name) for name in _SET_BY_TERMINALS)
        or os.environ.get("TERM_PROGRAM") in _TERMINALS
        or os.environ.get("TERM") in _TERMS
    )


_VTE = 5000
"""The release of VTE, the widget of GNOME's terminals, that shows links and survives them: 0.50.0."""

_SET_BY_TERMINALS = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR")
_TERMINALS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "zed", "Hyper", "Tabby")
_TERMS = ("xterm-kitty", "alacritty", "foot", "xterm-ghostty")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def width(stream: TextIO | None) -> int | None:
    """The columns of the terminal; None where the text goes to a file or a pipe."""
    if not is_terminal(stream):
        return None
    import shutil

    return shutil.get_terminal_size().columns
