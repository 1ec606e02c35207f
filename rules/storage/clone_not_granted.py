"""A VM has no permission to copy the source of its disk.

## What it does
Checks templates that copy a claim or snapshot of another namespace, where the repository grants such copies in that
namespace: the grant must include the VM's service account.

## Why it matters
KubeVirt creates the DataVolume for the VM's service account (`default`, unless the VM names one), which needs the
permission to create `datavolumes/source` in the namespace of the source. Without it KubeVirt accepts the VM, which
never starts. Permissions that are granted elsewhere are not in the files, so only namespaces with such a grant in the
files are checked. DataVolumes are skipped: the permissions of the person or tool that applies them count.

## Cluster message
The VM's events contain `UnauthorizedDataVolumeCreate` and `Not authorized to create DataVolume`.

## Bad
    kind: RoleBinding
    metadata: {name: copy, namespace: golden}
    roleRef: {kind: ClusterRole, name: copy-disks}
    subjects:
    - {kind: ServiceAccount, name: default, namespace: shpo}

## Good
    kind: RoleBinding
    metadata: {name: copy, namespace: golden}
    roleRef: {kind: ClusterRole, name: copy-disks}
    subjects:
    - {kind: ServiceAccount, name: default, namespace: shop}

## How to fix
Add the VM's service account to the RoleBinding in the source's namespace.

## Source
KubeVirt `pkg/virt-controller/watch/vm/vm.go` (authorizeDataVolume); CDI
`staging/src/kubevirt.io/containerized-data-importer-api/pkg/apis/core/v1beta1/authorize_utils.go`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vmlint.cdi.datasource import Target
from vmlint.model.access import each, sequence, text
from vmlint.model.chain import Hop
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.model.unknown import is_unknown
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World
from vmlint.world.disks import Written

from .._about import granted
from .._disks import clear

META = Meta("VM422", effect=Effect.RISK, since="0.1", subject=VirtualMachine, about=granted)

# The right itself, and one that CDI takes for it: who may create pods in the namespace reads its claims anyway.
_RIGHTS = (("cdi.kubevirt.io", "datavolumes/source"), ("", "pods"))
_EVERYBODY = ("system:authenticated", "system:serviceaccounts")


def check(vm: VirtualMachine, world: World) -> Iterator[Fault]:
    for disk in world.storage.disks(vm):
        target = world.storage.resolve_source(disk) if disk.form is Written.TEMPLATE else None
        if not isinstance(target, Target) or not target.ready or target.namespace == vm.namespace:
            continue
        account = _account(vm)
        if is_unknown(account):
            return
        bindings = _bindings(target.namespace, world)
        explicit = [binding for binding in bindings if binding.namespace and _allows_copies(binding, world)]
        granted = (
            _names(binding, vm.namespace, account) and _allows_copies(binding, world) is not False
            for binding in bindings
        )
        if not explicit or any(granted):
            continue
        if clear(disk, world):
            yield META.at(
                disk.at("spec"),
                f"{disk} copies from namespace `{target.namespace}`, and no role binding in the repository allows "
                "service "
                f"account `{vm.namespace}/{account}` to do so. Without this permission the VM never starts.",
                fix=f"add the service account to RoleBinding `{explicit[0].ref.short}`",
            ).along(Hop(f"{binding.ref} is for others", binding.at("subjects")) for binding in explicit)


def _account(vm: VirtualMachine) -> str:
    volumes = (text(volume, "serviceAccount", "serviceAccountName") for _, volume in vm.volumes())
    return text(vm.vmi_spec, "serviceAccountName") or next(filter(None, volumes), "default")


def _bindings(namespace: str, world: World) -> list[Resource]:
    own = world.memo.once(_bindings, world.cluster, lambda: _by_namespace(world.cluster.of_kind("RoleBinding")))
    return [*own.get(namespace, ()), *world.cluster.of_kind("ClusterRoleBinding")]


def _by_namespace(bindings: Sequence[Resource]) -> Mapping[str, Sequence[Resource]]:
    found: dict[str, list[Resource]] = {}
    for binding in bindings:
        found.setdefault(binding.namespace, []).append(binding)
    return found


def _allows_copies(binding: Resource, world: World) -> bool | None:
    """Whether the binding gives the right, None where its role is not in the files."""
    kind, name = text(binding.data, "roleRef", "kind"), text(binding.data, "roleRef", "name")
    roles = [role for role in world.cluster.of_kind(kind) if role.name == name]
    return any(_allows(rule) for role in roles for _, rule in each(role.data, "rules")) if roles else None


def _allows(rule: Mapping[str, Any]) -> bool:
    def holds(field: str, wanted: str) -> bool:
        listed = sequence(rule, field)
        return wanted in listed or "*" in listed

    return holds("verbs", "create") and any(
        holds("apiGroups", group) and holds("resources", resource) for group, resource in _RIGHTS
    )


def _names(binding: Resource, namespace: str, account: str) -> bool:
    for _, subject in each(binding.data, "subjects"):
        kind, name, own = (text(subject, field) for field in ("kind", "name", "namespace"))
        if is_unknown(name) or is_unknown(own):
            return True
        if kind == "Group" and name in (*_EVERYBODY, f"system:serviceaccounts:{namespace}"):
            return True
        if kind == "User" and name == f"system:serviceaccount:{namespace}:{account}":
            return True
        if (kind, name) == ("ServiceAccount", account) and (own or binding.namespace) == namespace:
            return True
    return False
