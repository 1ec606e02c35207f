"""A kustomization renames an object, but not a reference to it.

## What it does
Follows the references of KubeVirt's and CDI's objects to objects that a kustomization applies under another name or in
another namespace: by `namePrefix`, `nameSuffix`, `namespace`, a patch, or the hash behind the name of a generated
ConfigMap or Secret.

## Why it fails
kustomize updates references only in the fields that it knows, which include none of KubeVirt's kinds. The reference
keeps its value, and names an object that does not exist.

## Cluster message
The message of the object that does not find its reference, such as `FailedFindInstancetype` or `FailedMount`.

## Bad
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    namePrefix: dev-
    resources: [vm.yaml, instancetype.yaml]
    # vm.yaml asks for `instancetype: {kind: VirtualMachineInstancetype, name: small}`

## Good
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    namePrefix: dev-
    resources: [vm.yaml, instancetype.yaml]
    configurations: [references.yaml]
    # references.yaml lists the field:
    # nameReference:
    #   - kind: VirtualMachineInstancetype
    #     fieldSpecs: [{kind: VirtualMachine, path: spec/instancetype/name}]

## How to fix
List the field under `nameReference` in a file of `configurations`, or write the name that kustomize makes.

## Source
kustomize `api/internal/konfig/builtinpluginconsts/namereference.go`,
`api/internal/accumulator/namereferencetransformer.go`.
"""

from collections.abc import Iterator

from vmlint.graph.links import Link, LinkKind, links
from vmlint.model.chain import Hop
from vmlint.model.resource import Place, Renamed, Resource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import renamed

META = Meta("VM830", effect=Effect.STUCK, since="0.1", subject=Resource, about=renamed)

_MAKES = (LinkKind.MANAGES, LinkKind.STORAGE_PROFILE)  # these make what they name, or are found by their own name

_FIELDS = ("namePrefix", "nameSuffix", "namespace", "targetNamespace", "configMapGenerator", "secretGenerator")


def check(subject: Resource, world: World) -> Iterator[Fault]:
    for link in links(subject):
        if link.kind in _MAKES:
            continue
        moved = world.cluster.follow(link).moved
        if moved is not None and moved.renamed is not None:
            yield _fault(subject, link, moved, moved.renamed)


def _fault(subject: Resource, link: Link, moved: Resource, renamed: Renamed) -> Fault:
    field = _field(renamed)
    where = f"`{field}` of `{renamed.by.document.file}`" if field else f"`{renamed.by.document.file}`"
    what = f"{link.ref.kind} `{link.ref.short}`"
    fault = META.at(
        subject.at(*link.path),
        f"{subject.ref.kind} `{subject.name}` refers to {what}, which {where} renames to `{moved.ref.short}`. "
        "kustomize does not update this reference.",
        fix=_fix(link, moved, field),
    )
    return fault.along((Hop(f"{what} is applied as `{moved.ref.short}`", Place(moved, ("metadata", "name"))),))


def _field(renamed: Renamed) -> str:
    """The field of the kustomization, "" for what is in a patch of its own."""
    return next((str(step) for step in renamed.by.path if step in _FIELDS), "")


def _fix(link: Link, moved: Resource, field: str) -> str:
    if link.ref.name == moved.ref.name:
        return f"write the namespace `{moved.namespace}`"
    path = "/".join(str(step) for step in link.path if isinstance(step, str))
    listed = f"list `{path}` under `nameReference` in a file of `configurations`"
    if field.endswith("Generator"):
        return f"set `disableNameSuffixHash: true`, or {listed}"
    return f"write `{moved.name}`, or {listed}"
