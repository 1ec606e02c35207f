"""DNS settings of a guest."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.dns import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.SERVERS_MISSING: Words(
        "`dnsPolicy` is `None`, which needs `dnsConfig.nameservers`, and it is not set.",
        "list servers in `dnsConfig.nameservers`, or use another policy",
    ),
    Code.OPTION_NAMELESS: Words(
        "a DNS option has no name.",
        "set its `name`",
    ),
    Code.SERVERS_TOO_MANY: Words(
        "`nameservers` has {count} entries; at most {most} are allowed.",
        "keep three",
    ),
    Code.SERVER_INVALID: Words(
        "the name server `{server}` is not a valid IP address.",
        "use an IP address",
    ),
    Code.SEARCHES_TOO_MANY: Words(
        "`searches` has {count} entries; at most {most} are allowed.",
        "keep six",
    ),
    Code.SEARCHES_TOO_LONG: Words(
        "`searches` has {length} characters in total; at most {most} are allowed.",
        "use fewer or shorter domains",
    ),
    Code.SEARCH_INVALID: Words(
        "the search domain `{search}` is not a valid DNS name.",
        "fix the name",
    ),
}
