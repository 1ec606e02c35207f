"""Hyper-V features that need each other; judged when the VirtualMachineInstance is made.

KubeVirt switches on what a feature needs, unless that is switched off by hand. Source: KubeVirt
`pkg/virt-api/webhooks/hyperv.go`, `pkg/defaults/hyperv.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import flag, has
from vmlint.kubevirt.admission.view import View
from vmlint.model.refusal import Refusal, Refuser
from vmlint.record import Codes

__all__ = ["Code", "check"]

_FEATURES = ("domain", "features")
_HYPERV = (*_FEATURES, "hyperv")
_NEEDS = (
    ("evmcs", "vapic"),
    ("ipi", "vpindex"),
    ("tlbflush", "vpindex"),
    ("synictimer", "synic"),
    ("synic", "vpindex"),
)


class Code(Codes):
    """What is wrong with the Hyper-V features of a guest."""

    NEEDS = "hyperv/needs"
    SYNICTIMER_WITHOUT_VPINDEX = "hyperv/synictimer-without-vpindex"
    HYPERV_AND_PASSTHROUGH = "hyperv/hyperv-and-passthrough"


def check(view: View) -> Iterator[Refusal]:
    """Features whose need is switched off, and features beside a passthrough of all."""
    for feature, needed in _NEEDS:
        if _on(view, feature) and flag(view.spec, *_HYPERV, needed, "enabled", default=True) is False:
            yield Refusal(
                Code.NEEDS, view.at(*_HYPERV, feature), {"feature": feature, "needed": needed}, by=Refuser.GUEST_WEBHOOK
            )
    vpindex = flag(view.spec, *_HYPERV, "vpindex", "enabled", default=True)
    if _on(view, "synictimer") and has(view.spec, *_HYPERV, "synic") is False and vpindex is False:
        yield Refusal(Code.SYNICTIMER_WITHOUT_VPINDEX, view.at(*_HYPERV, "synictimer"), by=Refuser.GUEST_WEBHOOK)
    if has(view.spec, *_HYPERV) and has(view.spec, *_FEATURES, "hypervPassthrough"):
        yield Refusal(Code.HYPERV_AND_PASSTHROUGH, view.at(*_HYPERV), by=Refuser.GUEST_WEBHOOK)


def _on(view: View, feature: str) -> bool:
    """Whether a feature is there and not switched off."""
    there = has(view.spec, *_HYPERV, feature) is True
    return there and flag(view.spec, *_HYPERV, feature, "enabled", default=True) is True
