"""Fields of a guest that need a feature gate."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.features import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]

_FIX = "add {first:choice} to `featureGates` of the KubeVirt object, or remove what needs it"
_WHAT: Mapping[Code, str] = {
    Code.NUMA_PASSTHROUGH: "`numa.guestMappingPassthrough`",
    Code.PASST_BINDING: "the binding `passtBinding`",
    Code.NETWORK_CLAIM: "a network of a resource claim",
    Code.PORT_RANGES: "`portRanges`",
    Code.GPU_CLAIM: "a GPU of a resource claim",
    Code.HOST_DEVICE_CLAIM: "a host device of a resource claim",
    Code.EMPTY_CDROM: "a CD-ROM drive without a volume",
    Code.METRICS_VOLUME: "a volume of downward metrics",
    Code.HOST_DISK: "`hostDisk`",
    Code.HOST_DEVICES: "`hostDevices`",
    Code.SEV: "guest encryption with AMD SEV",
    Code.TDX: "guest encryption with Intel TDX",
    Code.ENCRYPTION: "`launchSecurity`",
    Code.SECURE_EXECUTION: "guest encryption with IBM Secure Execution",
    Code.PERSISTENT_TPM: "a persistent TPM",
    Code.PERSISTENT_VARIABLES: "`efi.persistent`",
    Code.VSOCK: "`autoattachVSOCK`",
    Code.RESERVATION: "a persistent reservation",
    Code.METRICS_DEVICE: "the device `downwardMetrics`",
    Code.STORAGE_FILESYSTEM: "a claim or DataVolume as a file system",
    Code.CONFIG_FILESYSTEM: "a ConfigMap or Secret as a file system",
    Code.VIDEO: "`video`",
    Code.PANIC_DEVICES: "`panicDevices`",
    Code.REBOOT_POLICY: "`rebootPolicy`",
    Code.RESERVED_OVERHEAD: "`memory.reservedOverhead`",
    Code.ANNOTATION: "the annotation `{key}`",
    Code.ARCHITECTURE: "an architecture other than the control plane's",
}

WORDS: Mapping[Code, Wording] = {
    code: Words(f"{what} needs the feature gate {{gates:choice}}{{off}}.", _FIX) for code, what in _WHAT.items()
}
