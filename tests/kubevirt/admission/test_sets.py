"""Pools of VMs and replica sets of VirtualMachineInstances: their selector, and how a pool is changed."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row
from vmlint.kubevirt.admission import Owner, sets
from vmlint.model.field import parse

ROWS = [
    Row(
        "a selector selects",
        {},
        {},
        [
            Expected(
                parse("spec.selector"),
                "the selector does not match the labels of the template.",
                "set the same labels in `spec.virtualMachineTemplate.metadata.labels`",
                "sets",
            )
        ],
        good_in={"owner": Owner.POOL, "around": {"selector": {"matchLabels": {"a": "b"}}, "labels": {"a": "b"}}},
        bad_in={"owner": Owner.POOL, "around": {"selector": {"matchLabels": {"a": "b"}}, "labels": {"a": "c"}}},
    ),
    Row(
        "a selector is there",
        {},
        {},
        [
            Expected(
                parse("spec.selector"),
                "the selector does not match the labels of the template.",
                "set the same labels in `spec.virtualMachineTemplate.metadata.labels`",
                "sets",
            )
        ],
        good_in={"owner": Owner.POOL, "around": {"selector": {}, "labels": {}}},
        bad_in={"owner": Owner.POOL, "around": {}},
    ),
    Row(
        "a selector is a good one",
        {},
        {},
        [
            Expected(
                parse("spec.selector.matchExpressions[0].values"),
                "operator `In` needs `values`.",
                "list the values to compare with",
                "sets",
            )
        ],
        good_in={
            "owner": Owner.POOL,
            "around": {
                "selector": {
                    "matchExpressions": [
                        {"key": "a", "operator": "In", "values": ["b"]},
                        {"key": "c", "operator": "DoesNotExist"},
                        {"key": "d", "operator": "NotIn", "values": ["e"]},
                    ]
                },
                "labels": {"a": "b"},
            },
        },
        bad_in={
            "owner": Owner.POOL,
            "around": {"selector": {"matchExpressions": [{"key": "a", "operator": "In"}]}, "labels": {"a": "b"}},
        },
    ),
    Row(
        "a replica set selects its own",
        {},
        {},
        [
            Expected(
                parse("spec.selector"),
                "the selector does not match the labels of the template.",
                "set the same labels in `spec.template.metadata.labels`",
                "sets",
            )
        ],
        good_in={
            "owner": Owner.REPLICA_SET,
            "around": {"selector": {"matchLabels": {"a": "b"}}},
            "metadata": {"labels": {"a": "b", "c": "d"}},
        },
        bad_in={
            "owner": Owner.REPLICA_SET,
            "around": {"selector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}},
            "metadata": {},
        },
    ),
    Row(
        "a limit is a number",
        {},
        {},
        [
            Expected(
                parse("spec.maxUnavailable"),
                "`maxUnavailable` is `0`; it must be 1 or more, or from `1%` to `100%`.",
                "use such a value",
                "sets",
            )
        ],
        good_in={"owner": Owner.POOL, "around": {"selector": {}, "maxUnavailable": 1}},
        bad_in={"owner": Owner.POOL, "around": {"selector": {}, "maxUnavailable": 0}},
    ),
    Row(
        "a limit is a percentage",
        {},
        {},
        [
            Expected(
                parse("spec.maxUnavailable"),
                "`maxUnavailable` is `101%`; it must be 1 or more, or from `1%` to `100%`.",
                "use such a value",
                "sets",
            )
        ],
        good_in={"owner": Owner.POOL, "around": {"selector": {}, "maxUnavailable": "100%"}},
        bad_in={"owner": Owner.POOL, "around": {"selector": {}, "maxUnavailable": "101%"}},
    ),
    Row(
        "a limit in words is a percentage",
        {},
        {},
        [
            Expected(
                parse("spec.maxUnavailable"),
                "`maxUnavailable` is `5`; it must be 1 or more, or from `1%` to `100%`.",
                "use such a value",
                "sets",
            )
        ],
        good_in={"owner": Owner.POOL, "around": {"selector": {}, "maxUnavailable": "1%"}},
        bad_in={"owner": Owner.POOL, "around": {"selector": {}, "maxUnavailable": "5"}},
    ),
    Row(
        "one strategy",
        {},
        {},
        [
            Expected(
                parse("spec.updateStrategy"),
                "`updateStrategy` has `unmanaged` and `proactive`; it must have exactly one.",
                "keep `unmanaged` or `proactive`",
                "sets",
            ),
            Expected(
                parse("spec.scaleInStrategy"),
                "`scaleInStrategy` has `opportunistic` and `proactive`; it must have exactly one.",
                "keep `opportunistic` or `proactive`",
                "sets",
            ),
        ],
        good_in={"owner": Owner.POOL, "around": {"selector": {}, "updateStrategy": {"proactive": {}}}},
        bad_in={
            "owner": Owner.POOL,
            "around": {
                "selector": {},
                "updateStrategy": {"proactive": {}, "unmanaged": {}},
                "scaleInStrategy": {"proactive": {}, "opportunistic": {}},
            },
        },
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(sets.check)
