"""CPUs of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.cpu import Code
from vmlint.model.refusal import Refusal

from ..._wording import Wording, Words

__all__ = ["WORDS"]


_SET = {
    "dedicatedCpuPlacement": "set `dedicatedCpuPlacement: true`",
    "memory.hugepages": "set `domain.memory.hugepages.pageSize`",
    "numa.guestMappingPassthrough": "set `numa.guestMappingPassthrough: {}`",
}


def _needs(refusal: Refusal) -> Words:
    feature, needed = refusal.values["feature"], refusal.values["needed"]
    return Words(f"`cpu.{feature}` needs `{needed}`, which is not set.", _SET[needed])


WORDS: Mapping[Code, Wording] = {
    Code.SOCKETS_ABOVE_MAXIMUM: Words(
        "`cpu.sockets` is {sockets}, more than `maxSockets: {most}`.",
        "raise `maxSockets`, or use fewer sockets",
    ),
    Code.NEGATIVE: Words(
        "`resources.{kind}.cpu` is `{value}`; it must not be negative.",
        "use a positive amount",
    ),
    Code.REQUEST_ABOVE_LIMIT: Words(
        "the CPU request `{request}` is greater than the limit `{limit}`.",
        "raise the limit or lower the request",
    ),
    Code.PINNED_WITHOUT_MEMORY: Words(
        (
            "`dedicatedCpuPlacement` needs an amount of memory: `memory.guest`, huge pages, a request or a limit "
            "must be set."
        ),
        "set `domain.memory.guest`",
    ),
    Code.PINNED_MEMORY_UNEQUAL: Words(
        "`dedicatedCpuPlacement` needs a memory request equal to the limit; they are `{request}` and `{limit}`.",
        "use one value for both",
    ),
    Code.PINNED_CPUS_NOT_WHOLE: Words(
        "`dedicatedCpuPlacement` needs whole CPUs, and `resources.{kind}.cpu` is `{value}`.",
        "use a whole number",
    ),
    Code.PINNED_WITHOUT_CPUS: Words(
        "`dedicatedCpuPlacement` needs a number of CPUs, which is not set.",
        "set `domain.cpu.cores`",
    ),
    Code.PINNED_CPUS_UNEQUAL: Words(
        "`dedicatedCpuPlacement` needs a CPU request equal to the limit; they are `{request}` and `{limit}`.",
        "use one value for both, or remove them",
    ),
    Code.PINNED_CPUS_NOT_VCPUS: Words(
        (
            "`dedicatedCpuPlacement` needs a CPU request or limit equal to the {vcpus} vCPUs of `domain.cpu`; they "
            "are `{request}` and `{limit}`."
        ),
        "remove the CPU request and limit, or the topology",
    ),
    Code.ARM64_THREADS: Words(
        "`dedicatedCpuPlacement` on `arm64` allows one thread per core, and `cpu.threads` is {threads}.",
        "set `cpu.threads` to 1 and use more cores",
    ),
    Code.PINNED_THREADS: Words(
        "`dedicatedCpuPlacement` allows two threads per core, and `cpu.threads` is {threads}.",
        "use more cores and fewer threads",
    ),
    Code.NEEDS: _needs,
}
