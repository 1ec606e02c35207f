"""The names that a guest goes by: host name, subdomain, service account.

Source: KubeVirt `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.forms import is_dns_label, is_dns_subdomain
from vmlint.kubevirt.admission.reading import word
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import get
from vmlint.model.refusal import Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]


class Code(Codes):
    """What is wrong with the names of a guest."""

    SERVICE_ACCOUNTS_DIFFER = "identity/service-accounts-differ"
    NOT_A_LABEL = "identity/not-a-label"
    NOT_A_SUBDOMAIN = "identity/not-a-subdomain"


_FORMS = (
    ("hostname", is_dns_label, Code.NOT_A_LABEL),
    ("subdomain", is_dns_subdomain, Code.NOT_A_SUBDOMAIN),
    ("serviceAccountName", is_dns_subdomain, Code.NOT_A_SUBDOMAIN),
)


def check(view: View) -> Iterator[Refusal]:
    """Names that are no DNS names, and a service account that differs from the one of a volume."""
    for field, good, code in _FORMS:
        name = word(view.spec, field)
        if name and not good(name):
            yield Refusal(code, view.at(field), {"field": field, "name": name})
    account = word(view.spec, "serviceAccountName")
    for _, volume in view.volumes if account else ():
        other = word(volume, "serviceAccount", "serviceAccountName")
        if get(volume, "serviceAccount") is not None and other is not None and other != account:
            yield Refusal(
                Code.SERVICE_ACCOUNTS_DIFFER, view.at("serviceAccountName"), {"account": account, "other": other}
            )
            return
