"""Hyper-V features that need each other; judged when the VirtualMachineInstance is made.

KubeVirt switches on what a feature needs, unless that is switched off by hand. Source: KubeVirt
`pkg/virt-api/webhooks/hyperv.go`, `pkg/defaults/hyperv.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import flag, has
from vmlint.kubevirt.admission.view import Cause, Stage, View

__all__ = ["check"]

_SUBJECT = "hyperv"
_FIELDS = frozenset(("hyperv",))
_FEATURES = ("domain", "features")
_HYPERV = (*_FEATURES, "hyperv")
_NEEDS = (
    ("evmcs", "vapic"),
    ("ipi", "vpindex"),
    ("tlbflush", "vpindex"),
    ("synictimer", "synic"),
    ("synic", "vpindex"),
)


def check(view: View) -> Iterator[Cause]:
    """Features whose need is switched off, and features beside a passthrough of all."""
    if view.fields.isdisjoint(_FIELDS):
        return
    for feature, needed in _NEEDS:
        if _on(view, feature) and flag(view.spec, *_HYPERV, needed, "enabled", default=True) is False:
            yield Cause(
                view.at(*_HYPERV, feature),
                f"`hyperv.{feature}` needs `{needed}`, which is disabled.",
                f"remove `{needed}.enabled: false`, or `{feature}`",
                _SUBJECT,
                Stage.VMI,
            )
    vpindex = flag(view.spec, *_HYPERV, "vpindex", "enabled", default=True)
    if _on(view, "synictimer") and has(view.spec, *_HYPERV, "synic") is False and vpindex is False:
        yield Cause(
            view.at(*_HYPERV, "synictimer"),
            "`hyperv.synictimer` enables `synic`, which needs `vpindex`, and it is disabled.",
            "remove `vpindex.enabled: false`, or `synictimer`",
            _SUBJECT,
            Stage.VMI,
        )
    if has(view.spec, *_HYPERV) and has(view.spec, *_FEATURES, "hypervPassthrough"):
        yield Cause(
            view.at(*_HYPERV),
            "`hyperv` and `hypervPassthrough` exclude each other.",
            "keep one of the two",
            _SUBJECT,
            Stage.VMI,
        )


def _on(view: View, feature: str) -> bool:
    """Whether a feature is there and not switched off."""
    there = has(view.spec, *_HYPERV, feature) is True
    return there and flag(view.spec, *_HYPERV, feature, "enabled", default=True) is True
