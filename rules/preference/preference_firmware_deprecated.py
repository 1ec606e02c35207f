"""The preference uses a deprecated field for UEFI.

## What it does
Reports `preferredUseEfi` and `preferredUseSecureBoot`.

## Why it matters
Since KubeVirt 1.4 `preferredEfi` replaces both. KubeVirt still reads the old fields, which the API marks as deprecated.

## Cluster message
KubeVirt reports nothing; the API's description marks the fields as deprecated.

## Bad
    spec:
      firmware:
        preferredUseEfi: true
        preferredUseSecureBoot: true

## Good
    spec:
      firmware:
        preferredEfi:
          secureBoot: true

## How to fix
Write `preferredEfi: {}`, with `secureBoot: true` where `preferredUseSecureBoot` is `true`.

## Source
KubeVirt `staging/src/kubevirt.io/api/instancetype/v1beta1/types.go` (FirmwarePreferences),
`pkg/instancetype/preference/apply/firmware.go`.
"""

from collections.abc import Iterator

from vmlint.model.access import mapping
from vmlint.model.subjects import Preference
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Move, Put
from vmlint.world import World

META = Meta("VM308", effect=Effect.DEPRECATED, since="0.1", subject=Preference, fix=Fix.SAFE)

_FIRMWARE = ("spec", "firmware")
_OLD, _OLD_SECURE = (*_FIRMWARE, "preferredUseEfi"), (*_FIRMWARE, "preferredUseSecureBoot")
_NEW = (*_FIRMWARE, "preferredEfi")


def check(preference: Preference, world: World) -> Iterator[Fault]:
    if not world.vms.behaviour.prefers_efi:
        return
    firmware = mapping(preference.spec, "firmware")
    uefi, secure = firmware.get("preferredUseEfi"), firmware.get("preferredUseSecureBoot")
    if uefi is not None:
        written = "{}" if secure is None else f"{{secureBoot: {str(secure).lower()}}}"
        fix = f"write `preferredEfi: {written}`" if uefi is True else "remove it; `false` has no effect"
        fault = META.at(preference.at(*_OLD), "`preferredUseEfi` is deprecated; `preferredEfi` replaces it.", fix=fix)
        yield _mended(fault, firmware.get("preferredEfi") is None and uefi is True, secure)
    elif secure is not None:
        yield META.at(
            preference.at(*_OLD_SECURE),
            "`preferredUseSecureBoot` is deprecated; `preferredEfi.secureBoot` replaces it.",
            fix="use `preferredEfi`, or remove it and set Secure Boot in the VMs that use UEFI",
        )


def _mended(fault: Fault, replaceable: bool, secure: object) -> Fault:
    """The old fields as one. Without Secure Boot that is a decision: the old field also turned it off in VMs that name
    UEFI themselves, and the new one does not."""
    if not replaceable or not (secure is None or isinstance(secure, bool)):
        return fault
    edits = (Move(_OLD, _NEW), Put(_NEW, {}))
    if secure is None:
        return fault.with_fix(Fix.SAFE, *edits)
    return fault.with_fix(Fix.SAFE if secure else Fix.UNSAFE, *edits, Move(_OLD_SECURE, (*_NEW, "secureBoot")))
