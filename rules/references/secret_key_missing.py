"""A Secret has no key with the user or network data.

## What it does
Checks the Secrets that cloud-init volumes name for the keys that KubeVirt reads: `userdata` or `userData` of
`secretRef`, `networkdata` or `networkData` of `networkDataSecretRef`. vmlint also knows the keys of a Secret that an
ExternalSecret, a SealedSecret, a kustomization or a similar object creates; a Secret whose keys depend on something
outside of the repository is skipped.

## Why it fails
KubeVirt ignores other keys. Without any cloud-init data the VM does not start; otherwise the guest runs without the
missing part.

## Cluster message
virt-launcher's log contains `no cloud-init data-source found at volume`.

## Bad
    kind: Secret
    metadata: {name: web-init}
    stringData: {user-data: "#cloud-config"}
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          volumes:
          - name: init
            cloudInitNoCloud: {secretRef: {name: web-init}}

## Good
    kind: Secret
    metadata: {name: web-init}
    stringData: {userData: "#cloud-config"}
    ---
    kind: VirtualMachine
    spec:
      template:
        spec:
          volumes:
          - name: init
            cloudInitNoCloud: {secretRef: {name: web-init}}

## How to fix
Rename the key to `userdata` or `networkdata`.

## Source
KubeVirt `pkg/cloud-init/cloud-init.go` (resolveNoCloudSecrets, readCloudInitData).
"""

from collections.abc import Iterator

from vmlint.graph.links import Link, LinkKind, links
from vmlint.kubevirt.secret_keys import Reader, keys_of, reader_of
from vmlint.model.access import get
from vmlint.model.chain import Hop
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import Workload
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("VM850", effect=Effect.STUCK, since="0.1", subject=Workload, fields=("secretRef", "networkDataSecretRef"))

_INLINE = ("userData", "userDataBase64", "networkData", "networkDataBase64")
_MOST_SHOWN = 5


def check(workload: Workload, world: World) -> Iterator[Fault]:
    for link in links(workload):
        reader = reader_of(link.path) if link.kind is LinkKind.SECRET else None
        if reader is None:
            continue
        found = world.cluster.follow(link)
        keys = keys_of(found.resource.data, found.made_at) if found.resource is not None else None
        if found.resource is None or keys is None or not keys.isdisjoint(reader.keys):
            continue
        yield _fault(workload, link, reader, found.resource, sorted(keys), world)


def _fault(workload: Workload, link: Link, reader: Reader, secret: Resource, keys: list[str], world: World) -> Fault:
    wanted = " or ".join(f"`{key}`" for key in reader.keys)
    shown = ", ".join(f"`{key}`" for key in keys[:_MOST_SHOWN]) + (" and more" if len(keys) > _MOST_SHOWN else "")
    near = next((key for key in keys if _plain(key) == _plain(reader.keys[0])), keys[0] if len(keys) == 1 else "")
    lost = not _has_other_data(workload, link, world)
    after = "The VM does not start without it" if lost else f"The guest starts without the {reader.what}"
    made = Place(secret, ("metadata", "name"))
    return META.at(
        workload.at(*link.path),
        f"Secret `{link.ref.short}` has no key {wanted}, from which {reader.who} reads the {reader.what}. {after}.",
        fix=f"rename the key `{near}` to `{reader.keys[0]}`" if near else f"add the key `{reader.keys[0]}`",
        effect=Effect.STUCK if lost else Effect.IGNORED,
    ).along((Hop(f"{secret.ref} has the keys {shown.replace('`', '')}", made),))


def _has_other_data(workload: Workload, link: Link, world: World) -> bool:
    """Whether the volume gives cloud-init any other data, or may."""
    source = link.path[:-2]  # without the reference and its `name`
    if any(get(workload.data, *source, field) for field in _INLINE):
        return True
    for other in links(workload):
        if other.kind is LinkKind.SECRET and other.path[:-2] == source and other.path != link.path:
            reader, found = reader_of(other.path), world.cluster.follow(other)
            keys = keys_of(found.resource.data, found.made_at) if found.resource is not None else None
            return reader is None or keys is None or not keys.isdisjoint(reader.keys)
    return False


def _plain(key: str) -> str:
    return "".join(filter(str.isalnum, key)).lower()
