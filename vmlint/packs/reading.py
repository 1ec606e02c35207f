"""A pack of rules as its file writes it: one row a key, and every mistake with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from vmlint.errors import ConfigError
from vmlint.model.effect import Effect, Level
from vmlint.model.kinds import BY_NAME, KINDS
from vmlint.model.resource import Resource
from vmlint.model.spelling import nearest
from vmlint.model.subjects import subject_class
from vmlint.packs.condition import Condition
from vmlint.packs.judge import Judge
from vmlint.packs.operators import COUNT, OPERATORS
from vmlint.packs.query import BadPath, Query
from vmlint.packs.template import FIELDS, VIA_FIELDS, mistakes
from vmlint.packs.way import WAYS, Way
from vmlint.rule import Meta, Rule
from vmlint.source.authored import At, read_yaml, wrong

__all__ = ["read"]

_LARGEST = 2**20
_KINDS = tuple(dict.fromkeys(kind.name for kind in KINDS))


def read(path: Path) -> tuple[Rule, ...]:
    """The rules of a pack, in the order of the file. The pack's name is their family.

    ConfigError holds every mistake of the file, each with file and line.
    """
    shown = _shown(path)
    written = read_yaml(shown, _text_of(path, shown), "a pack")
    at = At(folder=path.parent)
    found = _pack(written.data, path.stem, at)
    if messages := written.messages(shown, at.mistakes):
        raise ConfigError(messages)
    return tuple(found)


def _shown(path: Path) -> str:
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)


def _text_of(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ConfigError([f"{shown}: the pack is larger than 1 MiB: split it"])
        return content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([f"{shown}: can't be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([f"{shown}:{line}: the file is not UTF-8 text: save it as UTF-8"]) from error


_PACK = ("pack", "rules")
_EXAMPLE = "{id: HOUSE001, slug: owner-missing, subject: VirtualMachine, require: {…}, message: …}"


def _pack(data: Any, stem: str, at: At) -> list[Rule]:
    if not isinstance(data, dict):
        at.report(f"a pack must be a mapping with `rules`: write `rules: [{_EXAMPLE}]`")
        return []
    _check_keys(data, _PACK, "a pack", at)
    family = _name(data["pack"], at / "pack") if "pack" in data else _slugged(stem)
    entries = data.get("rules")
    if not isinstance(entries, list) or not entries:
        at_rules = at / "rules" if "rules" in data else at
        at_rules.report(f"`rules` must be a list: write `rules: [{_EXAMPLE}]`")
        return []
    rules = [rule for index, entry in enumerate(entries) if (rule := _rule(entry, family, at / "rules" / index))]
    for key in ("id", "slug"):
        _check_once([entry.get(key) if isinstance(entry, dict) else None for entry in entries], key, at / "rules")
    return rules


def _slugged(stem: str) -> str:
    """A file's name as the name of its pack."""
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "pack"


def _check_keys(data: Mapping[Any, Any], known: Iterable[str], what: str, at: At) -> None:
    names = list(known)
    for key in data:
        if key not in names:
            hint = nearest(str(key), names) or f"; the keys are {', '.join(names)}"
            (at / key).report(f"{what} has no key `{key}`{hint}", key=True)


def _check_once(values: list[Any], key: str, at: At) -> None:
    for index, value in enumerate(values):
        if isinstance(value, str) and value in values[:index]:
            (at / index / key).report(f"two rules of the pack have the {key} `{value}`: choose another")


# A rule

_Reader = Callable[[Any, At], Any]
_Groups = Mapping[str, tuple[tuple[Condition, At], ...]]
"""The conditions under each key that holds some, with their places."""


def _rule(entry: Any, family: str, at: At) -> Rule | None:
    if not isinstance(entry, dict):
        at.report(f"a rule must be a mapping: write `{_EXAMPLE}`")
        return None
    _check_keys(entry, _RULE, "a rule", at)
    for key in ("id", "slug", "subject"):
        if key not in entry:
            at.report(f"the rule has no `{key}`: {_NEEDED[key]}")
    if "require" not in entry and "forbid" not in entry:
        at.report("the rule has no condition: add `require` or `forbid`")
    data = {key: reader(entry[key], at / key) for key, reader in _RULE.items() if key in entry}
    kinds: tuple[str, ...] = data.get("subject") or ()
    groups = {key: tuple(data.get(key) or ()) for key in ("when", "unless", "require", "forbid")}
    if "message" not in entry and not all(condition.message for condition, _ in _speaking(groups)):
        at.report(f"the rule has no `message`: {_NEEDED['message']}")
    _check_meaning(entry, kinds, groups, at)
    if at.mistakes:
        return None
    classes: tuple[type[Resource], ...] = tuple(dict.fromkeys(subject_class(BY_NAME[kind]) for kind in kinds))
    meta = Meta(data["id"], data.get("effect", Effect.RISK), "", classes, level=data.get("level"))
    slug = data["slug"]
    page = data.get("docs") or slug.replace("-", " ").capitalize()
    judge = Judge(
        meta,
        frozenset(BY_NAME[kind] for kind in kinds),
        data.get("of") == "expanded",
        data.get("each"),
        **{key: tuple(condition for condition, _ in group) for key, group in groups.items()},
        message=data.get("message", ""),
        fix=data.get("fix", f"see `vmlint explain {slug}`"),
    )
    return Rule(meta, slug, page.partition("\n")[0].strip().rstrip("."), lambda: page, family, judge.check)


_NEEDED = {
    "id": "write a unique number, such as `id: HOUSE001`",
    "slug": "write a short name for the fault, such as `slug: owner-missing`",
    "subject": "write the kind of object that it checks, such as `subject: VirtualMachine`",
    "message": "write the message of its findings, such as `message: VM {name} has no owner`",
}


def _check_meaning(entry: Mapping[str, Any], kinds: tuple[str, ...], groups: _Groups, at: At) -> None:
    """What no key says alone: kinds that can be expanded, links that they have, names in messages."""
    if entry.get("of") == "expanded" and (others := [kind for kind in kinds if kind not in _EXPANDED]):
        (at / "of").report(f"a {others[0]} can't be expanded, only {' and '.join(_EXPANDED)}: remove `of`")
    for conditions in groups.values():
        for condition, place in conditions:
            _check_ways(kinds, condition, place)
    speaking = _speaking(groups)
    via = bool(speaking) and all(condition.ways for condition, _ in speaking)
    for key in ("message", "fix"):
        if isinstance(entry.get(key), str):
            _check_template(entry[key], via, at / key)
    for condition, place in speaking:
        if condition.message:
            _check_template(condition.message, bool(condition.ways), place / "message")


def _speaking(groups: _Groups) -> list[tuple[Condition, At]]:
    """The conditions that make findings."""
    return [*groups["require"], *groups["forbid"]]


_EXPANDED = ("VirtualMachine", "VirtualMachinePool")


def _check_ways(kinds: tuple[str, ...], condition: Condition, at: At) -> None:
    here = frozenset(kinds)
    names = {id(way): name for name, way in WAYS.items()}
    for way in condition.ways:
        if here and not here & way.starts:
            fitting = [name for name, other in WAYS.items() if other.starts & here]
            there = f"its links are {', '.join(f'`{name}`' for name in fitting)}" if fitting else "it has no links"
            (at / "via").report(f"a {' or '.join(sorted(here))} has no link `{names[id(way)]}`: {there}")
            return
        here = way.ends


def _check_template(template: str, via: bool, at: At) -> None:
    known = (*FIELDS, *VIA_FIELDS) if via else FIELDS
    for text, name in mistakes(template, known):
        if name in VIA_FIELDS:
            hint = ": each condition of `require` and `forbid` that uses it needs `via`"
        else:
            braced = [f"{{{text}}}" for text in known]
            hint = nearest(f"{{{name}}}", braced) or f": the placeholders are {', '.join(braced)}" if name else ""
        at.report(f"{text}{hint}")


# Readers


def _text(value: Any, at: At) -> str | None:
    if isinstance(value, str) and value.strip():
        return value.strip()
    wrong(at, "a text", f"{at.name}: …", value)
    return None


def _id(value: Any, at: At) -> str | None:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z][A-Z0-9_-]{0,30}\d", value, re.ASCII):
        at.report("an `id` must consist of capital letters and a number, such as `HOUSE001`")
    elif re.match(r"VM\d", value):
        at.report(
            f"`{value}`: numbers that begin with `VM` and a digit are reserved for vmlint: choose another beginning"
        )
    else:
        return value
    return None


def _name(value: Any, at: At) -> str:
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,60}[a-z0-9]", value, re.ASCII):
        return value
    at.report(f"`{at.name}` must consist of lower-case letters, digits and `-`, such as `owner-missing`")
    return ""


def _one_of(*words: str) -> _Reader:
    def read(value: Any, at: At) -> str | None:
        if value in words and isinstance(value, str):
            return value
        hint = nearest(value, words) if isinstance(value, str) else ""
        at.report(f"`{at.name}` must be {', '.join(words[:-1])} or {words[-1]}, not `{value}`{hint}")
        return None

    return read


def _level(value: Any, at: At) -> Level | None:
    word = _one_of(*(level.value for level in reversed(Level)))(value, at)
    return Level(word) if word else None


def _effect(value: Any, at: At) -> Effect:
    word = _one_of(*(effect.value for effect in Effect))(value, at)
    return Effect(word) if word else Effect.RISK


def _subject(value: Any, at: At) -> tuple[str, ...]:
    if not isinstance(value, str | list) or not value:
        wrong(at, "a kind or a list of kinds", "subject: VirtualMachine", value)
        return ()
    found = []
    for kind, place in _entries(value, at):
        if kind in _KINDS:
            found.append(str(kind))
        else:
            place.report(f"`{kind}` is not a known kind{nearest(str(kind), _KINDS)}")
    return tuple(found)


def _entries(value: Any, at: At) -> Iterator[tuple[Any, At]]:
    """The entries of a list, or a single value, each with its place."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield entry, at / index
    else:
        yield value, at


def _query(value: Any, at: At) -> Query | None:
    if not isinstance(value, str):
        wrong(at, "a JSONPath", f"{at.name}: metadata.labels.owner", value)
        return None
    try:
        return Query.parse(value)
    except BadPath as error:
        at.report(f"`{value}` is not a valid path: {error}")
        return None


# Conditions


def _conditions(value: Any, at: At) -> tuple[tuple[Condition, At], ...]:
    """The conditions, each with its place; one may stand without a list."""
    if not isinstance(value, dict | list) or not value:
        wrong(at, "a condition or a list of them", f"{at.name}: {{path: metadata.labels.owner, exists: true}}", value)
        return ()
    found = [(condition, place) for entry, place in _entries(value, at) if (condition := _condition(entry, place))]
    return tuple(found)


def _condition(entry: Any, at: At) -> Condition | None:
    if not isinstance(entry, dict):
        at.report("a condition must be a mapping: write `{path: metadata.labels.owner, exists: true}`")
        return None
    _check_keys(entry, _CONDITION, "a condition", at)
    if "path" not in entry:
        at.report("the condition has no `path`: add one, such as `path: metadata.labels.owner`")
    asked = [key for key in _ASKING if key in entry]
    if not asked and entry.keys() <= _CONDITION.keys():
        at.report(f"the condition does not check its path: add one of {', '.join(_ASKING)}")
    elif "exists" in asked and len(asked) > 1:
        others = " and ".join(f"`{key}`" for key in asked if key != "exists")
        (at / "exists").report(
            f"`exists` is redundant: {others} already requires a value",
            key=True,
        )
    data = {key: reader(entry[key], at / key) for key, reader in _CONDITION.items() if key in entry}
    path = data.get("path")
    if path is None:
        return None
    return Condition(
        path,
        data.get("via") or (),
        data.get("exists"),
        data.get("count"),
        tuple(data[key] for key in OPERATORS if data.get(key)),
        data.get("message") or "",
    )


def _bool(value: Any, at: At) -> bool | None:
    if isinstance(value, bool):
        return value
    wrong(at, "true or false", f"{at.name}: true", value)
    return None


def _via(value: Any, at: At) -> tuple[Way, ...]:
    if not isinstance(value, str | list) or not value:
        wrong(at, "a link or a list of links", "via: instancetype", value)
        return ()
    found = []
    for name, place in _entries(value, at):
        if isinstance(name, str) and name in WAYS:
            found.append(WAYS[name])
        else:
            hint = nearest(str(name), WAYS) or f"; the links are {', '.join(WAYS)}"
            place.report(f"`{name}` is not a known link{hint}")
    return tuple(found)


_CONDITION: Mapping[str, _Reader] = {
    "path": _query,
    "via": _via,
    "exists": _bool,
    "count": COUNT,
    **OPERATORS,
    "message": _text,
}
_ASKING = ("exists", "count", *OPERATORS)

_RULE: Mapping[str, _Reader] = {
    "id": _id,
    "slug": _name,
    "level": _level,
    "effect": _effect,
    "subject": _subject,
    "of": _one_of("written", "expanded"),
    "each": _query,
    "when": _conditions,
    "unless": _conditions,
    "require": _conditions,
    "forbid": _conditions,
    "message": _text,
    "fix": _text,
    "docs": _text,
}
"""From a rule's keys to their readers."""
