"""The rules of a run: vmlint's own, those of installed packs, and those of packs that somebody names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from vmlint.errors import ConfigError, PackError
from vmlint.packs.files import DATA, is_path, packs_at, shown
from vmlint.record import Record
from vmlint.registry import own
from vmlint.registry.own import OWN
from vmlint.rule import Rule

__all__ = ["OWN", "adding", "folder_of", "known", "rules"]


def rules() -> tuple[Rule, ...]:
    """Every rule that comes with vmlint."""
    return own.rules()


def known(packs: Iterable[str] = (), *, plugins: bool = True) -> tuple[Rule, ...]:
    """Every rule that comes with vmlint, of installed packs unless `plugins` is false, and of the packs named.

    PackError tells the mistakes of all packs at once.
    """
    mistakes: list[str] = []
    named = _named(packs, mistakes)
    return _joined(rules(), [*(_installed() if plugins else ()), *named], mistakes)


def adding(rules: Sequence[Rule], packs: Iterable[str]) -> tuple[Rule, ...]:
    """The rules, with those of further packs. A pack whose rules are there already is not read once more."""
    mistakes: list[str] = []
    there = {rule.pack for rule in rules}
    return _joined(rules, [pack for pack in _named(packs, mistakes) if pack.name not in there], mistakes)


def folder_of(name: str) -> Path:
    """The folder of a pack: where its files lie, or that of the installed module. PackError where there is none."""
    if is_path(name):
        (first, *_) = packs_at(Path(name))
        return first if first.is_dir() else first.parent

    from vmlint.registry import python

    return python.folder_of(name)


class _Pack(Record):
    """What a person calls a pack, and where it is: a file, a folder, or the name of a module."""

    name: str
    place: Path | str

    def rules(self) -> tuple[Rule, ...]:
        if isinstance(self.place, Path) and self.place.suffix in DATA:
            from vmlint.packs.reading import read

            return tuple(rule._replace(pack=self.name) for rule in read(self.place))

        from vmlint.registry import python

        if isinstance(self.place, str):
            return python.from_module(self.place, self.name)
        return python.from_path(self.place, self.name)


def _installed() -> Iterator[_Pack]:
    from vmlint.registry.installed import installed

    for module, pack in installed():
        yield _Pack(pack, module)


def _named(packs: Iterable[str], mistakes: list[str]) -> list[_Pack]:
    """The packs of some names, each once; names that mean none are told as mistakes."""
    found: list[_Pack] = []
    for name in packs:
        try:
            places = packs_at(Path(name)) if is_path(name) else []
        except PackError as error:
            mistakes += error.mistakes
            continue
        if name != OWN:
            found += [_Pack(shown(place), place) for place in places] or [_Pack(name, name)]
    return list(dict.fromkeys(found))


# Putting them together


def _joined(first: Sequence[Rule], packs: Iterable[_Pack], mistakes: list[str]) -> tuple[Rule, ...]:
    """The rules with those of the packs, whose names don't collide. PackError where there are mistakes."""
    joined = list(first)
    causes: list[Exception] = []
    for pack in packs:
        try:
            found = pack.rules()
        except ConfigError as error:
            mistakes += error.mistakes
            causes.append(error)
            continue
        metas = {id(rule.meta) for rule in joined}
        new = [rule for rule in found if id(rule.meta) not in metas]  # else it is installed and named
        for rule in new:
            mistakes += _collisions(rule, joined)
            joined.append(rule)
    if mistakes:
        raise PackError(mistakes) from (ExceptionGroup("packs of rules", causes) if causes else None)
    return tuple(joined)


def _collisions(rule: Rule, others: Sequence[Rule]) -> Iterator[str]:
    """What a rule's names have in common with those that are there."""
    about = f"{rule.pack}: rule `{rule.id}` ({rule.slug})"
    for other in others:
        whose = f"of {other.pack}" if other.pack else "of vmlint"
        if other.id == rule.id:
            yield f"{about}: `{other.slug}` {whose} has this number: choose another"
        if other.slug == rule.slug:
            yield f"{about}: `{other.id}` {whose} has this name: choose another"
    if rule.slug in {other.family for other in others if not other.pack}:
        yield f"{about}: a family of vmlint has this name: choose another"
