"""What the rules on refused operations share: the words for each check, and the faults made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vmlint.kubevirt.operations import Check
from vmlint.kubevirt.operations.expression import ExpressionFlaw
from vmlint.model.field import render
from vmlint.model.refusal import Refusal
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

from .._wording import Wording, Words, choice, in_words

__all__ = ["FLAWS", "WORDS", "gate_off", "refused"]


def _group(refusal: Refusal) -> Words:
    field, value, expected = render(refusal.path), refusal.values.get("value", ""), refusal.values["expected"]
    if expected == ("",):
        return Words(
            f"`{field}` is `{value}`; it must be empty, as claims are in the core API group", "remove `apiGroup`"
        )
    wanted, state = choice(expected), f"is `{value}`" if value else "is not set"
    return Words(f"`{field}` {state}; it must be {wanted}", f"set `apiGroup` to {wanted}")


def _unknown(refusal: Refusal) -> Words:
    value, expected = refusal.values["value"], refusal.values["expected"]
    wanted, state = choice(expected), f"is `{value}`" if value else "is not set"
    meant = next((word for word in expected if word.casefold() == value.casefold()), "")
    return Words(
        f"`{render(refusal.path)}` {state}; it must be {wanted}", f"write `{meant}`" if meant else f"use {wanted}"
    )


def _empty(refusal: Refusal) -> Words:
    return Words(f"`{render(refusal.path)}` is missing", f"set `{refusal.path[-1]}`")


def _ids_differ(refusal: Refusal) -> Words:
    sent, received = refusal.values["expected"][0], refusal.values["value"]
    return Words(
        f"`sendTo.migrationID` is `{sent}` and `receive.migrationID` is `{received}`; they must match",
        "write the same ID in both",
    )


_BOUNDS = {(1, 1000): "more than 0 and at most 1", (0, 1000): "from 0 to 1", (1000, None): "at least 1"}
"""Bounds of factors in thousandths."""


def _factor(refusal: Refusal) -> Words:
    bounds = _BOUNDS[refusal.values["least"], refusal.values["most"]]
    return Words(
        f"`{render(refusal.path)}` is `{refusal.values['value']}`; it must be {bounds}", "use a factor in this range"
    )


FLAWS: Mapping[ExpressionFlaw, str] = {
    ExpressionFlaw.OPEN_STRING: "a string does not end",
    ExpressionFlaw.NOT_AN_OPERATOR: "`{token}` is not an operator",
    ExpressionFlaw.CLOSES_NOTHING: "`{token}` closes nothing",
    ExpressionFlaw.NOT_CLOSED: "`{token}` is not closed",
    ExpressionFlaw.NOTHING_FOLLOWS: "nothing follows `{token}`",
}


def _expression(refusal: Refusal) -> Words:
    fault = FLAWS[refusal.values["flaw"]].format(token=refusal.values["token"])
    return Words(f"the CEL expression `{render(refusal.path)}` can't be parsed: {fault}", "fix the expression")


def _of_guests(refusal: Refusal) -> Words:
    from ..machine._words import words_of

    words = words_of(refusal.values["inner"])
    return words._replace(wrong=words.wrong.rstrip("."))


WORDS: Mapping[Check, Wording] = {
    Check.GROUP_MISSING: _group,
    Check.GROUP_WRONG: _group,
    Check.KIND_WRONG: _unknown,
    Check.POLICY_UNKNOWN: _unknown,
    Check.NAME_EMPTY: _empty,
    Check.SOURCE_MISSING: _empty,
    Check.GUEST_UNNAMED: _empty,
    Check.DOMAIN_MISSING: _empty,
    Check.VOLUME_NAME_EMPTY: _empty,
    Check.SAME_NAME: Words("source and target are the same VM, `{value}`", "set another name for the target"),
    Check.FILTER_IS_NEGATION: Words(
        "the filter `{path}` is only `!`; it must have a key", "add the key to exclude after the `!`"
    ),
    Check.FILTER_EMPTY: Words("the filter `{path}` is empty, on which KubeVirt's webhook crashes", "remove the filter"),
    Check.FILTER_NEGATION: Words(
        "the filter `{value}` has a `!` that is not its first character", "move the `!` to the beginning"
    ),
    Check.FILTER_WILDCARD: Words(
        "the filter `{value}` has a `*` that is not its last character", "move the `*` to the end"
    ),
    Check.MAC_MALFORMED: Words("`{value}` is not a valid MAC address", "write six bytes, such as `02:00:00:00:00:01`"),
    Check.PATCH_NOT_JSON: Words("the patch `{path}` is not valid JSON", "fix the JSON"),
    Check.PATCH_SPLIT: Words(
        "the patch contains `{value}`, which is not a single key and value",
        "write one patch per entry, with values without commas and colons",
    ),
    Check.PATCH_PATH: Words(
        "the patch changes `{value}`; a restore can change only labels, annotations and `/spec/`",
        "patch fields below `/spec/`, `/metadata/labels/` or `/metadata/annotations/` only",
    ),
    Check.OVERRIDE_EMPTY: Words("`{path}` sets nothing to override", "set `restoreName`, `labels` or `annotations`"),
    Check.PRIORITY_SET: Words("`spec.priority` is `{value}`, which only KubeVirt may set", "remove `priority`"),
    Check.MIGRATION_IDS_DIFFER: _ids_differ,
    Check.NEGATIVE: Words("`{path}` is `{value}`; it must not be negative", "set zero or more"),
    Check.TUNED_TWICE: Words("`stallDetector` and `downtimeTuning` exclude each other", "remove one of the two"),
    Check.FACTOR_OUT_OF_RANGE: _factor,
    Check.FACTOR_TOO_PRECISE: Words(
        "`{path}` is `{value}`; it must have at most three decimal places", "round the factor"
    ),
    Check.EXPRESSION_MALFORMED: _expression,
    Check.SOCKET_NOT_CLEAN: Words("the socket path `{value}` is not normalized", "write {expected:choice}"),
    Check.DOMAIN_REFUSED: _of_guests,
    Check.GATE_OFF: Words(
        "{what} needs the feature gate {expected:choice}, which is off",
        "add `{value}` to `featureGates` of the KubeVirt object, or remove what needs it",
    ),
}


def refused(meta: Meta, subject: Operation, world: World) -> Iterator[Fault]:
    """The faults for which KubeVirt refuses an operation, but for feature gates."""
    for refusal in world.operations.refusals(subject):
        if refusal.code is not Check.GATE_OFF:
            words = in_words(WORDS, refusal)
            yield meta.at(subject.at(*refusal.path), f"{words.wrong}. {_after(subject)}", fix=words.fix)


def gate_off(meta: Meta, subject: Operation, world: World) -> Iterator[Fault | Doubt]:
    """The feature gates that an operation needs and that are off, or not known to be on."""
    for refusal in world.operations.refusals(subject):
        if refusal.code is not Check.GATE_OFF:
            continue
        whole = refusal.path == ("kind",)
        what = f"a {subject.ref.kind}" if whole else f"`{render(refusal.path)}`"
        place = subject.named if whole else subject.at(*refusal.path)
        if refusal.gate is not None:
            yield meta.doubt(place, f"whether the feature gate `{refusal.gate}` is on: {what} needs it")
            continue
        words = in_words(WORDS, refusal._replace(values={**refusal.values, "what": what}))
        yield meta.at(place, f"{words.wrong}. {_after(subject)}", fix=words.fix)


def _after(subject: Operation) -> str:
    return f"KubeVirt refuses the {_NOUNS[type(subject)]}."


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
