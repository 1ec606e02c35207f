"""Labels of the template that only KubeVirt may set.

Source: KubeVirt `vmi-create-admitter.go` (ValidateVirtualMachineInstanceMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.view import Cause, Owner, View
from vmlint.model.access import mapping

__all__ = ["check"]

_SUBJECT = "metadata"
_RESERVED = (
    "kubevirt.io/created-by",
    "kubevirt.io/migrationJobUID",
    "kubevirt.io/nodeName",
    "kubevirt.io/migrationTargetNodeName",
    "kubevirt.io/schedulable",
    "kubevirt.io/install-strategy",
)


def check(view: View) -> Iterator[Cause]:
    """Reserved labels. A replica set may have them: its guests are made by KubeVirt, which may set them."""
    if view.owner is Owner.REPLICA_SET:
        return
    labels = mapping(view.metadata, "labels")
    for label in _RESERVED:
        if labels.get(label) is not None:
            yield Cause(
                view.at_metadata("labels", label),
                f"the label `{label}` is reserved for KubeVirt.",
                "remove the label",
                _SUBJECT,
            )
