"""Access credentials: where a key or password comes from and how it reaches the guest."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import access_credentials

ROWS = [
    Row(
        "a credential is of one kind",
        {
            "accessCredentials": [
                {
                    "userPassword": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {}},
                    }
                }
            ]
        },
        {"accessCredentials": [{}]},
        [
            Expected(
                at("accessCredentials[0]"),
                "`accessCredentials[0]` must have exactly one of `sshPublicKey` and `userPassword`.",
                "add `sshPublicKey` or `userPassword`",
                "access_credentials",
            )
        ],
    ),
    Row(
        "a credential is of one kind only",
        {
            "accessCredentials": [
                {
                    "sshPublicKey": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {"users": ["u"]}},
                    }
                }
            ]
        },
        {
            "accessCredentials": [
                {
                    "userPassword": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {}},
                    },
                    "sshPublicKey": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {"users": ["u"]}},
                    },
                }
            ]
        },
        [
            Expected(
                at("accessCredentials[0]"),
                "`accessCredentials[0]` must have exactly one of `sshPublicKey` and `userPassword`.",
                "split it into two entries",
                "access_credentials",
            )
        ],
    ),
    Row(
        "a credential has a source and a method",
        {
            "accessCredentials": [
                {
                    "sshPublicKey": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {"users": ["u"]}},
                    }
                }
            ]
        },
        {"accessCredentials": [{"sshPublicKey": {"source": {}, "propagationMethod": {}}}]},
        [
            Expected(
                at("accessCredentials[0].sshPublicKey.source"),
                "`accessCredentials[0]` has no source.",
                "set `source.secret.secretName`",
                "access_credentials",
            ),
            Expected(
                at("accessCredentials[0].sshPublicKey.propagationMethod"),
                "`accessCredentials[0]` has no propagation method; it must have one.",
                "add `qemuGuestAgent`, `noCloud` or `configDrive`",
                "access_credentials",
            ),
        ],
    ),
    Row(
        "a key has one method",
        {
            "accessCredentials": [
                {"sshPublicKey": {"source": {"secret": {"secretName": "s"}}, "propagationMethod": {"noCloud": {}}}}
            ],
            "volumes": [{"name": "v", "cloudInitNoCloud": {"userData": "a"}}],
        },
        {
            "accessCredentials": [
                {
                    "sshPublicKey": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"noCloud": {}, "qemuGuestAgent": {"users": ["u"]}},
                    }
                }
            ],
            "volumes": [{"name": "v", "cloudInitNoCloud": {"userData": "a"}}],
        },
        [
            Expected(
                at("accessCredentials[0].sshPublicKey.propagationMethod"),
                "`accessCredentials[0]` has several propagation methods; it must have one.",
                "keep `qemuGuestAgent` or `noCloud`",
                "access_credentials",
            )
        ],
    ),
    Row(
        "a key that goes into a volume needs one",
        {
            "accessCredentials": [
                {"sshPublicKey": {"source": {"secret": {"secretName": "s"}}, "propagationMethod": {"configDrive": {}}}}
            ],
            "volumes": [{"name": "v", "cloudInitConfigDrive": {"userData": "a"}}],
        },
        {
            "accessCredentials": [
                {"sshPublicKey": {"source": {"secret": {"secretName": "s"}}, "propagationMethod": {"configDrive": {}}}}
            ],
            "volumes": [{"name": "v", "cloudInitNoCloud": {"userData": "a"}}],
        },
        [
            Expected(
                at("accessCredentials[0].sshPublicKey.propagationMethod"),
                ("`accessCredentials[0]` needs a `cloudInitConfigDrive` volume, which the guest does not have."),
                "add a `cloudInitConfigDrive` volume, or use `qemuGuestAgent`",
                "access_credentials",
            )
        ],
    ),
    Row(
        "a key lets users in",
        {
            "accessCredentials": [
                {
                    "sshPublicKey": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {"users": ["u"]}},
                    }
                }
            ]
        },
        {
            "accessCredentials": [
                {
                    "sshPublicKey": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {"users": []}},
                    }
                }
            ]
        },
        [
            Expected(
                at("accessCredentials[0].sshPublicKey.propagationMethod.qemuGuestAgent.users"),
                "`accessCredentials[0]` lists no `users` for its key.",
                "list the user names in `users`",
                "access_credentials",
            )
        ],
    ),
    Row(
        "a password has a source and a method",
        {
            "accessCredentials": [
                {
                    "userPassword": {
                        "source": {"secret": {"secretName": "s"}},
                        "propagationMethod": {"qemuGuestAgent": {}},
                    }
                }
            ]
        },
        {"accessCredentials": [{"userPassword": {"source": {}, "propagationMethod": {}}}]},
        [
            Expected(
                at("accessCredentials[0].userPassword.source"),
                "`accessCredentials[0]` has no source.",
                "set `source.secret.secretName`",
                "access_credentials",
            ),
            Expected(
                at("accessCredentials[0].userPassword.propagationMethod"),
                "`accessCredentials[0]` has no propagation method; it must have one.",
                "add `qemuGuestAgent`",
                "access_credentials",
            ),
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(access_credentials.check)
