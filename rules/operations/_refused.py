"""What the rules on refused operations share: the words for each check, and the faults made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from vmlint.kubevirt.admission.wording import choice
from vmlint.kubevirt.operations import Cause, Check
from vmlint.model.field import render
from vmlint.model.subjects import (
    MigrationPolicy,
    Operation,
    Plugin,
    VirtualMachineBackup,
    VirtualMachineBackupTracker,
    VirtualMachineClone,
    VirtualMachineExport,
    VirtualMachineInstanceMigration,
    VirtualMachineInstancePreset,
    VirtualMachineRestore,
    VirtualMachineSnapshot,
)
from vmlint.rule import Doubt, Fault, Meta
from vmlint.world import World

__all__ = ["gate_off", "refused"]


class _Words(NamedTuple):
    wrong: str
    fix: str


def _group(cause: Cause) -> _Words:
    field = render(cause.path)
    if cause.expected == ("",):
        return _Words(
            f"`{field}` is `{cause.value}`; it must be empty, as claims are in the core API group", "remove `apiGroup`"
        )
    wanted = choice(cause.expected)
    state = f"is `{cause.value}`" if cause.value else "is not set"
    return _Words(f"`{field}` {state}; it must be {wanted}", f"set `apiGroup` to {wanted}")


def _unknown(cause: Cause) -> _Words:
    field, wanted = render(cause.path), choice(cause.expected)
    meant = next((word for word in cause.expected if word.casefold() == cause.value.casefold()), "")
    state = f"is `{cause.value}`" if cause.value else "is not set"
    return _Words(f"`{field}` {state}; it must be {wanted}", f"write `{meant}`" if meant else f"use {wanted}")


def _empty(cause: Cause) -> _Words:
    field = render(cause.path)
    return _Words(f"`{field}` is missing", f"set `{cause.path[-1]}`")


_WORDS: dict[Check, Callable[[Cause], _Words]] = {
    Check.GROUP_MISSING: _group,
    Check.GROUP_WRONG: _group,
    Check.KIND_WRONG: _unknown,
    Check.POLICY_UNKNOWN: _unknown,
    Check.NAME_EMPTY: _empty,
    Check.SOURCE_MISSING: _empty,
    Check.GUEST_UNNAMED: _empty,
    Check.DOMAIN_MISSING: _empty,
    Check.VOLUME_NAME_EMPTY: _empty,
    Check.SAME_NAME: lambda cause: _Words(
        f"source and target are the same VM, `{cause.value}`", "set another name for the target"
    ),
    Check.FILTER_IS_NEGATION: lambda cause: _Words(
        f"the filter `{render(cause.path)}` is only `!`; it must have a key", "add the key to exclude after the `!`"
    ),
    Check.FILTER_NEGATION: lambda cause: _Words(
        f"the filter `{cause.value}` has a `!` that is not its first character", "move the `!` to the beginning"
    ),
    Check.FILTER_WILDCARD: lambda cause: _Words(
        f"the filter `{cause.value}` has a `*` that is not its last character", "move the `*` to the end"
    ),
    Check.MAC_MALFORMED: lambda cause: _Words(
        f"`{cause.value}` is not a valid MAC address", "write six bytes, such as `02:00:00:00:00:01`"
    ),
    Check.PATCH_NOT_JSON: lambda cause: _Words(f"the patch `{render(cause.path)}` is not valid JSON", "fix the JSON"),
    Check.PATCH_SPLIT: lambda cause: _Words(
        f"the patch contains `{cause.value}`, which is not a single key and value",
        "write one patch per entry, with values without commas and colons",
    ),
    Check.PATCH_PATH: lambda cause: _Words(
        f"the patch changes `{cause.value}`; a restore can change only labels, annotations and `/spec/`",
        "patch fields below `/spec/`, `/metadata/labels/` or `/metadata/annotations/` only",
    ),
    Check.OVERRIDE_EMPTY: lambda cause: _Words(
        f"`{render(cause.path)}` sets nothing to override", "set `restoreName`, `labels` or `annotations`"
    ),
    Check.PRIORITY_SET: lambda cause: _Words(
        f"`spec.priority` is `{cause.value}`, which only KubeVirt may set", "remove `priority`"
    ),
    Check.MIGRATION_IDS_DIFFER: lambda cause: _Words(
        f"`sendTo.migrationID` is `{cause.expected[0]}` and `receive.migrationID` is `{cause.value}`; they must match",
        "write the same ID in both",
    ),
    Check.NEGATIVE: lambda cause: _Words(
        f"`{render(cause.path)}` is `{cause.value}`; it must not be negative", "set zero or more"
    ),
    Check.TUNED_TWICE: lambda _: _Words(
        "`stallDetector` and `downtimeTuning` exclude each other", "remove one of the two"
    ),
    Check.FACTOR_OUT_OF_RANGE: lambda cause: _Words(
        f"`{render(cause.path)}` is `{cause.value}`; it must be {cause.expected[0]}", "use a factor in this range"
    ),
    Check.FACTOR_TOO_PRECISE: lambda cause: _Words(
        f"`{render(cause.path)}` is `{cause.value}`; it must have at most three decimal places", "round the factor"
    ),
    Check.EXPRESSION_MALFORMED: lambda cause: _Words(
        f"the CEL expression `{render(cause.path)}` can't be parsed: {cause.value}", "fix the expression"
    ),
    Check.SOCKET_NOT_CLEAN: lambda cause: _Words(
        f"the socket path `{cause.value}` is not normalized", f"write `{cause.expected[0]}`"
    ),
    Check.DOMAIN_REFUSED: lambda cause: _Words(cause.value.rstrip("."), cause.expected[0]),
}


def refused(meta: Meta, subject: Operation, world: World) -> Iterator[Fault]:
    """The faults for which KubeVirt refuses an operation, but for feature gates."""
    for cause in world.operations.causes(subject):
        if cause.check is not Check.GATE_OFF:
            wrong, fix = _WORDS[cause.check](cause)
            yield meta.at(subject.at(*cause.path), f"{wrong}. KubeVirt refuses the {_NOUNS[type(subject)]}.", fix=fix)


def gate_off(meta: Meta, subject: Operation, world: World) -> Iterator[Fault | Doubt]:
    """The feature gates that an operation needs and that are off, or not known to be on."""
    for cause in world.operations.causes(subject):
        if cause.check is not Check.GATE_OFF:
            continue
        whole = cause.path == ("kind",)
        what = f"a {subject.ref.kind}" if whole else f"`{render(cause.path)}`"
        wanted = choice(cause.expected)
        place = subject.named if whole else subject.at(*cause.path)
        if cause.gate is not None:
            yield meta.doubt(place, f"whether the feature gate `{cause.gate}` is on: {what} needs it")
            continue
        yield meta.at(
            place,
            f"{what} needs the feature gate {wanted}, which is off. KubeVirt refuses the {_NOUNS[type(subject)]}.",
            fix=f"add `{cause.value}` to `featureGates` of the KubeVirt object, or remove what needs it",
        )


_NOUNS: dict[type[Operation], str] = {
    VirtualMachineSnapshot: "snapshot",
    VirtualMachineRestore: "restore",
    VirtualMachineClone: "clone",
    VirtualMachineExport: "export",
    VirtualMachineBackup: "backup",
    VirtualMachineBackupTracker: "tracker",
    VirtualMachineInstanceMigration: "migration",
    VirtualMachineInstancePreset: "preset",
    MigrationPolicy: "policy",
    Plugin: "plugin",
}
