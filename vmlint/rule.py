"""What a rule is: a module with a docstring, a `META`, and a generator `check`.

A rule gets one subject and the world around it, and yields faults: a place, a message, a fix. It knows nothing of
lines, levels, suppressions or output. If edits of the object's fields fix the fault, it carries these edits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.effect import Effect, Level
from vmlint.model.field import Path
from vmlint.model.resource import Place, Resource, Spot
from vmlint.record import Codes, Record, by_identity
from vmlint.source.edit import Edit

if TYPE_CHECKING:
    from vmlint.schema.differences import Difference
    from vmlint.world import World

__all__ = [
    "Change",
    "Doubt",
    "Effect",
    "Fault",
    "Fix",
    "Level",
    "Meta",
    "Reach",
    "Rule",
    "RuleModule",
    "Spot",
    "asked",
    "fields_of",
    "reach_of",
]


class Fix(Codes):
    """How certain the edits of a fault are.

    SAFE: the only possible intention, and the object keeps its meaning otherwise. UNSAFE: a guess, or a decision of the
    user.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"


class Reach(Codes):
    """For which subjects the answer to a question is the same."""

    OBJECT = "object"
    ALIKE = "alike"
    """All VMs that have one stand-in: see `Application.alike`."""
    WORLD = "world"
    """All objects of a kind in a world."""


Check = Callable[[Any, "World"], Iterator["Fault | Doubt"]]
Question = Callable[[Any, "World"], object]
_Q = TypeVar("_Q", bound=Question)

_REACHES: dict[Question, Reach] = {}
_FIELDS: dict[Question, tuple[str, ...]] = {}


def asked(*fields: str, reach: Reach = Reach.OBJECT) -> Callable[[_Q], _Q]:
    """Marks a question that rules are about: its answer is empty for objects that have none of these fields anywhere,
    and is the same for all in its reach."""

    def mark(question: _Q) -> _Q:
        _REACHES[question] = reach
        _FIELDS[question] = fields
        return question

    return mark


def reach_of(question: Question) -> Reach:
    """For which subjects a question has the same answer."""
    return _REACHES.get(question, Reach.OBJECT)


def fields_of(meta: Meta) -> tuple[str, ...]:
    """The fields of which an object has one anywhere, or the rule has nothing to say of it; none where any may do."""
    return meta.fields if meta.fields or meta.about is None else _FIELDS.get(meta.about, ())


class Fault(Record):
    """What a rule reports of its subject: the place, what is wrong, what to do, and the chain that leads there.

    `edits` make the fix, one after the other; their paths start at the object of the place. `how` is their certainty,
    None without edits.
    """

    meta: Meta
    place: Place | Spot
    message: str
    fix: str
    effect: Effect
    chain: tuple[Hop, ...] = ()
    edits: tuple[Edit, ...] = ()
    how: Fix | None = None

    def along(self, chain: Iterable[Hop]) -> Fault:
        """The same fault with the chain of hops that leads to it."""
        return self._replace(chain=tuple(chain))

    def with_fix(self, how: Fix, *edits: Edit) -> Fault:
        """The same fault with the edits that fix it."""
        return self._replace(edits=edits, how=how)


class Doubt(Record):
    """A question of the rule that the files don't answer. It is shown and counted, and is neither pass nor fault."""

    place: Place | Spot
    reason: str
    chain: tuple[Hop, ...] = ()


class Meta(Record):
    """A rule's identity: its number, effect, first version, and the class of its subjects.

    Of several faults at one field only those of the highest `rank` are shown: above zero are faults that the schema
    refuses or drops before any other check, below zero faults that other rules explain better. `fragments`: the rule
    checks patches too. `level` is that of its findings, where it differs from that of their effect. `fix` is the most
    certain kind of fix that the rule's faults have, None without any.

    `strict`: strict field validation refuses what the rule reports as ignored. `final`: if the rule reports a refusal
    of an object, no other rule checks the object. `refuses_updates`: the rule is about what the cluster refuses in
    updates and accepts in new objects; where its subject is no `Change`, it reports that as a risk of the object.

    `about` is a question to the subject and its world. Rules share it, it is answered once for each subject, and the
    rule is called only if the answer is not empty. `fields` are names of fields: the rule is called only for objects
    that have one of them anywhere.
    """

    id: str
    effect: Effect
    since: str
    subject: type[Any] | tuple[type[Any], ...]
    rank: int = 0
    fragments: bool = False
    about: Question | None = None
    fields: tuple[str, ...] = ()
    final: bool = False
    strict: bool = False
    refuses_updates: bool = False
    level: Level | None = None
    fix: Fix | None = None

    def level_of(self, effect: Effect) -> Level:
        """The default level of a finding with an effect."""
        return self.level or effect.level

    def at(self, place: Place | Spot, message: str, *, fix: str, effect: Effect | None = None) -> Fault:
        """A fault; `effect` defaults to the rule's. The first sentence of `message` needs no context."""
        return Fault(self, place, message, fix, effect or self.effect)

    def doubt(self, place: Place | Spot, reason: str) -> Doubt:
        """An undecided question, with the reason why the files don't answer it."""
        return Doubt(place, reason)


_RECREATED = (
    ("argocd.argoproj.io/sync-options", "Force=true"),
    ("kustomize.toolkit.fluxcd.io/force", "enabled"),
)
"""Annotations by which Argo CD and Flux make an object anew where it can't be updated."""


class Change(Record):
    """An object before and after a change, the subject of rules about updates: as a commit had it, in the world of that
    commit, and as the files have it."""

    old: Resource
    new: Resource
    before: World
    strict: bool = False
    """Whether it counts as an update even where a tool replaces an object that can't be updated."""

    @property
    def is_update(self) -> bool:
        """Whether the object that a cluster has is updated: nobody has to delete it first."""
        annotations = self.new.annotations
        return self.strict or not any(
            isinstance(annotations.get(name), str) and word in annotations[name] for name, word in _RECREATED
        )

    def of(self, path: Path, before: Path | None = None) -> Iterator[Difference]:
        """The fields of a kind of KubeVirt or CDI, at a path and below, that hold something else now.

        `before` is the path that the same had, where it is another one.
        """
        from vmlint.schema.differences import differences
        from vmlint.schema.load import schema_of

        schema = schema_of(self.new.api_version, self.new.kind.name)
        node = schema.root if schema else None
        for step in path:
            node = node and (node.items if isinstance(step, int) else node.field(step))
        yield from differences(get(self.old.data, *(before or path)), get(self.new.data, *path), node, path)


class RuleModule(Protocol):
    """What the registry requires of a module in `rules/`."""

    META: Meta
    check: Check
    __doc__: str | None
    __name__: str


@by_identity
class Rule(Record):
    """A rule as the engine uses it. The slug is the module's file name; the title is the first line of its page.

    `text` returns its page, which few runs need. `pack` is the display name of its pack, "" for vmlint's own rules.
    Rules compare by identity.
    """

    meta: Meta
    slug: str
    title: str
    text: Callable[[], str]
    family: str
    check: Check
    pack: str = ""

    @property
    def page(self) -> str:
        return self.text()

    @property
    def id(self) -> str:
        return self.meta.id

    @property
    def level(self) -> Level:
        """The default level of a finding with the rule's own effect."""
        return self.meta.level_of(self.meta.effect)
