"""The names that a guest goes by: host name, subdomain, service account.

Source: KubeVirt `vmi-create-admitter.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.forms import is_dns_label, is_dns_subdomain
from vmlint.kubevirt.admission.reading import word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.model.access import get

__all__ = ["check"]

_SUBJECT = "identity"
_FIELDS = frozenset(("hostname", "subdomain", "serviceAccountName"))
_FORMS = (
    ("hostname", is_dns_label, "DNS label", "63"),
    ("subdomain", is_dns_subdomain, "DNS subdomain", "253"),
    ("serviceAccountName", is_dns_subdomain, "DNS subdomain", "253"),
)


def check(view: View) -> Iterator[Cause]:
    """Names that are no DNS names, and a service account that differs from the one of a volume."""
    if view.fields.isdisjoint(_FIELDS):
        return
    for field, good, form, length in _FORMS:
        name = word(view.spec, field)
        if name and not good(name):
            yield Cause(
                view.at(field),
                f"`{field}` is `{name}`, which is not a valid {form}.",
                f"use at most {length} lower-case letters, digits and inner dashes"
                + (", with single dots between" if length == "253" else ""),
                _SUBJECT,
            )
    account = word(view.spec, "serviceAccountName")
    for _, volume in view.volumes:
        other = word(volume, "serviceAccount", "serviceAccountName")
        if account and get(volume, "serviceAccount") is not None and other is not None and other != account:
            yield Cause(
                view.at("serviceAccountName"),
                f"`serviceAccountName` is `{account}`, and a `serviceAccount` volume names `{other}`; they must match.",
                "name the same service account in both",
                _SUBJECT,
            )
            return
