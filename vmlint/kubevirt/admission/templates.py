"""DataVolume templates of a VM, seen from the VM: each is used by a volume, and lives in the VM's namespace.

Source: KubeVirt `pkg/storage/admitters/data-volume-template.go`. What a template must hold is the business of `cdi`.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.kubevirt.admission.reading import UNDECIDED, look, word
from vmlint.kubevirt.admission.view import Cause, Owner, Stage, View
from vmlint.model.access import each, sequence
from vmlint.model.unknown import is_unknown

__all__ = ["check"]

_SUBJECT = "templates"
_USES = (("dataVolume", "name"), ("persistentVolumeClaim", "claimName"))


def check(view: View) -> Iterator[Cause]:
    """Templates that no volume uses, or that name another namespace."""
    used = _used(view)
    own = view.namespace
    for index, template in each(view.vm, "dataVolumeTemplates"):
        path = view.at_vm("dataVolumeTemplates", index)
        name, namespace = word(template, "metadata", "name"), word(template, "metadata", "namespace")
        if name and used is not None and name not in used:
            yield Cause(
                path,
                f"no volume uses the DataVolume template `{name}`.",
                f"add a volume with `dataVolume.name: {name}`, or remove the template",
                _SUBJECT,
            )
        if name and namespace and own and not is_unknown(own) and namespace != own:
            yield Cause(
                (*path, "metadata", "namespace"),
                f"the DataVolume template `{name}` is for namespace `{namespace}`, and the VM is in `{own}`.",
                "remove the template's `namespace`",
                _SUBJECT,
                Stage.VMI if view.owner is Owner.POOL else Stage.VM,
            )


def _used(view: View) -> frozenset[str] | None:
    """The names of claims and DataVolumes that the volumes name; None where a variable may name any."""
    if look(view.spec, "volumes") is UNDECIDED:
        return None
    words = [word(volume, *path) for volume in sequence(view.spec, "volumes") for path in _USES]
    return None if None in words else frozenset(name for name in words if name)
