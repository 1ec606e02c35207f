"""The form of an object, judged as the API server and KubeVirt's schema webhook judge it.

What looks at an object, in this order, depends on its kind:

    crd           the CRD's structural schema alone
    decoded       that, and a webhook which decodes the object into Go's types
    swagger       that, and between the two KubeVirt's own validation, which allows no unknown field, not even where the
                  CRD keeps any
    reserialised  KubeVirt's own validation and the decoding come first, and the CRD sees what Go wrote back: a
                  fractional quantity is text by then, and an absent required field an empty one

Before all of them the API server drops what the CRD does not know, and nulls where null is no value.

Sources: Kubernetes `apiextensions-apiserver/pkg/apiserver/schema` (pruning, defaulting, list types) and
`kube-openapi/pkg/validation`; KubeVirt `pkg/util/openapi`, `pkg/virt-api/webhooks/mutating-webhook/mutators`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, final

from vmlint.model.quantity import Quantity, crd_pattern_ok
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.runtime.pattern import late
from vmlint.schema.cel import RULES
from vmlint.schema.code import Outcome, SchemaCode, SchemaKind, fault, kind_of
from vmlint.schema.meta import FIELDS, check_metadata, is_surely_right
from vmlint.schema.node import Frame, Node, path_of
from vmlint.schema.quick import Demands, accepts

__all__ = ["Admission", "Release", "Schema", "check", "is_right_beside"]

Release = tuple[int, ...]
"""A release, as (major, minor); more numbers are not looked at."""

_PROPOSAL = "proposal"
_MAIN = "main"  # KubeVirt's branch of that name; the newest release has no field of it
_NEXT = (1, 10)
_DURATION = late(r"[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)")
_EXACT = 2**53  # whole numbers are exact up to here where JSON's numbers are floats
_INT32 = 2**31
_MOST_HINTS = 1000  # of one object: to find out what is meant costs far more than to see that a field is unknown
_ROOT = frozenset({"apiVersion", "kind", "metadata", "status"})
_TOP = _ROOT | {"spec"}


class Admission(Record):
    """What looks at an object: the CRD at the object as written, KubeVirt's own validation, Go's decoding."""

    crd: bool
    swagger: bool
    decoded: bool

    @classmethod
    def named(cls, name: str) -> Admission:
        """The admission of that name in the module's list."""
        return _ADMISSIONS[name]


_ADMISSIONS = {
    "crd": Admission(crd=True, swagger=False, decoded=False),
    "decoded": Admission(crd=True, swagger=False, decoded=True),
    "swagger": Admission(crd=True, swagger=True, decoded=True),
    "reserialised": Admission(crd=False, swagger=True, decoded=True),
}


class Schema(Record):
    """The schema of a kind: its name, who judges by it, and whose releases its fields tell ("" where nobody's)."""

    kind: str
    admission: Admission
    root: Node
    product: str = ""


def check(data: Any, schema: Schema, *, target: Release | None = None, whole: bool = True) -> Iterator[Refusal]:
    """The faults of an object's form, in the order of the object.

    `target` is the release of the schema's product that the object is for; without one, all that any release or
    proposal knows is a field, but for what the newest release lacks. A fragment (`whole` false: a patch) may lack
    anything. `status` is not looked at: the API server takes it from nobody who creates an object.
    """
    if isinstance(data, dict) and _is_right(data, schema, target, whole):
        return
    walk = _Walk(schema, target, whole)
    if isinstance(data, dict):
        for refusal in check_metadata(data.get("metadata"), schema.kind, whole=whole):
            if kind_of(refusal) is SchemaKind.UNKNOWN:
                walk.strange_metadata(data, str(refusal.path[-1]))
            else:
                yield refusal
        walk.object(schema.root, data, (None, "", schema.root, data))
    else:
        walk.wrong_type(schema.root, data, None, "")
    claims = target is None and isinstance(data, dict) and _proposes_claims(data)
    for refusal in walk.found:
        # With claim templates a volume names its claim by the template: `persistentVolumeClaim.name`.
        of_claim = refusal.path[-2:-1] == ("persistentVolumeClaim",) and refusal.path[-1] in ("name", "claimName")
        if not (claims and of_claim):
            yield refusal


def _is_right(data: dict[str, Any], schema: Schema, target: Release | None, whole: bool) -> bool:
    """Whether an object is surely in order; what `_Walk` finds in it is nothing then."""
    metadata = data.get("metadata")
    faults = () if is_surely_right(metadata, schema.kind) else check_metadata(metadata, schema.kind, whole=whole)
    if any(True for _ in faults):
        return False
    return _accepts(schema.root, schema.admission, schema.product, target, whole)(data)


def is_right_beside(data: dict[str, Any], field: str, schema: Schema, target: Release | None) -> bool:
    """Whether the metadata of a whole object and one field of its `spec` are surely in order, and the object holds
    nothing that no object has."""
    spec, node = data.get("spec"), schema.root.field("spec")
    child = node.field(field) if node is not None else None
    if type(spec) is not dict or node is None or child is None or node.releases.get(field):
        return False
    if not _TOP.issuperset(data) or not is_surely_right(data.get("metadata"), schema.kind):
        return False
    return field not in spec or _accepts(child, schema.admission, schema.product, target, True, frozenset())(
        spec[field]
    )


@lru_cache(maxsize=256)
def _accepts(
    node: Node, admission: Admission, product: str, target: Release | None, whole: bool, skipped: frozenset[str] = _ROOT
) -> Callable[[Any], bool]:
    walk = _Walk(Schema("", admission, node, product), target, whole)
    return accepts(node, Demands(*admission, whole), walk.is_served, _is_of, skipped)


def _proposes_claims(data: dict[str, Any]) -> bool:
    spec = data.get("spec")
    return isinstance(spec, dict) and "volumeClaimTemplates" in spec


@final
class _Walk:
    """One pass over an object; `found` collects the faults."""

    __slots__ = ("_admission", "_product", "_root", "_target", "_unknowns", "_whole", "found")

    def __init__(self, schema: Schema, target: Release | None, whole: bool) -> None:
        self._admission = schema.admission
        self._root = schema.root
        self._product = {"kubevirt": "KubeVirt", "cdi": "CDI"}.get(schema.product, schema.product)
        self._target = target[:2] if target else None
        self._whole = whole
        self._unknowns = 0
        self.found: list[Refusal] = []

    def value(self, node: Node, value: Any, above: Frame | None, key: str | int) -> None:
        """Judge one value that is not null."""
        kind = node.type
        if kind == "object":
            if isinstance(value, dict):
                self.object(node, value, (above, key, node, value))
            else:
                self.wrong_type(node, value, above, key)
        elif kind == "array":
            if isinstance(value, list):
                self.array(node, value, (above, key, node, value))
            else:
                self.wrong_type(node, value, above, key)
        elif kind == "metadata":
            self.metadata(node, value, above, key)
        elif kind != "any" and not is_unknown(value):
            self.scalar(node, value, above, key)

    def object(self, node: Node, value: dict[str, Any], frame: Frame) -> None:
        """Judge the fields of a mapping, then what is missing."""
        releases, values = node.releases, node.values
        root = frame[0] is None
        for name, inner in value.items():
            if type(name) is not str or (root and name in _ROOT):
                continue
            child = node.field(name)
            if child is None:
                child = values
                if child is None:
                    self.unknown(node, name, inner, frame)
                    continue
            elif name in releases and self.not_served(releases[name], name, frame):
                continue
            if inner is None:
                if child.nullable and self._admission.swagger:
                    self.wrong_type(child, inner, frame, name)
            elif type(inner) is not child.plain:
                self.value(child, inner, frame, name)
        if self._whole and (node.required or node.webhook_required) and not any(map(is_unknown, value)):
            self.missing(node, value, frame)
        if node.counts or node.rules:
            self.extent(node, len(value), "Properties", frame[0], frame[1])
            self.rules(node, value, frame[0], frame[1])

    def array(self, node: Node, value: list[Any], frame: Frame) -> None:
        """Judge the entries of a list, then the list."""
        items = node.items
        if items is not None:
            for index, inner in enumerate(value):
                if inner is None:
                    if self._admission.swagger or not items.nullable:
                        self.wrong_type(items, inner, frame, index)
                elif type(inner) is not items.plain:
                    self.value(items, inner, frame, index)
        if node.keys or node.unique:
            self.twice(node, value, frame)
        if node.counts or node.rules:
            self.extent(node, len(value), "Items", frame[0], frame[1])
            self.rules(node, value, frame[0], frame[1])

    def scalar(self, node: Node, value: Any, above: Frame | None, key: str | int) -> None:
        """Judge a value that is neither mapping nor list, or should be."""
        kind = node.type
        if not _is_of(kind, value, fraction=not self._admission.crd):
            self.wrong_type(node, value, above, key)
            return
        if kind == "integer" or kind == "number":
            if not node.low <= value <= node.high:
                self.refuse(SchemaCode.RANGE, above, key, value=value, low=node.low, high=node.high)
        elif kind == "quantity":
            self.quantity(value, above, key)
        elif kind == "int-or-string":
            if self._admission.decoded and not isinstance(value, str) and not -_INT32 <= value < _INT32:
                self.refuse(SchemaCode.INT32, above, key, value=value)
        elif kind == "string":
            self.text(node, value, above, key)
        self.choice(node, value, above, key)
        if node.rules:
            self.rules(node, value, above, key)

    def text(self, node: Node, value: str, above: Frame | None, key: str | int) -> None:
        if node.counts:
            self.extent(node, len(value), "Length", above, key)
        if node.pattern and not node.pattern.search(value):
            self.refuse(SchemaCode.PATTERN, above, key, value=value, pattern=node.pattern.pattern)
        if node.duration and self._admission.decoded and not _DURATION.fullmatch(value):
            self.refuse(SchemaCode.DURATION, above, key, value=value)

    def quantity(self, value: Any, above: Frame | None, key: str | int) -> None:
        wrong = isinstance(value, str) and self._admission.crd and not crd_pattern_ok(value)
        if wrong or (self._admission.decoded and Quantity.try_parse(value) is None):
            bare = str(value).removesuffix("B").removesuffix("b")
            known = bare != value and crd_pattern_ok(bare)
            sure = str(value).endswith("B")  # of bytes
            self.refuse(SchemaCode.QUANTITY, above, key, value=value, bare=bare if known else "", sure=sure)

    def choice(self, node: Node, value: Any, above: Frame | None, key: str | int) -> None:
        # Go leaves an empty text out when it writes the object back, unless the field is a pointer.
        seen = self._admission.crd or value != "" or node.kept
        broken = node.enum and value not in node.enum and seen
        choices = node.enum
        if not broken and self._admission.swagger and node.webhook_enum and value not in node.webhook_enum:
            broken, choices = True, node.webhook_enum
        if broken:
            near = next((c for c in choices if isinstance(value, str) and str(c).casefold() == value.casefold()), None)
            self.refuse(SchemaCode.ENUM, above, key, value=value, choices=choices, near=near)

    def rules(self, node: Node, value: Any, above: Frame | None, key: str | int) -> None:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if any(map(is_unknown, inner)):
            return
        for expression, message in node.rules:
            holds = RULES.get(expression)
            if holds is not None and not holds(value):
                self.refuse(SchemaCode.RULE, above, key, message=message)

    def extent(self, node: Node, length: int, unit: str, above: Frame | None, key: str | int) -> None:
        most, least = node.counts.get(f"max{unit}"), node.counts.get(f"min{unit}")
        if most is not None and length > most:
            self.refuse(SchemaCode.TOO_LONG, above, key, length=length, unit=unit, most=most)
        if least is not None and length < least:
            self.refuse(SchemaCode.TOO_SHORT, above, key, length=length, unit=unit, least=least)

    def twice(self, node: Node, value: list[Any], frame: Frame) -> None:
        seen: dict[Any, int] = {}
        for index, entry in enumerate(value):
            identity = _identity(node.keys, entry)
            if identity is None:
                continue
            first = seen.setdefault(identity, index)
            if first != index:
                self.refuse(SchemaCode.DUPLICATE, frame, index, first=first, keys=tuple(node.keys))

    def missing(self, node: Node, value: dict[str, Any], frame: Frame) -> None:
        admission = self._admission
        demanded: Sequence[str] = node.required
        if admission.swagger and node.webhook_required:
            demanded = sorted({*demanded, *node.webhook_required})
        for name in demanded:
            if value.get(name) is not None:
                continue
            child = node.field(name)
            if child is not None and (child.default or (name in value and child.nullable)):
                continue
            if name in node.releases and self._is_later(node.releases[name][0]):
                continue
            refused = admission.crd or name in node.webhook_required
            code, outcome = (SchemaCode.MISSING, Outcome.REFUSED) if refused else (SchemaCode.BLANK, Outcome.BLANK)
            self.found.append(fault(code, (*path_of(frame), name), outcome, null=name in value))

    def unknown(self, node: Node, name: str, value: Any, frame: Frame) -> None:
        """Say of a field that the schema does not have what becomes of it, and what may be meant."""
        if is_unknown(name) or (not self._whole and name.startswith("$")):
            return
        if node.open and not self._admission.decoded:
            return
        outcome = Outcome.DROPPED
        if node.open:
            outcome = Outcome.REFUSED if self._admission.swagger else Outcome.INERT
        self._unknown(name, value, frame, outcome)

    def strange_metadata(self, data: dict[str, Any], name: str) -> None:
        """The same of a field of the object's own metadata."""
        above: Frame = (None, "", self._root, data)
        self._unknown(name, data["metadata"][name], (above, "metadata", _METADATA, data["metadata"]), Outcome.DROPPED)

    def _unknown(self, name: str, value: Any, frame: Frame, outcome: Outcome) -> None:
        from vmlint.schema.hints import Hint, hint

        self._unknowns += 1
        meant = hint(frame, name, value) if self._unknowns <= _MOST_HINTS else Hint()
        nested = isinstance(value, dict | list)
        self.found.append(fault(SchemaCode.UNKNOWN, (*path_of(frame), name), outcome, hint=meant, nested=nested))

    def not_served(self, served: Sequence[str], name: str, frame: Frame) -> bool:
        """Say of a field that the target lacks when it came or went."""
        since, until = served
        if since == _PROPOSAL:
            if self._target is None:
                return False
            code, release = SchemaCode.PROPOSAL, ""
        elif self._is_later(since):
            code, release = SchemaCode.NEWER, since
        elif until and (self._target is None or _release(until) < self._target):
            code, release = SchemaCode.REMOVED, until
        else:
            return False
        path = (*path_of(frame), name)
        self.found.append(fault(code, path, Outcome.DROPPED, product=self._product, release=release))
        return True

    def is_served(self, served: Sequence[str]) -> bool:
        """Whether the target has a field that came and went with these releases."""
        since, until = served
        if since == _PROPOSAL:
            return self._target is None
        gone = bool(until) and (self._target is None or _release(until) < self._target)
        return not self._is_later(since) and not gone

    def _is_later(self, since: str) -> bool:
        return bool(since) and since != _PROPOSAL and self._target is not None and _release(since) > self._target

    def metadata(self, node: Node, value: Any, above: Frame | None, key: str | int) -> None:
        """Judge the metadata of a template: the CRD keeps anything in it, Go's ObjectMeta takes its own fields."""
        if is_unknown(value):
            return
        if not isinstance(value, dict):
            self.wrong_type(node, value, above, key)
            return
        if not self._admission.decoded:
            return
        frame: Frame = (above, key, node, value)
        strict = self._admission.swagger
        for name, inner in value.items():
            if not isinstance(name, str) or is_unknown(name) or is_unknown(inner):
                continue
            types = FIELDS.get(name)
            if types is None:
                self._unknown(name, inner, frame, Outcome.REFUSED if strict else Outcome.INERT)
            elif inner is None:
                if strict and name != "creationTimestamp":
                    self.wrong_type(_TYPE_NODES[types[0]], inner, frame, name)
            elif not isinstance(inner, types) or isinstance(inner, bool):
                self.wrong_type(_TYPE_NODES[types[0]], inner, frame, name)
            elif isinstance(inner, dict):
                inside: Frame = (frame, name, _TYPE_NODES[dict], inner)
                for label, text in inner.items():
                    if not isinstance(text, str) and (strict or text is not None):
                        self.wrong_type(_TYPE_NODES[str], text, inside, label)

    def wrong_type(self, node: Node, value: Any, above: Frame | None, key: str | int) -> None:
        if is_unknown(value):
            return
        self.refuse(SchemaCode.TYPE, above, key, type=node.type, value=value)

    def refuse(self, code: SchemaCode, above: Frame | None, key: str | int, **values: Any) -> None:
        """Note a refusal of a value."""
        self.found.append(fault(code, path_of(above) if above is None else (*path_of(above), key), **values))


_TYPES: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    dict: {"type": "object", "values": {"type": "any"}},
    list: {"type": "array", "items": {"type": "any"}},
}
_TYPE_NODES = {kind: Node(raw) for kind, raw in _TYPES.items()}
_METADATA = Node({"type": "metadata", "fields": {name: _TYPES[types[0]] for name, types in FIELDS.items()}})


def _is_of(kind: str, value: Any, *, fraction: bool) -> bool:
    """Whether a value has a scalar type; `fraction` lets a quantity be a number with a fraction."""
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, str):
        return kind in ("string", "quantity", "int-or-string")
    if isinstance(value, int):
        return kind in ("integer", "number", "quantity", "int-or-string")
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) <= _EXACT
        return kind == "number" or (kind == "quantity" and fraction) or (whole and kind in _WHOLE)
    return False


_WHOLE = ("integer", "quantity", "int-or-string")


def _identity(keys: Sequence[str], entry: Any) -> Any:
    """What distinguishes an entry of a list from the others; None where that is not known."""
    if not keys:
        return None if isinstance(entry, dict | list) or entry is None or is_unknown(entry) else (type(entry), entry)
    if not isinstance(entry, dict):
        return None
    values = tuple(entry.get(key) for key in keys)
    if any(value is None or isinstance(value, dict | list) or is_unknown(value) for value in values):
        return None
    return tuple((type(value), value) for value in values)


def _release(text: str) -> Release:
    """The line of a release; what is in the main branch alone comes with the next one."""
    if text == _MAIN:
        return _NEXT
    major, minor = text.split(".")
    return int(major), int(minor)
