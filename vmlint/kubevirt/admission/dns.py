"""The resolver of the guest's pod, by the rules that Kubernetes has for pods.

Source: KubeVirt `vmi-create-admitter.go` (validatePodDNSConfig).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.forms import is_dns_subdomain, is_ip, utf8_length
from vmlint.kubevirt.admission.reading import UNDECIDED, look, word
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import each
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes

__all__ = ["Code", "check"]

_CONFIG = "dnsConfig"
_MAX_SERVERS = 3
_MAX_SEARCHES = 6
_MAX_SEARCH_LENGTH = 256


class Code(Codes):
    """What is wrong with the resolver of a guest."""

    SERVERS_MISSING = "dns/servers-missing"
    OPTION_NAMELESS = "dns/option-nameless"
    SERVERS_TOO_MANY = "dns/servers-too-many"
    SERVER_INVALID = "dns/server-invalid"
    SEARCHES_TOO_MANY = "dns/searches-too-many"
    SEARCHES_TOO_LONG = "dns/searches-too-long"
    SEARCH_INVALID = "dns/search-invalid"


def check(view: View) -> Iterator[Refusal]:
    """A resolver without servers, or with too many or malformed ones."""
    servers = look(view.spec, _CONFIG, "nameservers")
    if word(view.spec, "dnsPolicy") == "None" and servers in (None, []):
        yield Refusal(
            Code.SERVERS_MISSING,
            view.at(_CONFIG) if look(view.spec, _CONFIG) is None else view.at(_CONFIG, "nameservers"),
        )
        return
    yield from _servers(view, servers)
    yield from _searches(view)
    for index, option in each(view.spec, _CONFIG, "options"):
        if word(option, "name") == "":
            yield Refusal(Code.OPTION_NAMELESS, view.at(_CONFIG, "options", index))


def _servers(view: View, servers: object) -> Iterator[Refusal]:
    if not isinstance(servers, list):
        return
    path = view.at(_CONFIG, "nameservers")
    if len(servers) > _MAX_SERVERS:
        yield Refusal(Code.SERVERS_TOO_MANY, path, {"count": len(servers), "most": _MAX_SERVERS})
    for index, server in enumerate(servers):
        if isinstance(server, str) and not is_unknown(server) and not is_ip(server):
            yield Refusal(Code.SERVER_INVALID, (*path, index), {"server": server})


def _searches(view: View) -> Iterator[Refusal]:
    searches = look(view.spec, _CONFIG, "searches")
    if searches is UNDECIDED or not isinstance(searches, list):
        return
    path = view.at(_CONFIG, "searches")
    if len(searches) > _MAX_SEARCHES:
        yield Refusal(Code.SEARCHES_TOO_MANY, path, {"count": len(searches), "most": _MAX_SEARCHES})
    texts = [search for search in searches if isinstance(search, str) and not is_unknown(search)]
    if len(texts) == len(searches) and (length := utf8_length(" ".join(texts))) > _MAX_SEARCH_LENGTH:
        yield Refusal(Code.SEARCHES_TOO_LONG, path, {"length": length, "most": _MAX_SEARCH_LENGTH})
    for index, search in enumerate(searches):
        if isinstance(search, str) and not is_unknown(search) and not is_dns_subdomain(search):
            yield Refusal(Code.SEARCH_INVALID, (*path, index), {"search": search})
