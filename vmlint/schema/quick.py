"""Whether an object's form is surely right: what `check` demands, without a word about what is wrong.

Most objects are right, and to find that out costs a tenth of finding out what is wrong. Each node becomes a function
when an object first reaches it. A function may say no to what is right after all, a variable say: `check` decides then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from vmlint.model.quantity import Quantity, crd_pattern_ok
from vmlint.record import Record
from vmlint.schema.cel import RULES
from vmlint.schema.meta import FIELDS
from vmlint.schema.node import Node

__all__ = ["Demands", "accepts"]

Accepts = Callable[[Any], bool]
Served = Callable[[Sequence[str]], bool]
"""Whether a field is served that came and went with these releases."""


class Demands(Record):
    """Who looks at an object, and how: see `Admission` in `check`."""

    crd: bool
    swagger: bool
    decoded: bool
    whole: bool


def accepts(
    root: Node, demands: Demands, served: Served, is_of: Callable[..., bool], skipped: frozenset[str]
) -> Accepts:
    """The function for values of a node; of an object's fields those that are `skipped` are not looked at.

    `served` and `is_of` are what `check` goes by: which fields a release serves, and whether a scalar has a type.
    """
    compiler = _Compiler(demands, served, is_of)
    return compiler.object(root, skipped) if skipped else compiler.value(root)


class _Compiler:
    def __init__(self, demands: Demands, served: Served, is_of: Callable[..., bool]) -> None:
        self._demands = demands
        self._served = served
        self._is_of = is_of
        self._known: dict[Node, Accepts] = {}

    def value(self, node: Node) -> Accepts:
        """The function for values that are not null."""
        if (found := self._known.get(node)) is None:
            match node.type:
                case "object":
                    found = self.object(node, frozenset())
                case "array":
                    found = self._array(node)
                case "metadata":
                    found = _metadata if self._demands.decoded else _is_mapping
                case "any":
                    found = _anything
                case _:
                    found = self._scalar(node)
            self._known[node] = found
        return found

    def object(self, node: Node, skipped: frozenset[str]) -> Accepts:
        required = [name for name in self._required(node) if not self._is_filled_in(node, name)]
        extent = _extent(node, "Properties")
        rules = _rules(node)
        known: dict[str, Accepts] = dict.fromkeys(skipped, _anything)  # of fields that an object had
        plain_of: dict[Any, type] = {}  # of those: the type of which every value is right
        not_null = set(required)  # fields that may not be null; of other keys nobody says that they may
        others: list[Accepts] = []  # the function for the values of all other keys, once one is there

        def learn(name: Any) -> Accepts | None:
            if type(name) is not str:
                return None
            if (child := node.field(name)) is not None:
                if name in node.releases and not self._served(node.releases[name]):
                    return None
                if child.plain is not None:
                    plain_of[name] = child.plain
                if child.nullable and self._demands.swagger:
                    not_null.add(name)
                accepts = known[name] = self.value(child)
                return accepts
            if not others and node.values is not None:
                others.append(self.value(node.values))
            return others[0] if others else None

        def accept(value: Any) -> bool:
            if type(value) is not dict:
                return False
            for name, inner in value.items():
                if plain_of.get(name) is type(inner):
                    continue
                if (accepts := known.get(name) or learn(name)) is None:
                    return False
                if inner is None:
                    if name in not_null or name not in known:
                        return False
                elif not accepts(inner):
                    return False
            for name in required:
                if name not in value:
                    return False
            return (extent is None or extent(len(value))) and (rules is None or rules(value))

        return accept

    def _required(self, node: Node) -> Sequence[str]:
        if not self._demands.whole:
            return ()
        return (*node.required, *(node.webhook_required if self._demands.swagger else ()))

    def _is_filled_in(self, node: Node, name: str) -> bool:
        child = node.field(name)
        return child is not None and child.default

    def _array(self, node: Node) -> Accepts:
        items = node.items
        plain = items.plain if items is not None else None
        check = self.value(items) if items is not None else None
        extent = _extent(node, "Items")
        rules = _rules(node)
        keys, distinct = node.keys, bool(node.keys or node.unique)

        def accept(value: Any) -> bool:
            if type(value) is not list:
                return False
            if check is not None:
                for inner in value:
                    if type(inner) is not plain and (inner is None or not check(inner)):
                        return False
            if distinct and len(value) > 1 and not _are_distinct(keys, value):
                return False
            return (extent is None or extent(len(value))) and (rules is None or rules(value))

        return accept

    def _scalar(self, node: Node) -> Accepts:
        """The function for a type that is neither mapping nor list."""
        kind, is_of, demands = node.type, self._is_of, self._demands
        usual, fraction = _USUAL.get(kind), not demands.crd
        checks: list[Accepts] = []
        if kind in ("integer", "number"):
            low, high = node.low, node.high
            checks.append(lambda value: low <= value <= high)
        elif kind == "quantity":
            checks.append(partial(_is_quantity, demands.crd, demands.decoded))
        elif kind == "int-or-string" and demands.decoded:
            checks.append(lambda value: isinstance(value, str) or -(2**31) <= value < 2**31)
        elif kind == "string":
            if (extent := _extent(node, "Length")) is not None:
                checks.append(lambda value: extent(len(value)))
            if (pattern := node.pattern) is not None:
                checks.append(lambda value: pattern.search(value) is not None)
            if node.duration and demands.decoded:
                return _nothing
        enums = (node.enum, node.webhook_enum if demands.swagger else ())
        checks += [choices.__contains__ for choices in enums if choices]
        if (rules := _rules(node)) is not None:
            checks.append(rules)
        first = checks[0] if len(checks) == 1 else None

        def accept(value: Any) -> bool:
            if type(value) is not usual and not is_of(kind, value, fraction=fraction):
                return False
            return first(value) if first is not None else all(check(value) for check in checks)

        return accept


_USUAL: Mapping[str, type] = {"integer": int, "int-or-string": str, "quantity": str, "string": str}
"""A type of which every value is of the kind."""


def _anything(value: Any) -> bool:
    return True


def _nothing(value: Any) -> bool:
    return False


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _metadata(value: Any) -> bool:
    """The metadata of a template, which Go decodes."""
    if not isinstance(value, dict):
        return False
    for name, inner in value.items():
        types = FIELDS.get(name) if isinstance(name, str) else None
        if types is None or not isinstance(inner, types) or isinstance(inner, bool):
            return False
        if isinstance(inner, dict):
            for text in inner.values():
                if type(text) is not str:
                    return False
    return True


def _extent(node: Node, unit: str) -> Callable[[int], bool] | None:
    most, least = node.counts.get(f"max{unit}"), node.counts.get(f"min{unit}")
    if most is None and least is None:
        return None
    high, low = float("inf") if most is None else most, 0 if least is None else least
    return lambda length: low <= length <= high


def _rules(node: Node) -> Accepts | None:
    known = [holds for expression, _ in node.rules if (holds := RULES.get(expression)) is not None]
    return (lambda value: all(holds(value) for holds in known)) if known else None


def _are_distinct(keys: Sequence[str], entries: Sequence[Any]) -> bool:
    """Whether no two entries of a list are the same, by their keys if there are any."""
    if keys:
        if not {dict}.issuperset(map(type, entries)):
            return False
        found: list[Any] = [tuple([entry.get(key) for key in keys]) for entry in entries]
    else:
        found = list(entries)
    try:
        return len(set(found)) == len(found)
    except TypeError:  # mappings and lists
        return False


@lru_cache(maxsize=4096, typed=True)
def _is_quantity(crd: bool, decoded: bool, value: Any) -> bool:
    if crd and isinstance(value, str) and not crd_pattern_ok(value):
        return False
    return not decoded or Quantity.try_parse(value) is not None
