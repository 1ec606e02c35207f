"""NVIDIA Grace devices of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.grace import Code
from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words

__all__ = ["WORDS"]


_DOES = {
    "kubevirt.io/placePCIDevicesOnRootComplex": "places devices on the root complex",
    "kubevirt.io/disablePCIHole64": "disables the 64-bit PCI hole",
}


def _annotation(refusal: Refusal) -> Words:
    name, key = refusal.values["name"], refusal.values["key"]
    return Words(
        f"`{name}` is an NVIDIA Grace device, which does not work with the annotation `{key}`; it {_DOES[key]}.",
        "remove the annotation",
    )


WORDS: Mapping[Code, Wording] = {
    Code.SELECTOR_NOT_EXACT: Words(
        (
            "`{name}` is permitted with the selector `10DE:*`; with `{needed}` the selector of an NVIDIA device must "
            "be exact."
        ),
        "set `pciVendorSelector` of the KubeVirt object to the exact device ID",
    ),
    Code.GATE_OFF: Words(
        "`{name}` is an NVIDIA Grace device, which needs the feature gate `{needed}`{off}.",
        "add `{needed}` to `featureGates` of the KubeVirt object",
    ),
    Code.ARCHITECTURE: Words(
        "`{name}` is an NVIDIA Grace device, which needs an `arm64` guest, and the guest is `{architecture}`.",
        "set `architecture: arm64`",
    ),
    Code.MACHINE: Words(
        "`{name}` is an NVIDIA Grace device, which needs the machine type `virt`, and the guest has `{machine}`.",
        "set `machine.type: virt`",
    ),
    Code.CPUS_NOT_DEDICATED: Words(
        (
            "`{name}` is an NVIDIA Grace device, which needs dedicated CPUs in an `arm64` guest of the machine type "
            "`virt`, and the guest has no dedicated CPUs."
        ),
        "set `cpu.dedicatedCpuPlacement: true`",
    ),
    Code.OTHER_GATE_OFF: Words(
        "`{name}` is an NVIDIA Grace device, which needs the feature gate `{needed}`{off}.",
        "add `{needed}` to `featureGates` of the KubeVirt object",
    ),
    Code.ANNOTATION: _annotation,
}
