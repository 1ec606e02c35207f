"""Labels of the template that only KubeVirt may set.

Source: KubeVirt `vmi-create-admitter.go` (ValidateVirtualMachineInstanceMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.view import Owner, View
from vmlint.model.access import mapping
from vmlint.model.refusal import Refusal
from vmlint.record import Codes

__all__ = ["Code", "check"]

_RESERVED = (
    "kubevirt.io/created-by",
    "kubevirt.io/migrationJobUID",
    "kubevirt.io/nodeName",
    "kubevirt.io/migrationTargetNodeName",
    "kubevirt.io/schedulable",
    "kubevirt.io/install-strategy",
)


class Code(Codes):
    """What is wrong with the metadata of a template."""

    RESERVED_LABEL = "metadata/reserved-label"


def check(view: View) -> Iterator[Refusal]:
    """Reserved labels. A replica set may have them: its guests are made by KubeVirt, which may set them."""
    if view.owner is Owner.REPLICA_SET:
        return
    labels = mapping(view.metadata, "labels")
    for label in _RESERVED:
        if labels.get(label) is not None:
            yield Refusal(Code.RESERVED_LABEL, view.at_metadata("labels", label), {"label": label})
