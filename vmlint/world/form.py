"""What the API server reports about the form of the files' objects: the schemas (`schema/`) meet the objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from vmlint.catalog.schemas import api_kind
from vmlint.graph.cluster import Cluster
from vmlint.kubevirt.releases import Release
from vmlint.model.access import mapping, text
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.refusal import Refusal
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine
from vmlint.runtime.cached import cached_property
from vmlint.schema.check import Schema, check, is_right_beside
from vmlint.schema.code import Outcome, SchemaKind, kind_of, outcome_of
from vmlint.schema.load import check_version, schema_of, schemas_of_crd
from vmlint.schema.meta import are_labels_surely_right, check_metadata

__all__ = ["Form"]

_DEFINITION = BY_GROUP_KIND["apiextensions.k8s.io", "CustomResourceDefinition"]


class Form:
    """The form of the cluster's objects. `release` is the release of KubeVirt that they are for; of CDI none is known.

    An object is judged by KubeVirt's or CDI's own schema, else by the CustomResourceDefinition in the files.
    """

    def __init__(
        self, cluster: Cluster, release: Release | None, alike: Callable[[VirtualMachine], VirtualMachine]
    ) -> None:
        """`alike` tells the first of the VMs that differ in what `likeness` says, and in nothing else."""
        self._cluster = cluster
        self._release = release
        self._alike = alike
        self._refusals: dict[int, tuple[Refusal, ...]] = {}
        self._defined: dict[tuple[str, str], Schema | None] = {}

    def refusals(self, resource: Resource) -> tuple[Refusal, ...]:
        """What is wrong with an object's form, in its own order; the faults of its API version come first.

        Of an object whose version is not served the cluster looks at nothing else. What SOPS encrypted has other
        values and fields than the files show.
        """
        found = self._refusals.get(id(resource))
        if found is None:
            found = self._refusals[id(resource)] = tuple(self._judge(resource))
        return found

    def _judge(self, resource: Resource) -> Iterator[Refusal]:
        if mapping(resource.data, "sops"):
            return
        group, kind = resource.ref.group, resource.ref.kind
        row = api_kind(group, kind)
        target = self._release if row is not None and row.product == "kubevirt" else None
        version = check_version(resource.api_version, kind, target=target)
        if version is not None:
            yield version
            if outcome_of(version) is Outcome.REFUSED:
                return
        schema = schema_of(resource.api_version, kind) if row else self._custom(resource)
        if row is None and schema is None and (stray := _check_neighbour(resource.api_version, kind)):
            yield stray
            return
        if schema is not None:
            if isinstance(resource, VirtualMachine) and self._is_like_a_right_one(resource, schema, target):
                return
            yield from check(resource.data, schema, target=target, whole=not resource.fragment)
        elif row is None and BY_GROUP_KIND.get((group, kind)) is resource.kind:
            yield from _labels(resource)

    def _is_like_a_right_one(self, vm: VirtualMachine, schema: Schema, target: Release | None) -> bool:
        """Whether a VM that is like this one is in order, and so is what they may differ in: names and texts, which are
        of the right type, the metadata, and the DataVolume templates."""
        first = self._alike(vm)
        if first is vm or first.api_version != vm.api_version or first.fragment or vm.fragment or "sops" in first.data:
            return False
        return is_right_beside(vm.data, "dataVolumeTemplates", schema, target) and not self.refusals(first)

    def _custom(self, resource: Resource) -> Schema | None:
        """The schema of a custom resource, None where no definition is at hand, or several that differ."""
        key = resource.api_version, resource.ref.kind
        if key not in self._defined:
            definitions = self._definitions.get((resource.ref.group, resource.ref.kind), [])
            alike = all(definition.spec == definitions[0].spec for definition in definitions)
            self._defined[key] = definitions[0].once(_schemas).get(key) if definitions and alike else None
        return self._defined[key]

    @cached_property
    def _definitions(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for resource in self._cluster.of_kind(_DEFINITION.name):
            found.setdefault((text(resource.spec, "group"), text(resource.spec, "names", "kind")), []).append(resource)
        return found


def _schemas(definition: Resource) -> Mapping[tuple[str, str], Schema]:
    """The schemas of a CustomResourceDefinition by version and kind; of two for one the first counts."""
    found: dict[tuple[str, str], Schema] = {}
    for api_version, kind, schema in schemas_of_crd(definition.data):
        found.setdefault((api_version, kind), schema)
    return found


@lru_cache(maxsize=1024)  # a repository has few versions and kinds
def _check_neighbour(api_version: str, kind: str) -> Refusal | None:
    from vmlint.schema.neighbours import check_neighbour

    return check_neighbour(api_version, kind)


def _labels(resource: Resource) -> Iterator[Refusal]:
    """The faults of the labels and annotations of an object of no product's kind.

    Names have rules of their own in each kind of Kubernetes; those are left alone.
    """
    metadata = resource.data.get("metadata")
    if are_labels_surely_right(metadata):
        return
    for refusal in check_metadata(metadata, whole=False):
        if kind_of(refusal) is not SchemaKind.UNKNOWN and refusal.path[1:2] in (("labels",), ("annotations",)):
            yield refusal
