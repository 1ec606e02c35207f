"""Cloud-init volumes: where user data and network data come from, and how long they may be."""

from __future__ import annotations

import base64

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import cloud_init

ROWS = [
    Row(
        "there is data",
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"networkData": "a"}}]},
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"secretRef": {"name": ""}}}]},
        [
            Expected(
                at("volumes[0].cloudInitNoCloud"),
                "volume `v` has neither user data nor network data.",
                "add `userData` or `secretRef`",
                "cloud_init",
            )
        ],
    ),
    Row(
        "user data comes from one place",
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"secretRef": {"name": "s"}}}]},
        {
            "volumes": [
                {
                    "name": "v",
                    "cloudInitConfigDrive": {
                        "userData": "a",
                        "userDataBase64": "YQ==",
                        "secretRef": {"name": "s"},
                    },
                }
            ]
        },
        [
            Expected(
                at("volumes[0].cloudInitConfigDrive"),
                "volume `v` has `secretRef` and `userDataBase64` and `userData`, which exclude each other.",
                "keep `secretRef`, `userDataBase64` or `userData`",
                "cloud_init",
            )
        ],
    ),
    Row(
        "network data comes from one place",
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"networkDataBase64": "YQ=="}}]},
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"networkData": "a", "networkDataSecretRef": {"name": "s"}}}]},
        [
            Expected(
                at("volumes[0].cloudInitNoCloud"),
                "volume `v` has `networkDataSecretRef` and `networkData`, which exclude each other.",
                "keep `networkDataSecretRef` or `networkData`",
                "cloud_init",
            )
        ],
    ),
    Row(
        "base64 is base64",
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"userDataBase64": "YWJj\nZA=="}}]},
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"userDataBase64": "YWJjZA"}}]},
        [
            Expected(
                at("volumes[0].cloudInitNoCloud.userDataBase64"),
                "`userDataBase64` of volume `v` is not valid base64.",
                "encode the data",
                "cloud_init",
            )
        ],
    ),
    Row(
        "user data has 2048 bytes",
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"userData": "ä" * 1024}}]},
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"userData": "ä" * 1024 + "a"}}]},
        [
            Expected(
                at("volumes[0].cloudInitNoCloud.userData"),
                "`userData` of volume `v` has 2049 bytes; at most 2048 are allowed.",
                "move it to a Secret and name the Secret in `secretRef`",
                "cloud_init",
            )
        ],
    ),
    Row(
        "decoded user data has 2048 bytes",
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"userDataBase64": base64.b64encode(b"a" * 2048).decode()}}]},
        {"volumes": [{"name": "v", "cloudInitNoCloud": {"userDataBase64": base64.b64encode(b"a" * 2049).decode()}}]},
        [
            Expected(
                at("volumes[0].cloudInitNoCloud.userDataBase64"),
                "`userData` of volume `v` has 2049 bytes; at most 2048 are allowed.",
                "move it to a Secret and name the Secret in `secretRef`",
                "cloud_init",
            )
        ],
    ),
    Row(
        "network data has 2048 bytes",
        {"volumes": [{"name": "v", "cloudInitConfigDrive": {"networkData": "a" * 2048}}]},
        {"volumes": [{"name": "v", "cloudInitConfigDrive": {"networkData": "a" * 2049}}]},
        [
            Expected(
                at("volumes[0].cloudInitConfigDrive.networkData"),
                "`networkData` of volume `v` has 2049 bytes; at most 2048 are allowed.",
                "move it to a Secret and name the Secret in `networkDataSecretRef`",
                "cloud_init",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(cloud_init.check)
