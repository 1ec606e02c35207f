"""Where the files of a repository are on the web, by an address that the user gives."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from vmlint.errors import UsageError
from vmlint.report.untrusted import address

__all__ = ["SourceUrl"]

_PATH, _LINE = "{path}", "{line}"

# What an address holds apart from its two variables: no blank, quote, bracket or backslash (RFC 3986).
_PLAIN = re.compile(r"[\w.~:/?#\[\]@!$&()*+,;=%-]*", re.ASCII)


class SourceUrl:
    """The address of each file, with `{path}` for its path in the repository and `{line}` for a line."""

    def __init__(self, template: str) -> None:
        self.template = template
        self._roots: dict[Path, Path] = {}

    @classmethod
    def of(cls, template: str) -> SourceUrl:
        """Raises UsageError for a template that is not an address of http or https with `{path}`."""
        plain = template.replace(_PATH, "").replace(_LINE, "")
        try:
            parts = urlsplit(plain)
            known = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            known = False
        if not known or not _PLAIN.fullmatch(plain):
            raise UsageError(
                f"`--source-url` must be an address that begins with https:// or http://, not `{template}`"
            )
        if parts.username is not None or parts.password is not None:
            raise UsageError("`--source-url` must not contain a user name or password: the page may be shared")
        if _PATH not in template or not template.lower().startswith(f"{parts.scheme}://{parts.netloc.lower()}/"):
            raise UsageError(f"`--source-url` needs `{{path}}` where the path of a file belongs, not `{template}`")
        return cls(template)

    def of_file(self, file: str) -> str:
        """The address of a file, as findings name it, with `{line}` left as it is.

        "" for a file outside the repository, and for standard input and catalogs.
        """
        full = Path(os.path.abspath(file))  # noqa: PTH100 - a link is a file of its own
        if not full.is_file():
            return ""
        path = os.path.relpath(full, self._root(full.parent)).replace(os.sep, "/")
        if path == ".." or path.startswith("../"):
            return ""
        return self.template.replace(_PATH, address(path))

    def _root(self, folder: Path) -> Path:
        """The top of the git repository around a folder, else the working directory."""
        if folder not in self._roots:
            if (folder / ".git").exists():
                self._roots[folder] = folder
            else:
                self._roots[folder] = Path.cwd() if folder.parent == folder else self._root(folder.parent)
        return self._roots[folder]
