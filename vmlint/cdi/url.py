"""URLs as CDI reads them, which means as Go does: neither stricter nor laxer.

Source: Go `net/url` (Parse, ParseRequestURI), called by CDI `pkg/apiserver/webhooks/util.go`.
"""

from __future__ import annotations

import re

from vmlint.runtime.pattern import late

__all__ = ["registry_scheme", "request_scheme"]

_CONTROL = late(r"[\x00-\x1f\x7f]")
_SCHEME = late(r"([A-Za-z][A-Za-z0-9+.-]*+):(.*)", re.DOTALL)
_BAD_ESCAPE = late(r"%(?![0-9A-Fa-f]{2})")
_USER = late(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = late(r"(:[0-9]*)?")
# A host may hold any byte beyond ASCII, and escapes of those alone.
_HOST = late(r"([A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>\"]|[^\x00-\x7f]|%[89A-Fa-f][0-9A-Fa-f]|%25)*")


def request_scheme(url: str) -> str | None:
    """The scheme of an absolute URL in lower case ("" for a bare path), None for what is no URL."""
    return _scheme(url, absolute=True)


def registry_scheme(url: str) -> str | None:
    """The scheme of a URL or relative reference in lower case, None for what can't be parsed."""
    base, _, fragment = url.partition("#")
    return None if _BAD_ESCAPE.search(fragment) else _scheme(base, absolute=False)


def _scheme(url: str, *, absolute: bool) -> str | None:
    if _CONTROL.search(url) or (absolute and not url) or url.startswith(":"):
        return None
    if url == "*":
        return ""
    found = _SCHEME.fullmatch(url)
    scheme, rest = (found[1].lower(), found[2]) if found else ("", url)
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return scheme
        if absolute or ":" in rest.partition("/")[0]:
            return None
    if rest.startswith("//") and (scheme or (not absolute and not rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        if not _is_authority(authority):
            return None
        rest = slash + path
    return None if _BAD_ESCAPE.search(rest) else scheme


def _is_authority(authority: str) -> bool:
    user, _, host = authority.rpartition("@")
    if not _USER.fullmatch(user) or _BAD_ESCAPE.search(user):
        return False
    if host.startswith("["):
        name, bracket, port = host.rpartition("]")
        # The zone of an address may escape any byte.
        return (
            bracket == "]"
            and _PORT.fullmatch(port) is not None
            and _HOST.fullmatch(name.partition("%25")[0]) is not None
        )
    name, colon, port = host.rpartition(":")
    if colon and not _PORT.fullmatch(colon + port):
        return False
    return _HOST.fullmatch(host) is not None and not _BAD_ESCAPE.search(host)
