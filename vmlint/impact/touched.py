"""What a change touches: the objects that it writes, all that depend on them, and whatever else it makes come true.

An object depends on what its references, its inferences and its instancetype and preference lead to, over any number
of files, and on what makes it. A finding elsewhere is the change's too where it was not there before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from vmlint.config.file import NAMES as CONFIGURATIONS
from vmlint.engine.snapshot import Comparison, Snapshot
from vmlint.findings.finding import Changed, Report
from vmlint.findings.suppress import ReportedFault
from vmlint.gitops.problem import BuildProblem
from vmlint.graph.links import links
from vmlint.model import field
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.record import Record
from vmlint.rule import Change, Fault, Rule, Spot
from vmlint.runtime.cached import cached_property
from vmlint.world import World

__all__ = ["Touched"]

_Node = tuple[int, Ref]
"""An identity in the world of a number; with ANYWHERE for the number, in whichever world it is."""

_ANYWHERE = -1

_Origin = tuple[str, int, field.Path]
"""The file, the document and the place in it where an object is written."""


class _Pair(Record):
    """One world before and after. `known` means that it was there before; else everything that was stands for it."""

    then: World
    now: World
    known: bool


class Touched:
    """The objects and places of a repository that a change touches."""

    def __init__(self, snapshot: Snapshot, comparison: Comparison) -> None:
        self._snapshot = snapshot
        self._comparison = comparison
        self._pairs = list(_paired(snapshot, comparison))
        self._files: dict[str, bool] = {}
        self._said: dict[tuple[str, int], set[tuple[object, ...]]] = {}
        self._everything = _setting_changed(snapshot, comparison)

    @property
    def changes(self) -> Iterator[tuple[int, Change]]:
        """The objects that were there and are, with another content, each with the number of its world.

        Those of which the files don't say which is which, or what the whole of them is, are left out.
        """
        whole = self._comparison.after.world.cluster
        for number, pair in enumerate(self._pairs):
            before, after = (_by_ref(world, fragments=False) for world in (pair.then, pair.now))
            for ref, (new, *others) in after.items():
                old, *olds = before.get(ref, (new,))
                if others or olds or old.data == new.data or old.patched or new.patched or not new.linted:
                    continue
                if pair.known or len(whole.named(ref)) == 1:
                    yield number, Change(old, new, pair.then)

    def has(self, place: Place | Spot) -> bool:
        """Whether what is at a place is touched: its object, or its file where it is no object's field."""
        if self._everything:
            return True
        if isinstance(place, Spot):
            return self._is_changed(place.document.file)
        written = place.resource.written(place.path)
        return any(
            (number, resource.ref) in self._nodes and resource.written(place.path) == written
            for number, resource in self._applied.get(_origin(place.resource), ())
        )

    def part_of(self, report: Report, told: Iterable[ReportedFault]) -> Report:
        """The report with the findings alone that the change touches; `told` are all that were made."""
        touched = {finding.finding for finding in told if self._has_fault(finding.rule, finding.fault)}
        findings = tuple(finding for finding in report.findings if finding in touched)
        comparison = self._comparison
        return report._replace(
            findings=findings,
            suppressed=tuple(suppressed for suppressed in report.suppressed if suppressed.finding in touched),
            suppressions=tuple(suppression for suppression in report.suppressions if self.has(suppression.mark.place)),
            changed=Changed(
                since=comparison.difference.ref,
                commit=comparison.difference.commit,
                objects=self._count(),
                hidden=len(report.findings) - len(findings),
                everything=self._everything,
            ),
        )

    def _has_fault(self, rule: Rule, fault: Fault) -> bool:
        """Whether a fault is one to report: it is at a touched place, or was not there before."""
        if self.has(fault.place):
            return True
        if isinstance(fault.place, Spot):
            return rule.meta.subject is BuildProblem and not self._was_unbuildable(fault.place)
        return not self._was(rule, fault, fault.place)

    # What was there before

    def _was_unbuildable(self, place: Spot) -> bool:
        """Whether what a tool refuses at a place it refused before: the files that make it so may be others."""
        now = {_problem(problem) for problem in self._snapshot.repository.problems if _spot(problem) == place}
        return now <= {_problem(problem) for problem in self._comparison.before.repository.problems}

    def _was(self, rule: Rule, fault: Fault, place: Place) -> bool:
        """Whether the rule said the same before of an object that is as it was."""
        old = self._twins.get(id(place.resource))
        if old is None or not isinstance(old, rule.meta.subject):
            return True
        key = (rule.id, id(old))
        if key not in self._said:
            then = self._pairs[self._numbers[id(place.resource)]].then
            try:
                candidate = rule.meta.about is None or rule.meta.about(old, then)
                said = rule.check(old, then) if candidate else ()
                self._said[key] = {_gist(result) for result in said if isinstance(result, Fault)}
            except Exception:  # what a rule that fails would have said is not known: what it says now is new
                self._said[key] = set()
        return _gist(fault) in self._said[key]

    @cached_property
    def _twins(self) -> Mapping[int, Resource]:
        """By the id of each object that is as it was: the same, in the world of before."""
        twins = {}
        for pair in self._pairs:
            before = _by_ref(pair.then, fragments=True)
            for resource in pair.now.cluster.resources:
                alike = (old for old in before.get(resource.ref, ()) if old.data == resource.data)
                if twin := next((old for old in alike if old.fragment == resource.fragment), None):
                    twins[id(resource)] = twin
        return twins

    # What is touched

    @cached_property
    def _applied(self) -> Mapping[_Origin, Sequence[tuple[int, Resource]]]:
        """By the place where it is written, each object as it is applied, with the numbers of the worlds."""
        applied = defaultdict(list)
        for number, world in enumerate(self._snapshot.worlds):
            for resource in world.cluster.resources:
                applied[_origin(resource)].append((number, resource))
        return applied

    def _count(self) -> int:
        """How many of the objects in the files are touched, as they are applied in one world at least."""
        written = {_origin(resource) for resource in self._snapshot.repository.resources if resource.linted}
        if self._everything:
            return len(written)
        return sum(
            any((number, resource.ref) in self._nodes for number, resource in self._applied.get(at, ()))
            for at in written
        )

    def _is_changed(self, file: str) -> bool:
        if file not in self._files:
            self._files[file] = self._comparison.difference.has_changed(file)
        return self._files[file]

    @cached_property
    def _numbers(self) -> Mapping[int, int]:
        """By the id of each object, the number of its world."""
        worlds = self._snapshot.worlds
        return {id(resource): number for number, world in enumerate(worlds) for resource in world.cluster.resources}

    @cached_property
    def _nodes(self) -> set[_Node]:
        """All that is touched: what the change writes or takes away, and on from there to what depends on it."""
        waiting = list(self._first())
        known = set(waiting)
        dependants = self._dependants() if waiting else {}
        while waiting:
            for node in dependants.get(waiting.pop(), ()):
                if node not in known:
                    known.add(node)
                    waiting.append(node)
        return known

    def _first(self) -> Iterator[_Node]:
        """The objects that the change writes or takes away."""
        for number, pair in enumerate(self._pairs):
            for resource in pair.now.cluster.resources:
                if resource.linted and (
                    id(resource) not in self._twins or any(map(self._is_changed, _files(resource)))
                ):
                    yield number, resource.ref
            for ref in _removed(pair):
                yield number, ref
        for ref in self._comparison.before.world.cluster.identities - self._comparison.after.world.cluster.identities:
            yield _ANYWHERE, ref

    def _dependants(self) -> Mapping[_Node, Iterable[_Node]]:
        """From each identity to those that depend on it."""
        found: dict[_Node, set[_Node]] = defaultdict(set)
        for number, pair in enumerate(self._pairs):
            own = pair.now.cluster.identities | _removed(pair)
            for ref in own:
                found[number, ref].add((_ANYWHERE, ref))
            for resource in pair.now.cluster.resources:
                for ref in _needs(resource, pair.now):
                    needed = (number if ref in own else _ANYWHERE, ref)
                    found[needed].add((number, resource.ref))
                    for maker, _ in pair.now.cluster.makers(ref):
                        found[number if maker.ref in own else _ANYWHERE, maker.ref].add(needed)
        return found


def _paired(snapshot: Snapshot, comparison: Comparison) -> Iterator[_Pair]:
    """Each world that is judged, as it was and as it is, both built alike."""
    then, now = (
        dict(zip(_told_apart(snapshot.names), snapshot.worlds, strict=True))
        for snapshot in (comparison.before, comparison.after)
    )
    for name in _told_apart(snapshot.names):
        yield _Pair(then.get(name, comparison.before.world), now.get(name, comparison.after.world), name in then)


def _told_apart(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The names, each with how often it came before."""
    seen: Counter[str] = Counter()
    for name in names:
        yield name, seen[name]
        seen[name] += 1


def _removed(pair: _Pair) -> set[Ref]:
    return set(pair.then.cluster.identities - pair.now.cluster.identities) if pair.known else set()


def _by_ref(world: World, *, fragments: bool) -> Mapping[Ref, Sequence[Resource]]:
    found: dict[Ref, list[Resource]] = defaultdict(list)
    for resource in world.cluster.resources:
        if fragments or not resource.fragment:
            found[resource.ref].append(resource)
    return found


def _needs(resource: Resource, world: World) -> Iterator[Ref]:
    """What an object leads to: by its references, and what its inferences come by and end at."""
    yield from (link.ref for link in links(resource))
    if not isinstance(resource, VirtualMachine) or resource.fragment:
        return
    for matcher in Matcher:
        try:
            match = world.vms.match(resource, matcher)
        except Exception:  # a rule that asks the same says where it fails
            continue
        for resolution in (match.resolution, match.chain and match.chain.resolution) if match else ():
            if resolution is not None:
                yield resolution.ref
        for hop in match.chain.hops if match and match.chain else ():
            if hop.place is not None:
                yield hop.place.resource.ref


def _files(resource: Resource) -> Iterator[str]:
    """The files that write an object."""
    yield resource.document.file
    yield from (part.document.file for part in (resource.parts or {}).values())
    if resource.renamed:
        yield resource.renamed.by.document.file


def _gist(fault: Fault) -> tuple[object, ...]:
    """What a fault says of which field."""
    return fault.place.path if isinstance(fault.place, Place) else (), fault.message, fault.effect


def _spot(problem: BuildProblem) -> Spot:
    document, path = problem.at
    return Spot(document, document.key_span(path) if problem.key else document.span(path))


def _problem(problem: BuildProblem) -> tuple[object, ...]:
    """What tells problems apart, in whichever version of the files."""
    code, _, path, values = problem.identity
    return code, problem.folder, problem.at.document.file, path, values


def _origin(resource: Resource) -> _Origin:
    """Where an object is written, however often it is applied."""
    return resource.document.file, resource.document.index, resource.prefix


def _setting_changed(snapshot: Snapshot, comparison: Comparison) -> str:
    """A file that says how others are judged and that differs, or is gone; "" for none."""
    settings = snapshot.settings
    own = [file for file in (settings.file, *(folder.file for folder in settings.folders), settings.baseline) if file]
    beside = [*settings.context, *settings.crds]
    held = [resource.document.file for resource in snapshot.repository.around]
    changed = comparison.difference.has_changed
    named = [*own, *(text for text in beside if Path(text).is_file()), *held]
    folders = [text for text in beside if comparison.difference.below(text)]
    gone = sorted(path for path in comparison.difference.changed if PurePosixPath(path).name in CONFIGURATIONS)
    return next((file for file in (*filter(changed, named), *folders, *gone)), "")
