"""Where the repositories of a source are, what they are called, and where a forge shows their files."""

from __future__ import annotations

import glob
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from vmlint.record import Record
from vmlint.source.authored import At
from vmlint.source.program import installed

__all__ = ["FORGES", "Place", "link_of", "places", "scrubbed"]

FORGES: Mapping[str, str] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "codeberg.org": "gitea",
    "bitbucket.org": "bitbucket",
}
"""The hosts of which it is known how they show files."""

_LINKS: Mapping[str, str] = {
    "github": "https://{host}/{name}/blob/{{commit}}/{{path}}#L{{line}}",
    "gitlab": "https://{host}/{name}/-/blob/{{commit}}/{{path}}#L{{line}}",
    "gitea": "https://{host}/{name}/src/commit/{{commit}}/{{path}}#L{{line}}",
    "bitbucket": "https://{host}/{name}/src/{{commit}}/{{path}}#lines-{{line}}",
}
_ENDINGS = (".git", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_WILD = re.compile(r"[*?[]")
_SCHEME = re.compile(r"(?P<scheme>[a-z]+)://(?:(?P<user>[^/@]*)@)?(?P<host>[^/:@]*)(?::\d+)?/(?P<path>.+)", re.ASCII)
_SCP = re.compile(r"(?:(?P<user>[\w.-]+)@)?(?P<host>[\w.-]+):(?P<path>[^:]+)", re.ASCII)
_USER = re.compile(r"(?<=://)\S*@")
"""What is before the last `@` of an address: a password may hold any character."""
_NEVER = re.compile(r"[\s?#]")
"""What no address of a repository has: a query may be a token, and would be part of the name."""


class Place(Record):
    """A repository: its name in the audit, and its absolute path or URL."""

    name: str
    location: str


def places(kind: str, patterns: Sequence[str], at: At, protocols: Sequence[str]) -> list[Place]:
    """The repositories that the patterns of a source mean, each once, in the order of their names.

    What is wrong with a pattern is reported.
    """
    found: dict[str, Place] = {}
    for pattern in patterns:
        matches = [_fetched(pattern, at, protocols)] if kind == "url" else _matches(kind, pattern, at)
        for place in matches:
            if place is not None:
                found[place.location] = place
    return sorted(found.values())


def _matches(kind: str, pattern: str, at: At) -> list[Place]:
    full = os.path.join(os.path.abspath(at.folder), os.path.expanduser(pattern))  # noqa: PTH100, PTH111, PTH118
    full = os.path.normpath(full)
    wild = _WILD.search(pattern) is not None and not Path(full).exists()
    matches = sorted(glob.glob(full)) if wild else [full]  # noqa: PTH207 - Path.glob takes no absolute pattern
    wanted = [match for match in matches if _fits(kind, Path(match))]
    if not wanted:
        what = {"archive": "tar archive", "mirror": "bare repository"}.get(kind, kind)
        at.report(f"`{pattern}` matches no {what} in `{os.path.relpath(at.folder)}`")
    return [Place(_name(match, full if wild else ""), match) for match in wanted]


def _fits(kind: str, path: Path) -> bool:
    if kind == "archive":
        return path.is_file()
    if kind == "clone":
        return (path / ".git").exists()
    if kind == "mirror":
        return (path / "HEAD").is_file() and (path / "objects").is_dir()
    return path.is_dir()


def _name(path: str, pattern: str) -> str:
    """What the wildcards of the pattern stand for, from the first to the last part with one; else the last part."""
    parts = Path(path).parts
    wild = [index for index, part in enumerate(Path(pattern).parts) if _WILD.search(part)]
    named = parts[wild[0] : wild[-1] + 1] if wild else parts[-1:]
    return _bare("/".join(named))


def _bare(name: str) -> str:
    return next((name.removesuffix(end) for end in sorted(_ENDINGS, key=len, reverse=True) if name.endswith(end)), name)


def _fetched(url: str, at: At, protocols: Sequence[str]) -> Place | None:
    """The repository of a URL, None for one that an audit does not fetch."""
    address = _SCHEME.fullmatch(url)
    scheme = address["scheme"] if address else "ssh"
    address = address or _SCP.fullmatch(url)
    local = re.fullmatch(r"file:///(?P<path>.+)", url)
    if local and "file" in protocols:
        return Place(_bare(local["path"].rstrip("/").rpartition("/")[2]), url)
    shown = _without_secrets(url)
    if address is None or url.startswith("-") or local or _NEVER.search(url) or "@" in address["path"]:
        at.report(f"`{shown}` is not a URL that an audit fetches: write `https://host/path.git`")
        return None
    if scheme not in protocols:
        at.report(f"`{shown}` uses {scheme}: the source allows {', '.join(protocols)}; see `protocols`")
        return None
    user = address["user"] or ""
    if user and (scheme != "ssh" or ":" in user):
        at.report(f"`{shown}` contains credentials: leave them to git's credential helper")
        return None
    return Place(_bare(address["path"].strip("/")), url)


def _without_secrets(url: str) -> str:
    """A URL that may be wrong, without what is before its last `@`, and without its query: tokens are there."""
    scheme, slashes, _ = url.rpartition("://")
    front, at, host = url.partition("?")[0].rpartition("@")
    return f"{scheme}{slashes}{host}" if at and front.startswith(f"{scheme}{slashes}") else f"{front}{host}"


def scrubbed(text: str) -> str:
    """The text without the credentials of the URLs in it."""
    return _USER.sub("", text)


# Links


def link_of(kind: str, location: str, forges: Mapping[str, str]) -> str:
    """The address at which the forge shows a file, with `{commit}`, `{path}` and `{line}` in it; "" where no forge is
    known."""
    url = location if kind == "url" else _origin(kind, location)
    address = _SCHEME.fullmatch(url) or _SCP.fullmatch(url)
    if address is None or (forge := forges.get(address["host"])) is None:
        return ""
    return _LINKS[forge].format(host=address["host"], name=_bare(address["path"].strip("/")))


def _origin(kind: str, location: str) -> str:
    """The URL of a clone's or mirror's remote `origin`, "" where it has none. Only that value is read of its
    configuration."""
    if kind not in ("clone", "mirror") or (git := installed("git")) is None:
        return ""
    file = Path(location, "config") if kind == "mirror" else Path(location, ".git", "config")
    if not file.is_file():
        return ""
    words = [git, "config", "--no-includes", "--file", str(file), "--get", "remote.origin.url"]
    done = subprocess.run(words, capture_output=True, check=False, timeout=60)
    return done.stdout.decode("utf-8", "replace").strip()
