"""Interfaces of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.interfaces import Code
from vmlint.model.refusal import Refusal
from vmlint.world.outcome import reason_of

from ..._wording import Wording, Words, called

__all__ = ["WORDS"]


_INSTEAD = {
    "slirp": "use `masquerade: {}`, or `passtBinding: {}`",
    "passt": "use `passtBinding: {}`",
    "macvtap": "use the binding plugin for macvtap",
}
"""What takes the place of old bindings."""


def _removed(refusal: Refusal) -> Words:
    binding = refusal.values["binding"]
    return Words(
        f"{called(refusal.values['entry'])} has the binding `{binding}`, which KubeVirt 1.3 removed.", _INSTEAD[binding]
    )


def _cannot_be_added(refusal: Refusal) -> Words:
    return Words(
        f"the VM has no interface, and KubeVirt can't add one: {reason_of(refusal.values['inner'])}.",
        "add a network and its interface, or set `autoattachPodInterface: false`",
    )


WORDS: Mapping[Code, Wording] = {
    Code.NAMELESS: Words(
        "{entry} has no name.",
        "set the name of its network",
    ),
    Code.NAME_TWICE: Words(
        "two interfaces have the name `{name}`.",
        "attach each network to one interface",
    ),
    Code.WITHOUT_NETWORK: Words(
        "{entry} has no network with the same name.",
        "add a network `{name}` to `networks`, or remove the interface",
    ),
    Code.STATE_OF_SRIOV: Words(
        "{entry} has `sriov`, which does not support the link state `{state}`.",
        "remove `state`",
    ),
    Code.ABSENT_WITHOUT_BRIDGE: Words(
        "{entry} can't be `absent`; only an interface with `bridge` can.",
        "remove `state`",
    ),
    Code.ABSENT_ON_DEFAULT_NETWORK: Words(
        "{entry} can't be `absent`: its network is the default.",
        "remove `state`",
    ),
    Code.BINDINGS_SEVERAL: Words(
        "{entry} has {count} bindings, {bindings:and}; an interface must have exactly one.",
        "keep {bindings:choice}",
    ),
    Code.BINDING_MISSING: Words(
        "{entry} has no binding; an interface must have exactly one.",
        "add {known:choice}",
    ),
    Code.NOT_ON_POD_NETWORK: Words(
        "{entry} has `{binding}`, which works only on the pod network.",
        "attach it to a network with `pod: {{}}`, or use another binding",
    ),
    Code.MAC_RESERVED: Words(
        "{entry} has the MAC address `{mac}`, which KubeVirt reserves for its bridge in the pod.",
        "choose another address",
    ),
    Code.BRIDGE_NOT_PERMITTED: Words(
        "{entry} uses `bridge` on the pod network, which this cluster does not permit.",
        "use `masquerade: {{}}`, or set `permitBridgeInterfaceOnPodNetwork` in the KubeVirt object",
    ),
    Code.NAME_INVALID: Words(
        "the interface name `{name}` contains characters other than letters, digits, `-` and `_`.",
        "rename it and its network",
    ),
    Code.MAC_WRONG_LENGTH: Words(
        "the MAC address `{mac}` of {entry} has {length} bytes; it must have 6.",
        "write six bytes, such as `02:00:00:12:34:56`",
    ),
    Code.MAC_INVALID: Words(
        "the MAC address `{mac}` of {entry} is not valid.",
        "write six bytes, such as `02:00:00:12:34:56`",
    ),
    Code.PCI_ADDRESS_INVALID: Words(
        "the PCI address `{pci}` of {entry} is not valid.",
        "write it as `0000:81:00.1`",
    ),
    Code.PORT_NAME_TWICE: Words(
        "two ports of {entry} have the name `{name}`.",
        "rename one",
    ),
    Code.PORT_NAME_INVALID: Words(
        "`{name}` is not a valid port name.",
        "use at most 15 lower-case letters, digits and single inner dashes, with a letter",
    ),
    Code.PORT_OUT_OF_RANGE: Words(
        "a port of {entry} is {number}; it must be from 1 to 65535.",
        "use a port from 1 to 65535",
    ),
    Code.PORT_MISSING: Words(
        "a port has no number.",
        "use a port from 1 to 65535",
    ),
    Code.PROTOCOL_UNKNOWN: Words(
        "`protocol` is `{protocol}`; it must be `TCP` or `UDP`.",
        "use `TCP` or `UDP`",
    ),
    Code.PORTS_AND_RANGES: Words(
        "{entry} has `ports` and `portRanges`, which exclude each other.",
        "keep one of the two",
    ),
    Code.RANGES_WITHOUT_MASQUERADE: Words(
        "{entry} has `portRanges`, which need `masquerade`.",
        "use `masquerade: {{}}`",
    ),
    Code.RANGES_TOO_MANY: Words(
        "{entry} has more than {most} `portRanges`, the maximum.",
        "merge or remove ranges",
    ),
    Code.RANGE_PORT: Words(
        "`{field}` is {value}; it must be from 1 to 65535.",
        "use a port from 1 to 65535",
    ),
    Code.RANGE_REVERSED: Words(
        "the range starts at {start} and ends at {end}.",
        "swap the two",
    ),
    Code.RANGES_OVERLAP: Words(
        "the {protocol} ranges {before_start}-{before_end} and {after_start}-{after_end} overlap.",
        "merge them",
    ),
    Code.DHCP_OPTION_TWICE: Words(
        "{entry} sets the private DHCP option {number} twice.",
        "keep one",
    ),
    Code.DHCP_OPTION_OUT_OF_RANGE: Words(
        "the private DHCP option is {number}; it must be from 224 to 254.",
        "use an option from 224 to 254",
    ),
    Code.NTP_SERVER_INVALID: Words(
        "the NTP server `{server}` is not a valid IPv4 address.",
        "write an IPv4 address",
    ),
    Code.BINDING_REMOVED: _removed,
    Code.CANNOT_BE_ADDED: _cannot_be_added,
}
