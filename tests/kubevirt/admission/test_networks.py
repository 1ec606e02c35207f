"""Networks: where each comes from, and that each has its interface."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import networks

ROWS = [
    Row(
        "one pod network",
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "m", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}, {"name": "m"}]}},
        },
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "q", "pod": {}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}, {"name": "q"}]}},
        },
        [
            Expected(
                at("domain.devices.interfaces[1]"),
                "2 networks are the pod network; a guest can have only one.",
                "keep one `pod: {}`; attach the others through `multus`",
                "networks",
            )
        ],
    ),
    Row(
        "one pod network, with one interface",
        {"networks": [{"name": "p", "pod": {}}], "domain": {"devices": {"interfaces": [{"name": "p"}]}}},
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "q", "pod": {}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}]}},
        },
        [
            Expected(
                at("networks[1]"),
                "2 networks are the pod network; a guest can have only one.",
                "keep one `pod: {}`; attach the others through `multus`",
                "networks",
            ),
            Expected(
                at("networks[1].name"),
                "network `q` has no interface with the same name.",
                "add an interface `q` to `domain.devices.interfaces`, or remove the network",
                "networks",
            ),
        ],
    ),
    Row(
        "one default of Multus",
        {
            "networks": [{"name": "m", "multus": {"networkName": "n", "default": True}}],
            "domain": {"devices": {"interfaces": [{"name": "m"}]}},
        },
        {
            "networks": [
                {"name": "m", "multus": {"networkName": "n", "default": True}},
                {"name": "o", "multus": {"networkName": "n", "default": True}},
            ],
            "domain": {"devices": {"interfaces": [{"name": "m"}, {"name": "o"}]}},
        },
        [
            Expected(
                at("networks[1]"),
                "2 networks are the Multus default; a guest can have only one.",
                "keep one `default: true`",
                "networks",
            )
        ],
    ),
    Row(
        "the pod network or a default of Multus",
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "m", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}, {"name": "m"}]}},
        },
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "m", "multus": {"networkName": "n", "default": True}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}, {"name": "m"}]}},
        },
        [
            Expected(
                at("networks[1]"),
                "the guest has both the pod network and a Multus default network, which replaces it.",
                "remove the pod network, or `default: true`",
                "networks",
            )
        ],
    ),
    Row(
        "a network has a source",
        {"networks": [{"name": "p", "pod": {}}], "domain": {"devices": {"interfaces": [{"name": "p"}]}}},
        {"networks": [{"name": "p"}], "domain": {"devices": {"interfaces": [{"name": "p"}]}}},
        [
            Expected(
                at("networks[0]"),
                "network `p` has no source; a network must have exactly one.",
                "add `pod: {}`, or `multus` with a `networkName`",
                "networks",
            )
        ],
    ),
    Row(
        "a network has one source",
        {
            "networks": [{"name": "m", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "m"}]}},
        },
        {
            "networks": [{"name": "p", "pod": {}, "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}]}},
        },
        [
            Expected(
                at("networks[0]"),
                "network `p` has 2 sources, `pod` and `multus`; a network must have exactly one.",
                "keep `pod` or `multus`",
                "networks",
            )
        ],
    ),
    Row(
        "Multus has a name",
        {
            "networks": [{"name": "m", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "m"}]}},
        },
        {
            "networks": [{"name": "m", "multus": {}}, {"name": "o", "multus": {}}],
            "domain": {"devices": {"interfaces": [{"name": "m"}, {"name": "o"}]}},
        },
        [
            Expected(
                at("networks[0].multus.networkName"),
                "network `m` has no `multus.networkName`.",
                "set it to the name of a NetworkAttachmentDefinition",
                "networks",
            )
        ],
    ),
    Row(
        "a network has a name of its own",
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "m", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}, {"name": "m"}]}},
        },
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "p", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}, {"name": "p"}]}},
        },
        [
            Expected(
                at("networks[1].name"),
                "two networks have the name `p`.",
                "give each network its own name",
                "networks",
            )
        ],
    ),
    Row(
        "a network has an interface",
        {"networks": [{"name": "p", "pod": {}}], "domain": {"devices": {"interfaces": [{"name": "p"}]}}},
        {
            "networks": [{"name": "p", "pod": {}}, {"name": "m", "multus": {"networkName": "n"}}],
            "domain": {"devices": {"interfaces": [{"name": "p"}]}},
        },
        [
            Expected(
                at("networks[1].name"),
                "network `m` has no interface with the same name.",
                "add an interface `m` to `domain.devices.interfaces`, or remove the network",
                "networks",
            )
        ],
    ),
    Row(
        "claims and Multus don't mix",
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "networks": [
                {"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}},
                {"name": "m", "multus": {"networkName": "n"}},
            ],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}, {"name": "m"}]}},
        },
        [
            Expected(
                at("networks[1]"),
                "the guest mixes networks of resource claims and of Multus, which KubeVirt does not support.",
                "use one of the two for all",
                "networks",
            )
        ],
        good_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
        bad_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
    ),
    Row(
        "a claimed network needs SR-IOV",
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "binding": {"name": "b"}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "bridge": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "network `d` of a resource claim needs an interface with `sriov` or a binding plugin.",
                "bind its interface with `sriov: {}` or `binding`",
                "networks",
            )
        ],
        good_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
        bad_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
    ),
    Row(
        "a claimed network names claim and request",
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "networks": [{"name": "d", "resourceClaim": {}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("networks[0].resourceClaim.claimName"),
                "network `d` has no `resourceClaim.claimName`.",
                "set `claimName`",
                "networks",
            ),
            Expected(
                at("networks[0].resourceClaim.requestName"),
                "network `d` has no `resourceClaim.requestName`.",
                "set `requestName`",
                "networks",
            ),
        ],
        good_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
        bad_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
    ),
    Row(
        "a claimed network's claim is listed",
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}]}},
        },
        [
            Expected(
                at("networks[0].resourceClaim.claimName"),
                "network `d` uses the resource claim `c`, which `resourceClaims` does not list.",
                "list the claim in `resourceClaims`",
                "networks",
            )
        ],
        good_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
        bad_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
    ),
    Row(
        "a request is taken once",
        {
            "networks": [
                {"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}},
                {"name": "e", "resourceClaim": {"claimName": "c", "requestName": "s"}},
            ],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}, {"name": "e", "sriov": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        {
            "networks": [
                {"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}},
                {"name": "e", "resourceClaim": {"claimName": "c", "requestName": "r"}},
            ],
            "domain": {"devices": {"interfaces": [{"name": "d", "sriov": {}}, {"name": "e", "sriov": {}}]}},
            "resourceClaims": [{"name": "c", "resourceClaimName": "x"}],
        },
        [
            Expected(
                at("networks[1]"),
                "two networks use request `r` of claim `c`.",
                "give each network its own request",
                "networks",
            )
        ],
        good_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
        bad_in={"cluster": kubevirt("NetworkDevicesWithDRA")},
    ),
    Row(
        "without the gate, that is another matter",
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "bridge": {}}]}},
        },
        {
            "networks": [{"name": "d", "resourceClaim": {"claimName": "c", "requestName": "r"}}],
            "domain": {"devices": {"interfaces": [{"name": "d", "bridge": {}}]}},
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "network `d` of a resource claim needs an interface with `sriov` or a binding plugin.",
                "bind its interface with `sriov: {}` or `binding`",
                "networks",
            ),
            Expected(
                at("networks[0].resourceClaim.claimName"),
                "network `d` uses the resource claim `c`, which `resourceClaims` does not list.",
                "list the claim in `resourceClaims`",
                "networks",
            ),
        ],
        good_in={},
        bad_in={"closed": False},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(networks.check)
