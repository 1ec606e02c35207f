"""Affinity and topology spread, by the rules that Kubernetes has for pods."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at
from vmlint.kubevirt.admission import scheduling

ROWS = [
    Row(
        "a node selector has terms",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]
                    }
                }
            }
        },
        {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}},
        [
            Expected(
                at("affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"),
                "`nodeSelectorTerms` is empty.",
                "add at least one term",
                "scheduling",
            )
        ],
    ),
    Row(
        "In needs values",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["x"]}]}]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In"}]}]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchExpressions[0].values"
                ),
                "operator `In` needs at least one value, and `values` has 0.",
                "set at least one value",
                "scheduling",
            )
        ],
    ),
    Row(
        "Exists takes no values",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["x"]}]}
                        ]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchExpressions[0].values"
                ),
                "operator `Exists` needs no value, and `values` has 1.",
                "set no value",
                "scheduling",
            )
        ],
    ),
    Row(
        "Gt takes one value",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Gt", "values": ["1"]}]}]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchExpressions": [{"key": "a", "operator": "Lt", "values": ["1", "2"]}]}
                        ]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchExpressions[0].values"
                ),
                "operator `Lt` needs exactly one value, and `values` has 2.",
                "set exactly one value",
                "scheduling",
            )
        ],
    ),
    Row(
        "an operator is known",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}
                        ]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Is", "values": ["1"]}]}]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchExpressions[0].operator"
                ),
                "the operator is `Is`; it must be `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.",
                "use `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`",
                "scheduling",
            )
        ],
    ),
    Row(
        "a key is a label key",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a.io/b", "operator": "Exists"}]}]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [{"matchExpressions": [{"key": "a/b/c", "operator": "Exists"}]}]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchExpressions[0].key"
                ),
                "`a/b/c` is not a valid label key.",
                ("use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one"),
                "scheduling",
            )
        ],
    ),
    Row(
        "nodes are found by name",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [],
                                "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node1"]}],
                            }
                        ]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {"matchExpressions": [], "matchFields": [{"key": "metadata.uid", "operator": "Exists"}]}
                        ]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchFields[0].operator"
                ),
                "the operator is `Exists`; it must be `In` or `NotIn`.",
                "use `In` or `NotIn`",
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchFields[0].key"
                ),
                "nodes can't be selected by the field `metadata.uid`.",
                "use `metadata.name`",
                "scheduling",
            ),
        ],
    ),
    Row(
        "a node name is a DNS subdomain",
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [],
                                "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n.a"]}],
                            }
                        ]
                    }
                }
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {
                        "nodeSelectorTerms": [
                            {
                                "matchExpressions": [],
                                "matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["Node"]}],
                            }
                        ]
                    }
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.n"
                    "odeSelectorTerms[0].matchFields[0].values[0]"
                ),
                "`Node` is not a valid node name.",
                "write the node's name",
                "scheduling",
            )
        ],
    ),
    Row(
        "a preferred term of nodes has a weight",
        {
            "affinity": {
                "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "preference": {}}]}
            }
        },
        {
            "affinity": {
                "nodeAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 0, "preference": {"matchExpressions": [{"key": "", "operator": "Exists"}]}}
                    ]
                }
            }
        },
        [
            Expected(
                at("affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight"),
                "the weight is 0; it must be from 1 to 100.",
                "use a weight in that range",
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution["
                    "0].preference.matchExpressions[0].key"
                ),
                "`key` is empty; it must be a label key.",
                ("use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one"),
                "scheduling",
            ),
        ],
    ),
    Row(
        "a term of pods has a topology key",
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]
                }
            }
        },
        {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": ""}]}}},
        [
            Expected(
                at("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey"),
                "`topologyKey` is empty; it must be a label key.",
                ("use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one"),
                "scheduling",
            )
        ],
    ),
    Row(
        "a term of pods has a good selector",
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"a": "b"}}}
                    ]
                }
            }
        },
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"a b": "c d"}}}
                    ]
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecutio"
                    "n[0].labelSelector.matchLabels.a b"
                ),
                "`a b` is not a valid label key.",
                ("use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one"),
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecutio"
                    "n[0].labelSelector.matchLabels.a b"
                ),
                "`c d` is not a valid label value.",
                "use at most 63 letters, digits, `-`, `_` and `.`",
                "scheduling",
            ),
        ],
    ),
    Row(
        "a requirement of pods has values",
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "topologyKey": "kubernetes.io/hostname",
                            "namespaceSelector": {
                                "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]
                            },
                        }
                    ]
                }
            }
        },
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "topologyKey": "kubernetes.io/hostname",
                            "namespaceSelector": {
                                "matchExpressions": [
                                    {"key": "a", "operator": "NotIn", "values": []},
                                    {"key": "b", "operator": "Exists", "values": ["-"]},
                                    {"key": "c", "operator": "Gt"},
                                ]
                            },
                        }
                    ]
                }
            }
        },
        [
            Expected(
                at(
                    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecutio"
                    "n[0].namespaceSelector.matchExpressions[0].values"
                ),
                "operator `NotIn` needs `values`.",
                "list the values to compare with",
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecutio"
                    "n[0].namespaceSelector.matchExpressions[1].values"
                ),
                "operator `Exists` does not accept `values`.",
                "remove `values`",
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecutio"
                    "n[0].namespaceSelector.matchExpressions[1].values[0]"
                ),
                "`-` is not a valid label value.",
                "use at most 63 letters, digits, `-`, `_` and `.`",
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecutio"
                    "n[0].namespaceSelector.matchExpressions[2].operator"
                ),
                "`Gt` is not an operator of label selectors.",
                "use `In`, `NotIn`, `Exists` or `DoesNotExist`",
                "scheduling",
            ),
        ],
    ),
    Row(
        "namespaces are DNS labels",
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": "kubernetes.io/hostname", "namespaces": ["web"]}
                    ]
                }
            }
        },
        {
            "affinity": {
                "podAntiAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {"topologyKey": "kubernetes.io/hostname", "namespaces": ["Web"]}
                    ]
                }
            }
        },
        [
            Expected(
                at("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].namespaces[0]"),
                "`Web` is not a valid namespace name.",
                "write the namespace's name",
                "scheduling",
            )
        ],
    ),
    Row(
        "a preferred term of pods has a weight",
        {
            "affinity": {
                "podAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 100, "podAffinityTerm": {"topologyKey": "zone"}}
                    ]
                }
            }
        },
        {
            "affinity": {
                "podAffinity": {
                    "preferredDuringSchedulingIgnoredDuringExecution": [
                        {"weight": 101, "podAffinityTerm": {"topologyKey": "a b"}}
                    ]
                }
            }
        },
        [
            Expected(
                at("affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight"),
                "the weight is 101; it must be from 1 to 100.",
                "use a weight in that range",
                "scheduling",
            ),
            Expected(
                at(
                    "affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0"
                    "].podAffinityTerm.topologyKey"
                ),
                "`a b` is not a valid label key.",
                ("use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one"),
                "scheduling",
            ),
        ],
    ),
    Row(
        "a skew is positive",
        {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]},
        {"topologySpreadConstraints": [{"maxSkew": 0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]},
        [
            Expected(
                at("topologySpreadConstraints[0].maxSkew"),
                "`maxSkew` is 0; it must be 1 or more.",
                "use 1 or more",
                "scheduling",
            )
        ],
    ),
    Row(
        "a spread has a topology key",
        {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]},
        {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "", "whenUnsatisfiable": "DoNotSchedule"}]},
        [
            Expected(
                at("topologySpreadConstraints[0].topologyKey"),
                "`topologyKey` is empty; it must be a label key.",
                ("use a name of at most 63 letters, digits, `-`, `_` and `.`, after `domain/` if it has one"),
                "scheduling",
            )
        ],
    ),
    Row(
        "a spread has an action",
        {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}]},
        {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "Ignore"}]},
        [
            Expected(
                at("topologySpreadConstraints[0].whenUnsatisfiable"),
                "`whenUnsatisfiable` is `Ignore`; it must be `DoNotSchedule` or `ScheduleAnyway`.",
                "use `DoNotSchedule` or `ScheduleAnyway`",
                "scheduling",
            )
        ],
    ),
    Row(
        "a spread has a good selector",
        {
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "labelSelector": {"matchLabels": {"a": ""}},
                }
            ]
        },
        {
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "labelSelector": {"matchLabels": {"a": "?"}},
                }
            ]
        },
        [
            Expected(
                at("topologySpreadConstraints[0].labelSelector.matchLabels.a"),
                "`?` is not a valid label value.",
                "use at most 63 letters, digits, `-`, `_` and `.`",
                "scheduling",
            )
        ],
    ),
    Row(
        "spreads differ",
        {
            "topologySpreadConstraints": [
                {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"},
                {"maxSkew": 1, "topologyKey": "host", "whenUnsatisfiable": "DoNotSchedule"},
            ]
        },
        {
            "topologySpreadConstraints": [
                {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"},
                {"maxSkew": 1, "topologyKey": "host", "whenUnsatisfiable": "DoNotSchedule"},
                {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"},
            ]
        },
        [
            Expected(
                at("topologySpreadConstraints[2]"),
                ("the constraint repeats `topologySpreadConstraints[0]`: topology key `zone`, action `DoNotSchedule`."),
                "keep one of the two",
                "scheduling",
            )
        ],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(scheduling.check)
