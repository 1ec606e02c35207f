"""Would KubeVirt admit a VM, a VirtualMachineInstance, a pool or a replica set?

One module a subject, each with its codes and `check(view) -> Iterator[Refusal]`; the list below is all there is, in the
cluster's order. The schema's business (unknown fields, missing required ones, values of the wrong type), conflicts with
an instancetype and what DataVolume templates hold are judged elsewhere. The words for the codes are in
`rules/machine/_words`.

Hardly any guest has the fields that most modules are about, and most of its parts stood in others before. So `silence`
has tables of what each module looks at, and tells which of them may have something to say about a guest.

Sources: KubeVirt `pkg/virt-api/webhooks`, `pkg/network/admitter`, `pkg/storage/admitters`, `pkg/dra/admitter`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

from vmlint.kubevirt.admission import (
    access_credentials,
    architecture,
    claims,
    cloud_init,
    cpu,
    devices,
    disks,
    dns,
    enums,
    features,
    firmware,
    grace,
    hyperv,
    identity,
    interfaces,
    launch_security,
    memory,
    metadata,
    networks,
    probes,
    run_state,
    scheduling,
    sets,
    volumes,
)
from vmlint.kubevirt.admission.silence import Silence
from vmlint.kubevirt.admission.view import AdmissionConfig, Owner, View
from vmlint.model.refusal import Refusal

__all__ = [
    "NAMES",
    "SUBJECTS",
    "AdmissionConfig",
    "Owner",
    "Silence",
    "View",
    "asked",
    "check",
    "name_of",
    "subject_of",
]

SUBJECTS = (
    metadata,
    identity,
    memory,
    firmware,
    cpu,
    enums,
    scheduling,
    networks,
    interfaces,
    claims,
    disks,
    devices,
    grace,
    probes,
    volumes,
    cloud_init,
    access_credentials,
    dns,
    launch_security,
    features,
    run_state,
    sets,
    hyperv,
    architecture,
)


def name_of(subject: ModuleType) -> str:
    """The name of one of these modules: `disks`."""
    return subject.__name__.rpartition(".")[2]


def subject_of(refusal: Refusal) -> str:
    """The subject of a refusal: the name of the module that makes it, or of a fault with a name of its own."""
    return refusal.code.partition("/")[0]


NAMES = frozenset(map(name_of, SUBJECTS)) | {"memory_unset", "secure_boot"}
"""What the subject of a refusal can be: a module's name, or that of a fault which people want to tell apart."""


def check(view: View, silence: Silence | None = None) -> Iterator[Refusal]:
    """Every reason why KubeVirt would refuse the object, or the VirtualMachineInstance made from it."""
    for subject in asked(view, silence):
        yield from subject.check(view)


def asked(view: View, silence: Silence | None) -> Sequence[ModuleType]:
    """The modules that may have something to say, as far as that is known; `silence` is for guests of one kind."""
    speaking = None if silence is None else silence.asked(view)
    if speaking is None:
        return SUBJECTS
    return [subject for subject in SUBJECTS if subject in speaking] if speaking else ()
