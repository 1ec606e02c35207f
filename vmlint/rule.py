"""What a rule is: a module with a docstring, a `META`, and a generator `check`.

A rule is given one subject and the world around it, and says what is wrong as faults: a field, a message, what to
do. It knows nothing of lines, levels, suppressions or output. Where the mistake can be mended by changing fields of
the object, the fault carries those edits.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from vmlint.model.chain import Hop
from vmlint.model.effect import Effect, Level
from vmlint.model.resource import Place, Spot
from vmlint.source.edit import Edit

if TYPE_CHECKING:
    from vmlint.world import World

__all__ = ["Doubt", "Effect", "Fault", "Fix", "Level", "Meta", "Rule", "RuleModule", "Spot"]


class Fix(enum.StrEnum):
    """How sure the edits are that mend a fault.

    SAFE: nobody could have meant anything else, and what the object means otherwise stays. UNSAFE: a guess, or a
    decision that is the user's.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule says of its subject: the place, what is wrong, what to do, and the chain that led there.

    `edits` do that, made one after the other; their paths start at the object of the place. `how` says how sure they
    are; it is None without edits.
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
        """The same fault with the chain that a reader wants to see."""
        return replace(self, chain=tuple(chain))

    def mended(self, how: Fix, *edits: Edit) -> Fault:
        """The same fault with the edits that mend it."""
        return replace(self, edits=edits, how=how)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question of the rule that the files don't answer. It is shown and counted, and is neither pass nor fault."""

    place: Place | Spot
    reason: str
    chain: tuple[Hop, ...] = ()


@dataclass(frozen=True, slots=True)
class Meta:
    """A rule's identity: its number, effect, first version, and the class of its subjects.

    Of several faults at one field those of the highest `rank` are shown: above zero stands what the schema refuses or
    drops before anything else is looked at, below it what others say better. `fragments` says that the rule looks at
    patches too. `level` is that of its findings where it is not that of their effect. `fix` is the surest way in which
    the rule's faults can be mended, None where it is left to a person.

    `strict` says that strict field validation refuses what the rule finds ignored. `final` says that nothing else of an
    object is looked at in which the rule finds a refusal.

    `about` is a question to the subject and its world. Rules share it, it is asked once for each subject, and the rule
    is called only where the answer is not empty.
    """

    id: str
    effect: Effect
    since: str
    subject: type[Any] | tuple[type[Any], ...]
    rank: int = 0
    fragments: bool = False
    about: Callable[[Any, World], object] | None = None
    final: bool = False
    strict: bool = False
    level: Level | None = None
    fix: Fix | None = None

    def level_of(self, effect: Effect) -> Level:
        """The level of a finding with an effect, unless the configuration says otherwise."""
        return self.level or effect.level

    def at(self, place: Place | Spot, message: str, *, fix: str, effect: Effect | None = None) -> Fault:
        """A fault. The message says what is wrong, its first sentence stands alone; `fix` says what to do."""
        return Fault(self, place, message, fix, effect or self.effect)

    def doubt(self, place: Place | Spot, reason: str) -> Doubt:
        """An undecided question, with the reason why the files don't answer it."""
        return Doubt(place, reason)


class RuleModule(Protocol):
    """What the registry asks of a module in `rules/`."""

    META: Meta
    check: Callable[[Any, World], Iterator[Fault | Doubt]]
    __doc__: str | None
    __name__: str


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule as the engine uses it. The slug is the module's file name; the title is the first line of its page.

    `text` gives its page, as few runs show one. `pack` names the pack that it comes from, as a person knows it; "" is
    vmlint itself. A rule equals itself alone.
    """

    meta: Meta
    slug: str
    title: str
    text: Callable[[], str]
    family: str
    check: Callable[[Any, World], Iterator[Fault | Doubt]]
    pack: str = ""

    @property
    def page(self) -> str:
        return self.text()

    @property
    def id(self) -> str:
        return self.meta.id

    @property
    def level(self) -> Level:
        """The level of a finding with the rule's own effect, unless the configuration says otherwise."""
        return self.meta.level_of(self.meta.effect)
