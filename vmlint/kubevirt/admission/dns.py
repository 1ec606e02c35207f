"""The resolver of the guest's pod, by the rules that Kubernetes has for pods.

Source: KubeVirt `vmi-create-admitter.go` (validatePodDNSConfig).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.forms import is_dns_subdomain, is_ip, utf8_length
from vmlint.kubevirt.admission.reading import UNDECIDED, look, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.model.access import each
from vmlint.model.unknown import is_unknown

__all__ = ["check"]

_SUBJECT = "dns"
_FIELDS = frozenset(("dnsPolicy", "dnsConfig"))
_CONFIG = "dnsConfig"
_MAX_SERVERS = 3
_MAX_SEARCHES = 6
_MAX_SEARCH_LENGTH = 256


def check(view: View) -> Iterator[Cause]:
    """A resolver without servers, or with too many or malformed ones."""
    if view.fields.isdisjoint(_FIELDS):
        return
    servers = look(view.spec, _CONFIG, "nameservers")
    if word(view.spec, "dnsPolicy") == "None" and servers in (None, []):
        yield Cause(
            view.at(_CONFIG) if look(view.spec, _CONFIG) is None else view.at(_CONFIG, "nameservers"),
            "`dnsPolicy` is `None`, which needs `dnsConfig.nameservers`, and it is not set.",
            "list servers in `dnsConfig.nameservers`, or use another policy",
            _SUBJECT,
        )
        return
    yield from _servers(view, servers)
    yield from _searches(view)
    for index, option in each(view.spec, _CONFIG, "options"):
        if word(option, "name") == "":
            yield Cause(view.at(_CONFIG, "options", index), "a DNS option has no name.", "set its `name`", _SUBJECT)


def _servers(view: View, servers: object) -> Iterator[Cause]:
    if not isinstance(servers, list):
        return
    path = view.at(_CONFIG, "nameservers")
    if len(servers) > _MAX_SERVERS:
        yield Cause(
            path,
            f"`nameservers` has {len(servers)} entries; at most {_MAX_SERVERS} are allowed.",
            "keep three",
            _SUBJECT,
        )
    for index, server in enumerate(servers):
        if isinstance(server, str) and not is_unknown(server) and not is_ip(server):
            yield Cause(
                (*path, index), f"the name server `{server}` is not a valid IP address.", "use an IP address", _SUBJECT
            )


def _searches(view: View) -> Iterator[Cause]:
    searches = look(view.spec, _CONFIG, "searches")
    if searches is UNDECIDED or not isinstance(searches, list):
        return
    path = view.at(_CONFIG, "searches")
    if len(searches) > _MAX_SEARCHES:
        yield Cause(
            path, f"`searches` has {len(searches)} entries; at most {_MAX_SEARCHES} are allowed.", "keep six", _SUBJECT
        )
    texts = [search for search in searches if isinstance(search, str) and not is_unknown(search)]
    if len(texts) == len(searches) and (length := utf8_length(" ".join(texts))) > _MAX_SEARCH_LENGTH:
        yield Cause(
            path,
            f"`searches` has {length} characters in total; at most {_MAX_SEARCH_LENGTH} are allowed.",
            "use fewer or shorter domains",
            _SUBJECT,
        )
    for index, search in enumerate(searches):
        if isinstance(search, str) and not is_unknown(search) and not is_dns_subdomain(search):
            yield Cause(
                (*path, index), f"the search domain `{search}` is not a valid DNS name.", "fix the name", _SUBJECT
            )
