"""The tables of the admission tests: a good and a bad spec for each row, and what is said of the bad one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from rules.machine._words import words_of
from vmlint.kubevirt.admission import SUBJECTS, AdmissionConfig, Owner, Silence, View, asked, name_of, subject_of
from vmlint.kubevirt.gates import Gates
from vmlint.model.field import Path, parse
from vmlint.model.refusal import Refusal, Refuser
from vmlint.source.edit import Edit

NOTHING: Mapping[str, Any] = MappingProxyType({})


def at(field: str, owner: Owner = Owner.VM) -> Path:
    """The path of a field of the VMI spec."""
    return (*owner.value.spec, *parse(field))


def kubevirt(*gates: str, **configuration: Any) -> dict[str, Any]:
    """A KubeVirt object with these feature gates and settings."""
    return {"spec": {"configuration": {"developerConfiguration": {"featureGates": list(gates)}, **configuration}}}


class Expected(NamedTuple):
    """A refusal as a person reads it: `subject` is what rules choose it by."""

    path: Path
    message: str
    fix: str
    subject: str
    by: Refuser | None = Refuser.VALIDATING_WEBHOOK
    gate: str | None = None
    edits: tuple[Edit, ...] = ()


def reported(refusal: Refusal) -> Expected:
    words = words_of(refusal)
    edits = words.edits(refusal) if words.edits else ()
    return Expected(refusal.path, words.wrong, words.fix, subject_of(refusal), refusal.by, refusal.gate, edits)


def left_out(silence: Silence, seen: View) -> list[str]:
    """What checks say that would not be asked."""
    heard = asked(seen, silence)
    silent = [subject for subject in SUBJECTS if subject not in heard]
    return [f"{name_of(subject)}: {refusal}" for subject in silent for refusal in subject.check(seen)]


class Row(NamedTuple):
    """One row. `good_in` and `bad_in` are what stands around the spec: arguments of `view`."""

    name: str
    good: Mapping[str, Any]
    bad: Mapping[str, Any]
    reported: list[Expected]
    good_in: Mapping[str, Any] = NOTHING
    bad_in: Mapping[str, Any] = NOTHING

    def __str__(self) -> str:
        return self.name

    def judge(self, check: Callable[[View], Iterator[Refusal]]) -> None:
        for spec, around in ((self.good, self.good_in), (self.bad, self.bad_in)):
            assert left_out(Silence(), view(spec, **around)) == []
        assert list(map(reported, check(view(self.bad, **self.bad_in)))) == self.reported
        assert list(check(view(self.good, **self.good_in))) == []


def view(
    spec: Mapping[str, Any],
    *,
    owner: Owner = Owner.VM,
    vm: Mapping[str, Any] = NOTHING,
    metadata: Mapping[str, Any] = NOTHING,
    around: Mapping[str, Any] = NOTHING,
    cluster: Mapping[str, Any] | None = None,
    release: tuple[int, ...] | None = None,
    closed: bool = True,
) -> View:
    """A view of an object with that VMI spec; `vm` and `around` are what else the VM's and the object's `spec` hold."""
    template = {"metadata": dict(metadata), "spec": dict(spec)}
    objects: dict[Owner, dict[str, Any]] = {
        Owner.VM: {"spec": {**vm, **around, "template": template}},
        Owner.VMI: {**template},
        Owner.REPLICA_SET: {"spec": {**around, "template": template}},
        Owner.POOL: {
            "spec": {
                **around,
                "virtualMachineTemplate": {
                    "metadata": {"labels": around.get("labels")},
                    "spec": {**vm, "template": template},
                },
            }
        },
    }
    return View(
        owner,
        objects[owner],
        gates=Gates(cluster, release, closed),
        cluster=AdmissionConfig.of(cluster, release, closed),
    )
