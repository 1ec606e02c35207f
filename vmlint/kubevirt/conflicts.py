"""Fields that a VM may not set because its instancetype does.

Source: KubeVirt `pkg/instancetype/apply/*.go`, in the order of `apply/vmi.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from vmlint.kubevirt.releases import Release, behaviour
from vmlint.kubevirt.values import whole
from vmlint.model.access import get, items, mapping
from vmlint.model.field import Path, render
from vmlint.model.unknown import is_unknown
from vmlint.record import Record

__all__ = [
    "CPU_GROUP",
    "MEMORY_GROUP",
    "TABLE",
    "Conflict",
    "ReservedFields",
    "Row",
    "nonzero",
    "reserved_fields",
]

_SPEC = ("spec",)
_DOMAIN = ("spec", "domain")
_REQUESTS = (*_DOMAIN, "resources", "requests")
_LIMITS = (*_DOMAIN, "resources", "limits")

CPU_GROUP = "cpu"
MEMORY_GROUP = "memory"


class Conflict(Record):
    """A field that both set.

    `path` leads from the template's root to the VM's field, `owner` from the instancetype's `spec` to its own: the
    amount, where one amount bars several fields of the VM. `field` is the path as KubeVirt's message spells it.
    """

    path: Path
    owner: Path
    group: str
    field: str


def _is_set(value: Any) -> bool:
    return value is not None and not is_unknown(value)


def nonzero(value: Any) -> bool:
    """Whether a number counts as set: 0 does not."""
    return bool(whole(value))


def _true(value: Any) -> bool:
    return value is True


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != "" and not is_unknown(value)


def _filled(value: Any) -> bool:
    return isinstance(value, dict | list) and len(value) > 0


def _always(value: Any) -> bool:
    return True


Condition = Callable[[Any], bool]


class Row(Record):
    """One field: its group, where the VM and the instancetype have it, when each of the two counts as set."""

    group: str
    vm: Path
    when: Condition
    instancetype: Path
    owned: Condition
    since: tuple[int, int] = (0, 56)
    spelled: str = ""

    @property
    def field(self) -> str:
        """The VM's field as KubeVirt's message spells it."""
        return self.spelled or render(("spec", "template", *self.vm))


_CPU_AMOUNT = ("cpu", "guest")
_MEMORY_AMOUNT = ("memory", "guest")


def _cpu(name: str, when: Condition, owner: str = "", spelled: str = "") -> Row:
    owner = owner or name
    spelled = spelled and f"spec.template.spec.domain.cpu.{spelled}"
    return Row(CPU_GROUP, (*_DOMAIN, "cpu", name), when, ("cpu", owner), _is_set, spelled=spelled)


_CPU_RESOURCES = (
    Row(CPU_GROUP, (*_REQUESTS, "cpu"), _is_set, _CPU_AMOUNT, _always),
    Row(CPU_GROUP, (*_LIMITS, "cpu"), _is_set, _CPU_AMOUNT, _always),
)
_MEMORY_RESOURCES = (
    Row(MEMORY_GROUP, (*_REQUESTS, "memory"), _is_set, _MEMORY_AMOUNT, _always),
    Row(MEMORY_GROUP, (*_LIMITS, "memory"), _is_set, _MEMORY_AMOUNT, _always),
)
_CPU_FIELDS = (
    *_CPU_RESOURCES,
    *(
        Row(CPU_GROUP, (*_DOMAIN, "cpu", name), nonzero, _CPU_AMOUNT, _always)
        for name in ("sockets", "cores", "threads")
    ),
    _cpu("model", _text),
    _cpu("dedicatedCpuPlacement", _true, owner="dedicatedCPUPlacement", spelled="dedicatedCPUPlacement"),
    _cpu("isolateEmulatorThread", _true),
    _cpu("numa", _is_set),
    _cpu("realtime", _is_set),
)
_CPU_WHOLE = (Row(CPU_GROUP, (*_DOMAIN, "cpu"), _is_set, _CPU_AMOUNT, _always), *_CPU_RESOURCES)
_MEMORY_FIELDS = (
    Row(MEMORY_GROUP, (*_DOMAIN, "memory", "guest"), _is_set, _MEMORY_AMOUNT, _always),
    Row(MEMORY_GROUP, (*_DOMAIN, "memory", "hugepages"), _is_set, ("memory", "hugepages"), _is_set),
    Row(MEMORY_GROUP, (*_DOMAIN, "memory", "maxGuest"), _is_set, ("memory", "maxGuest"), _is_set),
    *_MEMORY_RESOURCES,
)
_MEMORY_WHOLE = (Row(MEMORY_GROUP, (*_DOMAIN, "memory"), _is_set, _MEMORY_AMOUNT, _always), *_MEMORY_RESOURCES)

_BEFORE = (
    Row("nodeSelector", (*_SPEC, "nodeSelector"), _filled, ("nodeSelector",), _is_set, (1, 1)),
    Row("schedulerName", (*_SPEC, "schedulerName"), _text, ("schedulerName",), _text, (1, 1)),
)
_POOL = ("ioThreads", "supplementalPoolThreadCount")
_AFTER = (
    Row("ioThreads", (*_DOMAIN, *_POOL), _is_set, _POOL, _is_set, (1, 7)),
    Row("ioThreadsPolicy", (*_DOMAIN, "ioThreadsPolicy"), _is_set, ("ioThreadsPolicy",), _is_set),
    Row("launchSecurity", (*_DOMAIN, "launchSecurity"), _is_set, ("launchSecurity",), _is_set),
    Row("gpus", (*_DOMAIN, "devices", "gpus"), _filled, ("gpus",), _filled),
    Row("hostDevices", (*_DOMAIN, "devices", "hostDevices"), _filled, ("hostDevices",), _filled),
)
_ANNOTATIONS_SINCE = (1, 1)

TABLE: tuple[Row, ...] = (*_BEFORE, *_CPU_FIELDS, *_MEMORY_FIELDS, *_AFTER)
"""The fields of the newest release, in the order in which the cluster reports them; annotations come last."""


class ReservedFields(Record):
    """The fields that an instancetype keeps a VM from setting, with all that is to be known of the instancetype.

    Of the groups `first_only`, the cluster names the first conflict alone.
    """

    rows: tuple[Row, ...]
    first_only: frozenset[str]
    annotations: Mapping[str, Any]
    fields: tuple[tuple[Path, frozenset[str]], ...]
    """The same fields by the mappings that hold them: hardly any VM has one."""

    @classmethod
    def of(
        cls,
        rows: Iterable[Row],
        first_only: Iterable[str],
        instancetype: Mapping[str, Any],
        *,
        annotations: bool = True,
    ) -> ReservedFields:
        """The fields of some rows of which an instancetype's `spec` sets its side."""
        owned = tuple(row for row in rows if row.owned(get(instancetype, *row.instancetype)))
        holders: dict[Path, set[str]] = {}
        for row in owned:
            holders.setdefault(row.vm[:-1], set()).add(str(row.vm[-1]))
        fields = tuple((holder, frozenset(names)) for holder, names in holders.items())
        return cls(owned, frozenset(first_only), mapping(instancetype, "annotations") if annotations else {}, fields)

    def conflicts(self, template: Mapping[str, Any]) -> tuple[Conflict, ...]:
        """Every conflict that the cluster would report with a VM's `spec.template`.

        A value with a variable conflicts with nothing. Annotations come in the VM's order; the cluster's is random.
        """
        out: list[Conflict] = []
        named: set[str] = set()
        is_free = all(names.isdisjoint(mapping(template, *holder)) for holder, names in self.fields)
        for row in () if is_free else self.rows:
            if row.group not in named and row.when(get(template, *row.vm)):
                out.append(Conflict(row.vm, row.instancetype, row.group, row.field))
                if row.group in self.first_only:
                    named.add(row.group)
        if self.annotations:
            out += self._annotation_conflicts(template)
        return tuple(out)

    def _annotation_conflicts(self, template: Mapping[str, Any]) -> Iterator[Conflict]:
        """The annotations that both have with different values."""
        for key, value in items(template, "metadata", "annotations"):
            other = self.annotations.get(key)
            texts = isinstance(value, str) and isinstance(other, str)
            if texts and value != other and not is_unknown(value) and not is_unknown(other):
                path = ("metadata", "annotations", key)
                yield Conflict(path, ("annotations", key), "annotations", f"annotations.{key}")


def reserved_fields(instancetype: Mapping[str, Any], release: Release | None = None) -> ReservedFields:
    """What an instancetype's `spec` bars. The cluster names all CPU fields, and of the memory fields the first."""
    does = behaviour(release)
    rows = (
        *_BEFORE,
        *(_CPU_FIELDS if does.cpu_conflicts_by_field else _CPU_WHOLE),
        *(_MEMORY_FIELDS if does.memory_conflicts_by_field else _MEMORY_WHOLE),
        *_AFTER,
    )
    return ReservedFields.of(
        (row for row in rows if release is None or release.serves(row.since)),
        (MEMORY_GROUP,) if does.cpu_conflicts_by_field else (MEMORY_GROUP, CPU_GROUP),
        instancetype,
        annotations=release is None or release.serves(_ANNOTATIONS_SINCE),
    )
