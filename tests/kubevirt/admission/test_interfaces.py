"""Network interfaces: binding, state, addresses, ports, DHCP options."""

from __future__ import annotations

import pytest

from tests.kubevirt.admission.scenario import Expected, Row, at, kubevirt
from vmlint.kubevirt.admission import interfaces
from vmlint.model.refusal import Refuser

ROWS = [
    Row(
        "an interface has a name",
        {"domain": {"devices": {"interfaces": [{"name": "a", "bridge": {}}]}}, "networks": [{"name": "a", "pod": {}}]},
        {"domain": {"devices": {"interfaces": [{"masquerade": {}}]}}, "networks": [{"name": "a", "pod": {}}]},
        [
            Expected(
                at("domain.devices.interfaces[0].name"),
                "`interfaces[0]` has no name.",
                "set the name of its network",
                "interfaces",
            )
        ],
    ),
    Row(
        "SR-IOV has no link state",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "sriov": {}}]}},
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "sriov": {}, "state": "down"}]}},
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].state"),
                "interface `default` has `sriov`, which does not support the link state `down`.",
                "remove `state`",
                "interfaces",
            )
        ],
    ),
    Row(
        "only a bridge can be absent",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "state": "absent"}]}},
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "sriov": {}, "state": "absent"}]}},
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].state"),
                "interface `default` can't be `absent`; only an interface with `bridge` can.",
                "remove `state`",
                "interfaces",
            )
        ],
    ),
    Row(
        "the default network can't be absent",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "state": "up"}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "state": "absent"}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].state"),
                "interface `default` can't be `absent`: its network is the default.",
                "remove `state`",
                "interfaces",
            )
        ],
    ),
    Row(
        "an interface has a binding",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "masquerade": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {"domain": {"devices": {"interfaces": [{"name": "default"}]}}, "networks": [{"name": "default", "pod": {}}]},
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has no binding; an interface must have exactly one.",
                "add `bridge`, `masquerade`, `sriov`, `passtBinding` or `binding`",
                "interfaces",
            )
        ],
    ),
    Row(
        "an interface has one binding",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "binding": {"name": "x"}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "masquerade": {}, "bridge": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has 2 bindings, `bridge` and `masquerade`; an interface must have exactly one.",
                "keep `bridge` or `masquerade`",
                "interfaces",
            )
        ],
    ),
    Row(
        "old bindings are gone",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "passtBinding": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "networks": [
                {"name": "p", "pod": {}},
                {"name": "m", "multus": {"networkName": "n"}},
                {"name": "o", "multus": {"networkName": "n"}},
            ],
            "domain": {
                "devices": {
                    "interfaces": [{"name": "p", "slirp": {}}, {"name": "m", "macvtap": {}}, {"name": "o", "passt": {}}]
                }
            },
        },
        [
            Expected(
                at("domain.devices.interfaces[0].slirp"),
                "interface `p` has the binding `slirp`, which KubeVirt 1.3 removed.",
                "use `masquerade: {}`, or `passtBinding: {}`",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[1].macvtap"),
                "interface `m` has the binding `macvtap`, which KubeVirt 1.3 removed.",
                "use the binding plugin for macvtap",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[2].passt"),
                "interface `o` has the binding `passt`, which KubeVirt 1.3 removed.",
                "use `passtBinding: {}`",
                "interfaces",
            ),
        ],
    ),
    Row(
        "masquerade is for the pod network",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "masquerade": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "masquerade": {}}]}},
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has `masquerade`, which works only on the pod network.",
                "attach it to a network with `pod: {}`, or use another binding",
                "interfaces",
            )
        ],
    ),
    Row(
        "passt is for the pod network",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "passtBinding": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "passtBinding": {}}]}},
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has `passtBinding`, which works only on the pod network.",
                "attach it to a network with `pod: {}`, or use another binding",
                "interfaces",
            )
        ],
    ),
    Row(
        "a MAC address is reserved",
        {
            "domain": {
                "devices": {"interfaces": [{"name": "default", "bridge": {}, "macAddress": "02:00:00:00:00:00"}]}
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {"interfaces": [{"name": "default", "masquerade": {}, "macAddress": "02:00:00:00:00:00"}]}
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].macAddress"),
                (
                    "interface `default` has the MAC address `02:00:00:00:00:00`, which KubeVirt reserves for "
                    "its bridge in the pod."
                ),
                "choose another address",
                "interfaces",
            )
        ],
    ),
    Row(
        "a bridge on the pod network may be forbidden",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` uses `bridge` on the pod network, which this cluster does not permit.",
                "use `masquerade: {}`, or set `permitBridgeInterfaceOnPodNetwork` in the KubeVirt object",
                "interfaces",
            )
        ],
        good_in={},
        bad_in={"cluster": kubevirt(network={"permitBridgeInterfaceOnPodNetwork": False})},
    ),
    Row(
        "an interface has a network of its own",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {"interfaces": [{"name": "default", "bridge": {}}, {"name": "default", "bridge": {}}]}
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[1].name"),
                "two interfaces have the name `default`.",
                "attach each network to one interface",
                "interfaces",
            )
        ],
    ),
    Row(
        "an interface has a network",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}}, {"name": "lan", "bridge": {}}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[1].name"),
                "interface `lan` has no network with the same name.",
                "add a network `lan` to `networks`, or remove the interface",
                "interfaces",
            )
        ],
    ),
    Row(
        "an interface name has plain characters",
        {
            "domain": {"devices": {"interfaces": [{"name": "a_B-1", "bridge": {}}]}},
            "networks": [{"name": "a_B-1", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "a.b", "bridge": {}}]}},
            "networks": [{"name": "a.b", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].name"),
                "the interface name `a.b` contains characters other than letters, digits, `-` and `_`.",
                "rename it and its network",
                "interfaces",
            )
        ],
    ),
    Row(
        "a MAC address can be read",
        {
            "domain": {
                "devices": {"interfaces": [{"name": "default", "bridge": {}, "macAddress": "02-00-00-12-34-56"}]}
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "macAddress": "02:00:00:12:34"}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].macAddress"),
                "the MAC address `02:00:00:12:34` of interface `default` is not valid.",
                "write six bytes, such as `02:00:00:12:34:56`",
                "interfaces",
            )
        ],
    ),
    Row(
        "a MAC address has six bytes",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "macAddress": "0200.0012.3456"}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {"interfaces": [{"name": "default", "bridge": {}, "macAddress": "02:00:00:12:34:56:78:9a"}]}
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].macAddress"),
                ("the MAC address `02:00:00:12:34:56:78:9a` of interface `default` has 8 bytes; it must have 6."),
                "write six bytes, such as `02:00:00:12:34:56`",
                "interfaces",
            )
        ],
    ),
    Row(
        "a PCI address can be read",
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "pciAddress": "0000:81:0A.7"}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {"devices": {"interfaces": [{"name": "default", "bridge": {}, "pciAddress": "0000:81:00.8"}]}},
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].pciAddress"),
                "the PCI address `0000:81:00.8` of interface `default` is not valid.",
                "write it as `0000:81:00.1`",
                "interfaces",
            )
        ],
    ),
    Row(
        "a port has a name of its own",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "ports": [{"name": "a", "port": 80}, {"name": "b", "port": 81}],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "ports": [{"name": "a", "port": 80}, {"name": "a", "port": 81}],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].ports[1].name"),
                "two ports of interface `default` have the name `a`.",
                "rename one",
                "interfaces",
            )
        ],
    ),
    Row(
        "a port name is one",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {"name": "default", "bridge": {}, "ports": [{"name": "http-2", "port": 80, "protocol": "UDP"}]}
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {"interfaces": [{"name": "default", "bridge": {}, "ports": [{"name": "-http", "port": 80}]}]}
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].ports[0].name"),
                "`-http` is not a valid port name.",
                "use at most 15 lower-case letters, digits and single inner dashes, with a letter",
                "interfaces",
            )
        ],
    ),
    Row(
        "a port is a port",
        {
            "domain": {
                "devices": {
                    "interfaces": [{"name": "default", "bridge": {}, "ports": [{"port": 0, "protocol": "SCTP"}]}]
                }
            },
            "networks": [{"name": "default", "multus": {"networkName": "n"}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {"name": "default", "bridge": {}, "ports": [{}, {"port": 65536, "protocol": "SCTP"}]}
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].ports[0].port"),
                "a port has no number.",
                "use a port from 1 to 65535",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].ports[1].port"),
                "a port of interface `default` is 65536; it must be from 1 to 65535.",
                "use a port from 1 to 65535",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].ports[1].protocol"),
                "`protocol` is `SCTP`; it must be `TCP` or `UDP`.",
                "use `TCP` or `UDP`",
                "interfaces",
            ),
        ],
    ),
    Row(
        "ranges go without ports and with masquerade",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {"name": "default", "masquerade": {}, "portRanges": [{"protocol": "TCP", "start": 1, "end": 2}]}
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "ports": [{"port": 1}],
                            "portRanges": [{"protocol": "TCP", "start": 1, "end": 2}],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has `ports` and `portRanges`, which exclude each other.",
                "keep one of the two",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has `portRanges`, which need `masquerade`.",
                "use `masquerade: {}`",
                "interfaces",
            ),
        ],
        good_in={"cluster": kubevirt("PortRangesSpec")},
        bad_in={"cluster": kubevirt("PortRangesSpec")},
    ),
    Row(
        "ranges are ten at most",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "masquerade": {},
                            "portRanges": [
                                {"protocol": "TCP", "start": 1, "end": 2},
                                {"protocol": "TCP", "start": 11, "end": 12},
                                {"protocol": "TCP", "start": 21, "end": 22},
                                {"protocol": "TCP", "start": 31, "end": 32},
                                {"protocol": "TCP", "start": 41, "end": 42},
                                {"protocol": "TCP", "start": 51, "end": 52},
                                {"protocol": "TCP", "start": 61, "end": 62},
                                {"protocol": "TCP", "start": 71, "end": 72},
                                {"protocol": "TCP", "start": 81, "end": 82},
                                {"protocol": "TCP", "start": 91, "end": 92},
                            ],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "masquerade": {},
                            "portRanges": [
                                {"protocol": "TCP", "start": 1, "end": 2},
                                {"protocol": "TCP", "start": 11, "end": 12},
                                {"protocol": "TCP", "start": 21, "end": 22},
                                {"protocol": "TCP", "start": 31, "end": 32},
                                {"protocol": "TCP", "start": 41, "end": 42},
                                {"protocol": "TCP", "start": 51, "end": 52},
                                {"protocol": "TCP", "start": 61, "end": 62},
                                {"protocol": "TCP", "start": 71, "end": 72},
                                {"protocol": "TCP", "start": 81, "end": 82},
                                {"protocol": "TCP", "start": 91, "end": 92},
                                {"protocol": "TCP", "start": 101, "end": 102},
                            ],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].portRanges"),
                "interface `default` has more than 10 `portRanges`, the maximum.",
                "merge or remove ranges",
                "interfaces",
            )
        ],
        good_in={"cluster": kubevirt("PortRangesSpec")},
        bad_in={"cluster": kubevirt("PortRangesSpec")},
    ),
    Row(
        "ranges are ranges of ports",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "masquerade": {},
                            "portRanges": [{"protocol": "TCP", "start": 1, "end": 65535}],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "masquerade": {},
                            "portRanges": [
                                {"protocol": "SCTP", "start": 1, "end": 2},
                                {"protocol": "TCP", "start": 0, "end": 2},
                                {"protocol": "TCP", "start": 1, "end": 65536},
                                {"protocol": "TCP", "start": 3, "end": 2},
                            ],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].portRanges[0].protocol"),
                "`protocol` is `SCTP`; it must be `TCP` or `UDP`.",
                "use `TCP` or `UDP`",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].portRanges[1].start"),
                "`start` is 0; it must be from 1 to 65535.",
                "use a port from 1 to 65535",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].portRanges[2].end"),
                "`end` is 65536; it must be from 1 to 65535.",
                "use a port from 1 to 65535",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].portRanges[3].start"),
                "the range starts at 3 and ends at 2.",
                "swap the two",
                "interfaces",
            ),
        ],
        good_in={"cluster": kubevirt("PortRangesSpec")},
        bad_in={"cluster": kubevirt("PortRangesSpec")},
    ),
    Row(
        "ranges don't overlap",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "masquerade": {},
                            "portRanges": [
                                {"protocol": "TCP", "start": 1, "end": 5},
                                {"protocol": "TCP", "start": 6, "end": 7},
                                {"protocol": "UDP", "start": 2, "end": 3},
                            ],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "masquerade": {},
                            "portRanges": [
                                {"protocol": "TCP", "start": 5, "end": 7},
                                {"protocol": "TCP", "start": 1, "end": 5},
                            ],
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].portRanges"),
                "the TCP ranges 1-5 and 5-7 overlap.",
                "merge them",
                "interfaces",
            )
        ],
        good_in={"cluster": kubevirt("PortRangesSpec")},
        bad_in={"cluster": kubevirt("PortRangesSpec")},
    ),
    Row(
        "without the gate, ranges are another matter",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {"name": "default", "masquerade": {}, "portRanges": [{"protocol": "TCP", "start": 3, "end": 2}]}
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {"name": "default", "masquerade": {}, "portRanges": [{"protocol": "TCP", "start": 3, "end": 2}]}
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].portRanges[0].start"),
                "the range starts at 3 and ends at 2.",
                "swap the two",
                "interfaces",
            )
        ],
        good_in={},
        bad_in={"closed": False},
    ),
    Row(
        "private DHCP options",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "dhcpOptions": {
                                "privateOptions": [{"option": 224, "value": "a"}, {"option": 254, "value": "a"}]
                            },
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "dhcpOptions": {
                                "privateOptions": [
                                    {"option": 240, "value": "a"},
                                    {"option": 240, "value": "b"},
                                    {"option": 255, "value": "b"},
                                ]
                            },
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].dhcpOptions.privateOptions[1].option"),
                "interface `default` sets the private DHCP option 240 twice.",
                "keep one",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].dhcpOptions.privateOptions[2].option"),
                "the private DHCP option is 255; it must be from 224 to 254.",
                "use an option from 224 to 254",
                "interfaces",
            ),
        ],
    ),
    Row(
        "NTP servers",
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "dhcpOptions": {"ntpServers": ["192.0.2.01", "::ffff:192.0.2.1"]},
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        {
            "domain": {
                "devices": {
                    "interfaces": [
                        {
                            "name": "default",
                            "bridge": {},
                            "dhcpOptions": {"ntpServers": ["ntp.org", "fd00::1", "192.0.2"]},
                        }
                    ]
                }
            },
            "networks": [{"name": "default", "pod": {}}],
        },
        [
            Expected(
                at("domain.devices.interfaces[0].dhcpOptions.ntpServers[0]"),
                "the NTP server `ntp.org` is not a valid IPv4 address.",
                "write an IPv4 address",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].dhcpOptions.ntpServers[1]"),
                "the NTP server `fd00::1` is not a valid IPv4 address.",
                "write an IPv4 address",
                "interfaces",
            ),
            Expected(
                at("domain.devices.interfaces[0].dhcpOptions.ntpServers[2]"),
                "the NTP server `192.0.2` is not a valid IPv4 address.",
                "write an IPv4 address",
                "interfaces",
            ),
        ],
    ),
    Row(
        "an interface without a binding, before 1.9",
        {
            "networks": [{"name": "default", "pod": {}}],
            "domain": {"devices": {"interfaces": [{"name": "default", "masquerade": {}, "bridge": {}}]}},
        },
        {
            "networks": [{"name": "default", "pod": {}}],
            "domain": {"devices": {"interfaces": [{"name": "default"}]}},
        },
        [
            Expected(
                at("domain.devices.interfaces[0]"),
                "interface `default` has no binding; an interface must have exactly one.",
                "add `bridge`, `masquerade`, `sriov` or `binding`",
                "interfaces",
                Refuser.NODE,
            )
        ],
        good_in={"release": (1, 8)},
        bad_in={"release": (1, 7)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(row: Row) -> None:
    row.judge(interfaces.check)
