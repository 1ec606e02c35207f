"""The audit file: which repositories, with which settings, labels and limits.

Relative paths in it start at its folder. Every mistake is reported at once, with its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vmlint import registry
from vmlint.audit.places import FORGES, Place, link_of, places
from vmlint.audit.task import Limits, Task
from vmlint.config.names import naming
from vmlint.config.settings import SETTINGS
from vmlint.errors import AuditFileError, PackError
from vmlint.kubevirt.releases import RELEASES, Release
from vmlint.model.spelling import nearest
from vmlint.packs.files import DATA
from vmlint.source.authored import At, read_yaml, wrong

__all__ = ["Audit", "read"]

_MOST_BYTES = 2**20
_PATHS = ("context", "crds", "rules")
"""The settings that name files of the audit."""
_NOT_HERE = {
    "paths": "write `paths` in the source",
    "target": "write `target` in the source",
    "render": "an audit starts no program of others",
    "baseline": "a baseline belongs to a repository: its own configuration names it",
    "fail-on": "an audit reports, and does not fail for findings",
    "strict": "an audit reports, and does not fail for findings",
}
_SOURCES = {"folders": "folder", "clones": "clone", "mirrors": "mirror", "archives": "archive", "urls": "url"}
_UNITS = {"s": 1, "m": 60, "h": 3600}
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit file asks for: a task for each repository, in the order of their names."""

    file: str
    tasks: tuple[Task, ...] = field(default_factory=tuple)
    keep_runs: int = 0
    """How many runs are kept, 0 for all."""


def read(file: Path) -> Audit:
    """The audit that a file describes. AuditFileError with every mistake, each with file and line."""
    shown = os.path.relpath(file)
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AuditFileError([f"{shown}: not UTF-8: {error.reason}"]) from error
    except OSError as error:
        raise AuditFileError([f"{shown}: can't be read: {error.strerror or error}"]) from error
    if len(content) > _MOST_BYTES:
        raise AuditFileError([f"{shown}: an audit file has at most {_MOST_BYTES:,} bytes"])
    written = read_yaml(shown, text, "an audit file")
    at = At(folder=file.parent)
    audit = _audit(written.data, at, shown)
    if mistakes := written.messages(shown, at.mistakes):
        raise AuditFileError(mistakes)
    return audit


def _audit(data: Any, at: At, shown: str) -> Audit:
    entries = _entries(data, at, _TOP, "an audit file")
    if "sources" not in entries and not at.mistakes:
        at.report('`sources` is missing: write `sources: [{clones: "clones/*"}]`')
    common = _Common(
        settings=_settings(entries.get("settings", {}), at / "settings"),
        target=entries.get("target"),
        upgrades=entries.get("upgrades", ()),
        labels=entries.get("labels", {}),
        limits=entries.get("limits", Limits()),
        forges={**FORGES, **entries.get("forges", {})},
    )
    tasks: dict[str, Task] = {}
    for index, source in enumerate(entries.get("sources", ())):
        for task in _tasks(source, at / "sources" / index, common):
            if task.name in tasks:
                (at / "sources" / index).report(
                    f"two repositories are named `{task.name}`: add `prefix: other/` to one of the sources"
                )
            tasks[task.name] = task
    return Audit(shown, tuple(tasks[name] for name in sorted(tasks)), entries.get("keep-runs", 0))


@dataclass(frozen=True, slots=True)
class _Common:
    """What applies to every source that does not have its own."""

    settings: tuple[Mapping[str, Any], Mapping[str, str]]
    target: str | None
    upgrades: tuple[tuple[str, str], ...]
    labels: Mapping[str, str]
    limits: Limits
    forges: Mapping[str, str]


def _tasks(data: Any, at: At, common: _Common) -> Iterator[Task]:
    before = len(at.mistakes)
    entries = _entries(data, at, _SOURCE, "a source")
    named = [key for key in _SOURCES if key in entries]
    if len(named) != 1:
        if len(at.mistakes) == before:
            at.report(f"a source has one of {', '.join(_SOURCES)}, not {len(named)}")
        return
    kind = _SOURCES[named[0]]
    for key in _ONLY:
        if key in entries and kind not in _ONLY[key]:
            (at / key).report(f"`{key}` applies to {' and '.join(_ONLY[key])} only", key=True)
    settings, given = common.settings
    if "settings" in entries:
        own, more = _settings(entries["settings"], at / "settings")
        settings, given = {**settings, **own}, {**given, **more}
    target = entries.get("target", common.target)
    if target:
        settings = {**settings, "target_kubevirt": target}
    protocols = entries.get("protocols", Task("", "", "").protocols)
    found = places(kind, entries[named[0]], at / named[0], protocols)
    for place in found:
        yield Task(
            name=_named(entries.get("prefix", "") + place.name, at),
            kind=kind,
            location=place.location,
            revision=entries.get("revision", ""),
            paths=entries.get("paths", ()),
            labels={**common.labels, **entries.get("labels", {})},
            settings=settings,
            given=given,
            upgrades=entries.get("upgrades", common.upgrades),
            strip=entries.get("strip-components", 0),
            protocols=protocols,
            link=_link(entries.get("link", ""), place, kind, common),
            limits=entries.get("limits", common.limits),
        )


def _named(name: str, at: At) -> str:
    if not _NAME.fullmatch(name):
        at.report(f"`{name!r}` is not a valid name of a repository: use 1 to 200 printable characters")
    return name


def _link(written: str, place: Place, kind: str, common: _Common) -> str:
    return written.replace("{name}", place.name) if written else link_of(kind, place.location, common.forges)


# Readers: each gives the value as it is used, or reports what is wrong and gives something harmless.

_Reader = Callable[[Any, At], Any]


def _entries(data: Any, at: At, readers: Mapping[str, _Reader], what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        at.report(f"{what} must be a mapping: write `key: value` lines")
        return {}
    found = {}
    for key, value in data.items():
        if (reader := readers.get(key)) is not None:
            found[key] = reader(value, at / key)
        else:
            hint = nearest(str(key), list(readers)) or f": the keys are {', '.join(readers)}"
            (at / str(key)).report(f"unknown key `{key}` in {what}{hint}", key=True)
    return found


def _texts(example: str) -> _Reader:
    def read(value: Any, at: At) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(text, str) and text.strip() for text in listed):
            wrong(at, "a text or a list of texts", example, value)
            return ()
        return tuple(listed)

    return read


def _text(example: str) -> _Reader:
    def read(value: Any, at: At) -> str:
        if isinstance(value, str):
            return value
        wrong(at, "a text", example, value)
        return ""

    return read


def _revision(value: Any, at: At) -> str:
    if isinstance(value, str) and re.fullmatch(r"[\w./@^~{}-]{1,200}", value) and not value.startswith("-"):
        return value
    at.report("`revision` must be a branch, a tag or a commit: write `revision: main`")
    return ""


def _inside(value: Any, at: At) -> tuple[str, ...]:
    """Paths within a repository."""
    found: tuple[str, ...] = _texts("paths: [manifests/]")(value, at)
    for text in found:
        parts = text.replace("\\", "/").split("/")
        if text.startswith(("/", "-")) or ".." in parts:
            at.report(f"`{text}` must be a path within the repository, such as `manifests/`")
    return found


def _labels(value: Any, at: At) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair):
        return dict(value)
    wrong(at, "a mapping of texts", "labels: {team: payments}", value)
    return {}


def _number(least: int, most: int) -> _Reader:
    def read(value: Any, at: At) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        at.report(f"`{at.name}` must be a whole number from {least} to {most:,}")
        return least

    return read


def _duration(value: Any, at: At) -> int:
    found = re.fullmatch(r"(\d{1,6})([smh]?)", str(value))
    if found and not isinstance(value, bool) and (seconds := int(found[1]) * _UNITS[found[2] or "s"]):
        return seconds
    at.report(f"`{at.name}` must be a duration above zero, such as `10m`")
    return Limits().timeout


def _size(value: Any, at: At) -> int:
    from vmlint.model.quantity import Quantity

    size = None if isinstance(value, bool) else Quantity.try_parse(value)
    if size is not None and size.value() > 0:
        return size.value()
    at.report(f"`{at.name}` must be a size above zero, such as `4Gi`")
    return Limits().memory


def _limits(value: Any, at: At) -> Limits:
    return replace(Limits(), **_entries(value, at, _LIMITS, "`limits`"))


def _release(value: Any, at: At) -> str | None:
    release = Release.parse(value) if isinstance(value, str) else None
    if release is not None and (value == "main" or release[:2] in RELEASES):
        return str(release) if value == "main" else f"{release.major}.{release.minor}"
    at.report(f'`{value}` is not a release of KubeVirt that vmlint knows: write it in quotes, as `"1.8"`')
    return None


def _upgrades(value: Any, at: At) -> tuple[tuple[str, str], ...]:
    found = []
    for text in _texts('upgrades: ["1.7..1.9"]')(value, at):
        before, dots, after = text.partition("..")
        releases = (_release(before, at), _release(after, at)) if dots else (None, None)
        if not dots:
            at.report(f"`{text}` must name two releases, such as `1.7..1.9`")
        if releases[0] and releases[1]:
            found.append((releases[0], releases[1]))
    return tuple(found)


def _forges(value: Any, at: At) -> dict[str, str]:
    found = _labels(value, at)
    known = sorted(set(FORGES.values()))
    for host, forge in found.items():
        if forge not in known:
            (at / host).report(f"`{forge}` is not a forge that vmlint knows: write one of {', '.join(known)}")
    return found


def _link_template(value: Any, at: At) -> str:
    template: str = _text("link: https://git.example.com/{name}/blob/{commit}/{path}#L{line}")(value, at)
    if template and not (template.startswith("https://") and "{path}" in template):
        at.report("`link` must be an https address with `{path}`: `https://…/{name}/blob/{commit}/{path}#L{line}`")
    return template


def _protocols(value: Any, at: At) -> tuple[str, ...]:
    found: tuple[str, ...] = _texts("protocols: [https, ssh]")(value, at)
    for name in found:
        if name not in ("https", "ssh", "http", "git", "file"):
            at.report(f"`{name}` is not a protocol that an audit fetches by: use https, ssh, http, git or file")
    return found


def _settings(value: Any, at: At) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings by the names of `Config`, and the files of the audit that they name."""
    if not isinstance(value, dict):
        wrong(at, "a mapping", "settings: {closed-world: true}", value)
        return {}, {}
    known = {setting.key: setting for setting in SETTINGS if setting.key not in _NOT_HERE}
    given: dict[str, str] = {}
    found: dict[str, Any] = {}
    checked = At(folder=at.folder, path=at.path, mistakes=at.mistakes, unknown_name=_names(value, at))
    for key, entry in value.items():
        if key in _NOT_HERE:
            (at / key).report(f"`{key}` is not a setting of an audit: {_NOT_HERE[key]}", key=True)
        elif (setting := known.get(key)) is None:
            (at / str(key)).report(f"unknown setting `{key}`{nearest(str(key), list(known))}", key=True)
        elif key in _PATHS:
            found[setting.field] = _given(entry, at / key, given)
        else:
            setting.shape.read(entry, checked / key)
            found[setting.field] = entry
    return found, given


def _names(value: Mapping[str, Any], at: At) -> Callable[[str], str] | None:
    """What is wrong with the name of a rule, as far as the rules can be read."""
    packs = value.get("rules", ())
    try:
        named = [str(at.folder / pack) for pack in packs] if isinstance(packs, list) else []
        data = [pack for pack in named if pack.endswith(DATA)]
        return naming(registry.known(data, plugins=False)) if len(data) == len(named) else None
    except (PackError, TypeError):
        return None  # the worker reports them with their lines


def _given(value: Any, at: At, given: dict[str, str]) -> list[str]:
    """The paths of a setting, as a task sees them: each file or folder is linked beside the checkout."""
    found = []
    for text in _texts(f"{at.name}: [cluster/]")(value, at):
        path = Path(os.path.abspath(at.folder / text))  # noqa: PTH100 - a link keeps its name
        if not path.exists():
            at.report(f"`{text}` does not exist in `{os.path.relpath(at.folder)}`")
        elif at.name == "rules" and path.suffix not in DATA:
            at.report(f"`{text}` is not a pack of data: an audit runs rules of YAML files only")
        name = path.name
        while given.get(name, str(path)) != str(path):
            name = f"_{name}"
        given[name] = str(path)
        found.append(f"../given/{name}")
    return found


def _list(value: Any, at: At) -> list[Any]:
    if isinstance(value, list):
        return value
    wrong(at, "a list", 'sources: [{clones: "clones/*"}]', value)
    return []


def _as_it_is(value: Any, at: At) -> Any:
    return value


_LIMITS: Mapping[str, _Reader] = {
    "timeout": _duration,
    "memory": _size,
    "attempts": _number(1, 10),
    "files": _number(1, 10_000_000),
    "size": _size,
    "split": _size,
}
_SHARED: Mapping[str, _Reader] = {
    "settings": _as_it_is,
    "target": _release,
    "upgrades": _upgrades,
    "labels": _labels,
    "limits": _limits,
}
_TOP: Mapping[str, _Reader] = {
    **_SHARED,
    "sources": _list,
    "forges": _forges,
    "keep-runs": _number(1, 100_000),
}
_SOURCE: Mapping[str, _Reader] = {
    **{key: _texts(f"{key}: [vms/*]") for key in _SOURCES},
    **_SHARED,
    "revision": _revision,
    "paths": _inside,
    "prefix": _text("prefix: archive/"),
    "strip-components": _number(0, 20),
    "protocols": _protocols,
    "link": _link_template,
}
_ONLY = {
    "revision": ("clone", "mirror", "url"),
    "strip-components": ("archive",),
    "protocols": ("url",),
}
"""The keys that apply to some kinds of sources only."""
