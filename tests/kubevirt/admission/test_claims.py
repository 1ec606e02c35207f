"""Resource claims, and the GPUs and host devices that are taken from them."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import claims
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "a claim has a name",
        {"resourceClaims": [{"name": "c", "resourceClaimName": "x"}]},
        {"resourceClaims": [{"resourceClaimName": "x"}]},
        [Expected(at("resourceClaims[0].name"), "`resourceClaims[0]` has no name.", "set its `name`", "claims")],
    ),
    Row(
        "a claim has a name of its own",
        {"resourceClaims": [{"name": "c", "resourceClaimName": "x"}, {"name": "d", "resourceClaimTemplateName": "x"}]},
        {"resourceClaims": [{"name": "c", "resourceClaimName": "x"}, {"name": "c", "resourceClaimName": "x"}]},
        [Expected(at("resourceClaims[1].name"), "two resource claims have the name `c`.", "rename one", "claims")],
    ),
    Row(
        "a claim's name is a DNS label",
        {"resourceClaims": [{"name": "c", "resourceClaimName": "x"}]},
        {"resourceClaims": [{"name": "C", "resourceClaimName": "x"}]},
        [
            Expected(
                at("resourceClaims[0].name"),
                "the name of resource claim `C` is not a valid DNS label.",
                "use at most 63 lower-case letters, digits and inner dashes",
                "claims",
            )
        ],
    ),
    Row(
        "a claim is of one kind",
        {"resourceClaims": [{"name": "c", "resourceClaimName": "x"}]},
        {"resourceClaims": [{"name": "c"}, {"name": "d", "resourceClaimName": "x", "resourceClaimTemplateName": "y"}]},
        [
            Expected(
                at("resourceClaims[0]"),
                "resource claim `c` names neither a claim nor a template.",
                "set one of `resourceClaimName` and `resourceClaimTemplateName`",
                "claims",
            ),
            Expected(
                at("resourceClaims[1]"),
                "resource claim `d` names both a claim and a template.",
                "set one of `resourceClaimName` and `resourceClaimTemplateName`",
                "claims",
            ),
        ],
    ),
    Row(
        "a claim names an object",
        {"resourceClaims": [{"name": "c", "resourceClaimName": "x"}]},
        {"resourceClaims": [{"name": "c", "resourceClaimTemplateName": "X"}]},
        [
            Expected(
                at("resourceClaims[0].resourceClaimTemplateName"),
                "`X` is not a valid object name.",
                "use the name of an object",
                "claims",
            )
        ],
    ),
    Row(
        "GPUs don't mix",
        {
            "domain": {"devices": {"gpus": [{"name": "g", "claimName": "c", "requestName": "r"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "domain": {
                "devices": {
                    "gpus": [{"name": "g", "claimName": "c", "requestName": "r"}, {"name": "h", "deviceName": "v/g"}]
                }
            },
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("domain.devices.gpus[0]"),
                "the guest mixes GPUs of resource claims and of device plugins, which KubeVirt does not support.",
                "use one of the two for all",
                "claims",
            )
        ],
    ),
    Row(
        "a GPU is something",
        {
            "domain": {"devices": {"gpus": [{"name": "g", "deviceName": "v/g"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {"domain": {"devices": {"gpus": [{"name": "g"}]}}, "resourceClaims": [{"name": "c", "resourceClaimName": "x"}]},
        [
            Expected(
                at("domain.devices.gpus[0]"),
                "GPU `g` has neither `deviceName` nor a claim.",
                "set `deviceName`, or a claim",
                "claims",
            )
        ],
    ),
    Row(
        "a GPU is one thing",
        {
            "domain": {"devices": {"gpus": [{"name": "g", "deviceName": "v/g"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "domain": {"devices": {"gpus": [{"name": "g", "deviceName": "v/g", "claimName": "c"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("domain.devices.gpus[0]"), "GPU `g` has `deviceName` and a claim.", "keep one of the two", "claims"
            )
        ],
    ),
    Row(
        "a host device is something",
        {"domain": {"devices": {"hostDevices": [{"name": "h", "deviceName": "v/h"}]}}},
        {"domain": {"devices": {"hostDevices": [{"name": "h"}]}}},
        [
            Expected(
                at("domain.devices.hostDevices[0]"),
                "host device `h` has neither `deviceName` nor a claim.",
                "set `deviceName`, or a claim",
                "claims",
            )
        ],
    ),
    Row(
        "a claimed device names claim and request",
        {
            "domain": {"devices": {"gpus": [{"name": "g", "claimName": "c", "requestName": "r"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "domain": {"devices": {"gpus": [{"name": "g", "claimName": "c"}, {"name": "i", "requestName": "r"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("domain.devices.gpus[0].requestName"), "GPU `g` has no `requestName`.", "set `requestName`", "claims"
            ),
            Expected(
                at("domain.devices.gpus[1].claimName"), "GPU `i` has no `claimName`.", "set `claimName`", "claims"
            ),
        ],
    ),
    Row(
        "a request is taken once",
        {
            "domain": {
                "devices": {
                    "gpus": [
                        {"name": "g", "claimName": "c", "requestName": "r"},
                        {"name": "g", "claimName": "c", "requestName": "s"},
                    ],
                    "hostDevices": [{"name": "g", "claimName": "c", "requestName": "t"}],
                }
            },
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "domain": {
                "devices": {
                    "gpus": [
                        {"name": "g", "claimName": "c", "requestName": "r"},
                        {"name": "g", "claimName": "c", "requestName": "r"},
                    ],
                    "hostDevices": [{"name": "g", "claimName": "c", "requestName": "r"}],
                }
            },
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("domain.devices.gpus[1]"),
                "GPU `g` uses request `r` of claim `c`, which GPU `g` uses already.",
                "give each device its own request",
                "claims",
            ),
            Expected(
                at("domain.devices.hostDevices[0]"),
                "host device `g` uses request `r` of claim `c`, which GPU `g` uses already.",
                "give each device its own request",
                "claims",
            ),
        ],
    ),
    Row(
        "a request is taken once, networks included",
        {
            "domain": {"devices": {"gpus": [{"name": "g", "claimName": "c", "requestName": "r"}], "networks": []}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "domain": {"devices": {"gpus": [{"name": "g", "claimName": "c", "requestName": "r"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
            "networks": [
                {"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}},
                {"name": "e", "resourceClaim": {"claimName": "c", "requestName": "r"}},
            ],
        },
        [
            Expected(
                at("networks[0]"),
                "network `d` uses request `r` of claim `c`, which GPU `g` uses already.",
                "give each device its own request",
                "claims",
            )
        ],
        good_in={},
        bad_in={"closed": False},
    ),
    Row(
        "a claim is listed",
        {
            "domain": {"devices": {"gpus": [{"name": "g", "claimName": "c", "requestName": "r"}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {"domain": {"devices": {"gpus": [{"name": "g", "claimName": "c", "requestName": "r"}]}}},
        [
            Expected(
                at("resourceClaims"),
                "GPU `g` uses the resource claim `c`, which `resourceClaims` does not list.",
                "list the claim in `resourceClaims`",
                "claims",
            )
        ],
    ),
    Row(
        "without the gate, claimed devices are another matter",
        {"domain": {"devices": {"gpus": [{"name": "g", "claimName": "c"}]}}},
        {"domain": {"devices": {"gpus": [{"name": "g", "claimName": "c"}]}}},
        [
            Expected(
                at("domain.devices.gpus[0].requestName"), "GPU `g` has no `requestName`.", "set `requestName`", "claims"
            )
        ],
        good_in={"release": (1, 8)},
        bad_in={"release": (1, 9)},
    ),
    Row(
        "claims are checked since 1.9",
        {"resourceClaims": [{"name": "C"}]},
        {"resourceClaims": [{"name": "C", "resourceClaimName": "x"}]},
        [
            Expected(
                at("resourceClaims[0].name"),
                "the name of resource claim `C` is not a valid DNS label.",
                "use at most 63 lower-case letters, digits and inner dashes",
                "claims",
            )
        ],
        good_in={"release": (1, 8)},
        bad_in={"release": (1, 9)},
    ),
    Row(
        "a host device without a device, before 1.8",
        {"domain": {"devices": {"hostDevices": [{"name": "h", "deviceName": "d"}]}}},
        {"domain": {"devices": {"hostDevices": [{"name": "h"}]}}},
        [
            Expected(
                at("domain.devices.hostDevices[0]"),
                "host device `h` has neither `deviceName` nor a claim.",
                "set `deviceName`, or a claim",
                "claims",
                Refuser.NODE,
            )
        ],
        good_in={"release": (1, 7)},
        bad_in={"release": (1, 7)},
    ),
    Row(
        "GPUs of both sorts, before 1.8",
        {
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
            "domain": {"devices": {"gpus": [{"name": "g", "deviceName": "d"}, {"name": "h", "claimName": "c"}]}},
        },
        {"domain": {"devices": {"gpus": [{"name": "g", "deviceName": "d"}, {"name": "h", "requestName": "r"}]}}},
        [
            Expected(
                at("domain.devices.gpus[1].claimName"),
                "GPU `h` has no `claimName`.",
                "set `claimName`",
                "claims",
            )
        ],
        good_in={"release": (1, 7), "cluster": kubevirt("GPUsWithDRA")},
        bad_in={"release": (1, 7), "cluster": kubevirt("GPUsWithDRA")},
    ),
    Row(
        "a GPU without a request has a claim to list, too, before 1.8",
        {
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
            "domain": {"devices": {"gpus": [{"name": "h", "claimName": "c"}]}},
        },
        {"domain": {"devices": {"gpus": [{"name": "h", "claimName": "c"}]}}},
        [
            Expected(
                at("resourceClaims"),
                "GPU `h` uses the resource claim `c`, which `resourceClaims` does not list.",
                "list the claim in `resourceClaims`",
                "claims",
            )
        ],
        good_in={"release": (1, 7), "cluster": kubevirt("GPUsWithDRA")},
        bad_in={"release": (1, 7), "cluster": kubevirt("GPUsWithDRA")},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(claims.check)
