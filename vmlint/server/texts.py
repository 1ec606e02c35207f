"""The texts of a folder's files as the editor shows them, and where the lines that were analysed are in them."""

from __future__ import annotations

from lsprotocol import types

from vmlint.server.positions import Encoding, Text
from vmlint.server.session import Folder
from vmlint.server.standin import Shift

__all__ = ["Texts"]


class Texts:
    """The texts of a folder at one moment, by their names in findings; each is split into lines once."""

    def __init__(self, folder: Folder, encoding: Encoding = types.PositionEncodingKind.Utf16) -> None:
        self.folder = folder
        self.encoding = encoding
        self._known: dict[str, Text | None] = {}

    def __call__(self, name: str) -> Text | None:
        """The text of a file; None for one that is not there."""
        if name not in self._known:
            content = self.folder.text(name)
            self._known[name] = None if content is None else Text(content, self.encoding)
        return self._known[name]

    def shift(self, name: str) -> Shift | None:
        """Where the lines that were analysed are in the text; None where they are the same."""
        analysed = self.folder.analysed(name)
        return analysed.shift if analysed is not None else None

    def is_broken(self, name: str) -> bool:
        """Whether a document of the text can't be read."""
        analysed = self.folder.analysed(name)
        return analysed is not None and analysed.broken

    def line(self, name: str, line: int) -> int | None:
        """The line of the text for one that was analysed; None where it has changed since."""
        shift = self.shift(name)
        return line if shift is None else shift.line(line)
