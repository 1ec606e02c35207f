"""The admitters of operations, by plain values."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.gates import Gates
from vmlint.kubevirt.operations import Check, check_clone, check_migration, check_policy, check_restore
from vmlint.kubevirt.operations.expression import ExpressionFlaw, fault_of
from vmlint.kubevirt.releases import Release
from vmlint.model.refusal import Refusal

ON: dict[str, Any] = {"spec": {"configuration": {"developerConfiguration": {"featureGates": ["Snapshot"]}}}}
OFF: dict[str, Any] = {"spec": {"configuration": {"developerConfiguration": {"disabledFeatureGates": ["Snapshot"]}}}}
VM = {"apiGroup": "kubevirt.io", "kind": "VirtualMachine", "name": "web"}


def _off(gate: str | None) -> Refusal:
    return Refusal(Check.GATE_OFF, ("kind",), {"value": "Snapshot", "expected": ("Snapshot",)}, gate=gate)


@pytest.mark.parametrize(
    ("gates", "found"),
    [
        (Gates(ON), []),
        (Gates(OFF), [_off(None)]),
        (Gates(None, (1, 8)), [_off("Snapshot")]),
        (Gates(None, (1, 9)), []),
    ],
    ids=["on", "off", "unknown", "on by default"],
)
def test_a_gate_is_on_off_or_unknown(gates: Gates, found: list[Refusal]) -> None:
    assert [
        refusal for refusal in check_clone({"spec": {"source": VM}}, gates) if refusal.code is Check.GATE_OFF
    ] == found


def test_a_value_with_a_variable_is_undecided() -> None:
    source = {"apiGroup": "${group}", "kind": "${kind}", "name": "${name}"}
    clone = {"spec": {"source": source, "target": source, "labelFilters": ["${a}!"], "patches": ["${patch}"]}}
    assert list(check_clone(clone, Gates(ON))) == []
    assert list(check_migration({"spec": {"vmiName": "${name}"}}, Gates(ON))) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("", [Check.FILTER_EMPTY]),
        ("!", [Check.FILTER_IS_NEGATION]),
        ("*", []),
        ("a", []),
        ("!a*", []),
        ("a!", [Check.FILTER_NEGATION]),
        ("*a", [Check.FILTER_WILDCARD]),
    ],
)
def test_filters_of_a_clone(entry: str, expected: list[Check]) -> None:
    clone = {"spec": {"source": VM, "labelFilters": [entry]}}
    assert [refusal.code for refusal in check_clone(clone, Gates(ON))] == expected


def test_a_restore_whose_target_is_wrong_is_judged_no_further() -> None:
    spec = {"target": {**VM, "kind": "Pod"}, "volumeRestorePolicy": "x", "patches": ["x"]}
    assert [refusal.code for refusal in check_restore({"spec": spec}, Gates(ON))] == [Check.KIND_WRONG]


@pytest.mark.parametrize(
    ("release", "expected"),
    [(None, []), (Release(1, 8), []), (Release(1, 7), [("InPlace", "RandomizeNames")]), (Release(1, 5), [])],
)
def test_a_policy_comes_with_a_release(release: Release | None, expected: list[tuple[str, ...]]) -> None:
    spec = {"target": VM, "volumeRestorePolicy": "PrefixTargetName"}
    found = check_restore({"spec": spec}, Gates(ON), release)
    assert [refusal.values["expected"] for refusal in found] == expected


@pytest.mark.parametrize(
    ("field", "factor", "found"),
    [
        ("ewmaAlpha", "1", []),
        ("ewmaAlpha", "0", [Check.FACTOR_OUT_OF_RANGE]),
        ("ewmaAlpha", "1.001", [Check.FACTOR_OUT_OF_RANGE]),
        ("ewmaAlpha", "0.0001", [Check.FACTOR_TOO_PRECISE]),
        ("patienceWindowDecayFactor", "0", []),
        ("precopyPossibleFactor", "1500m", []),
        ("precopyPossibleFactor", "999m", [Check.FACTOR_OUT_OF_RANGE]),
        ("completionTimeoutFactor", "1000000", []),
        ("completionTimeoutFactor", "${factor}", []),
    ],
)
def test_factors_have_bounds_and_three_decimal_places(field: str, factor: str, found: list[Check]) -> None:
    policy = {"spec": {"experimental": {"stallDetector": {field: factor}}}}
    causes = check_policy(policy, Gates(None, (1, 9)))
    assert [refusal.code for refusal in causes if refusal.code is not Check.GATE_OFF] == found


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ((1, 8), []),
        ((1, 9), [Check.FACTOR_OUT_OF_RANGE]),
        (None, [Check.TUNED_TWICE, Check.FACTOR_OUT_OF_RANGE]),
    ],
)
def test_what_a_release_does_not_know_of_a_policy_is_dropped(
    release: tuple[int, int] | None, expected: list[Check]
) -> None:
    policy = {"spec": {"experimental": {"stallDetector": {"ewmaAlpha": "2"}, "downtimeTuning": {}}}}
    causes = check_policy(policy, Gates(None, release))
    assert [refusal.code for refusal in causes if refusal.code is not Check.GATE_OFF] == expected


@pytest.mark.parametrize(
    "expression",
    ["true", "a.b['c]'].d(1, {x: 2.5e3})", "has(a) ? \"(\" : r'\\' + '''it's'''", "// only\na || !b", "a in [1, 2u]"],
)
def test_an_expression_that_can_be_parsed_has_no_fault(expression: str) -> None:
    assert fault_of(expression) is None


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("a == 'b", (ExpressionFlaw.OPEN_STRING, "")),
        ("f(a", (ExpressionFlaw.NOT_CLOSED, "(")),
        ("a)", (ExpressionFlaw.CLOSES_NOTHING, ")")),
        ("[a)", (ExpressionFlaw.CLOSES_NOTHING, ")")),
        ("a &&", (ExpressionFlaw.NOTHING_FOLLOWS, "&&")),
        ("a = b", (ExpressionFlaw.NOT_AN_OPERATOR, "=")),
        ("a & b", (ExpressionFlaw.NOT_AN_OPERATOR, "&")),
    ],
)
def test_an_expression_that_cannot_be_parsed_has_a_fault(expression: str, fault: tuple[ExpressionFlaw, str]) -> None:
    assert fault_of(expression) == fault
