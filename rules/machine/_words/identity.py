"""Host name, subdomain and service account."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.kubevirt.admission.identity import Code

from ..._wording import Wording, Words

__all__ = ["WORDS"]


WORDS: Mapping[Code, Wording] = {
    Code.SERVICE_ACCOUNTS_DIFFER: Words(
        "`serviceAccountName` is `{account}`, and a `serviceAccount` volume names `{other}`; they must match.",
        "name the same service account in both",
    ),
    Code.NOT_A_LABEL: Words(
        "`{field}` is `{name}`, which is not a valid DNS label.",
        "use at most 63 lower-case letters, digits and inner dashes",
    ),
    Code.NOT_A_SUBDOMAIN: Words(
        "`{field}` is `{name}`, which is not a valid DNS subdomain.",
        "use at most 253 lower-case letters, digits and inner dashes, with single dots between",
    ),
}
