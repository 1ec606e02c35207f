"""Inference: from a matcher's `inferFromVolume` to the instancetype or preference that a volume's labels name.

The result is always a chain: each hop with the place where it is written.

Source: KubeVirt `pkg/instancetype/infer` (Infer, fromVolumes, fromDataVolumeSpec, fromDataSource, fromLabels); what CDI
copies: CDI `pkg/controller/datasource-controller.go`, `dataimportcron-controller.go`, `datavolume/controller-base.go`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

from vmlint.graph.cluster import Cluster
from vmlint.graph.resolution import Resolution, State
from vmlint.model.access import get, mapping, text
from vmlint.model.chain import Hop
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.resource import Place, Resource
from vmlint.model.subjects import DataSource, DataVolume, VirtualMachine
from vmlint.model.unknown import is_unknown, may_be
from vmlint.record import Record

__all__ = ["NOUN", "POLICIES", "Chain", "End", "infer"]

POLICIES = ("Ignore", "Reject")
"""The values of `inferFromVolumeFailurePolicy`; absent means Reject."""

_CLAIM = BY_GROUP_KIND["", "PersistentVolumeClaim"]
_SNAPSHOT = BY_GROUP_KIND["snapshot.storage.k8s.io", "VolumeSnapshot"]
_DATA_VOLUME = BY_GROUP_KIND["cdi.kubevirt.io", "DataVolume"]
_DATA_SOURCE = BY_GROUP_KIND["cdi.kubevirt.io", "DataSource"]
_CLONE = BY_GROUP_KIND["cdi.kubevirt.io", "VolumeCloneSource"]
_IMPORT = BY_GROUP_KIND["cdi.kubevirt.io", "VolumeImportSource"]

NOUN = {"PersistentVolumeClaim": "claim", "VolumeSnapshot": "snapshot"}
"""What messages call a kind; other kinds have their own name."""

_CDI_IMPORTS_LABELS = "registry"
"""The source whose image may have the labels: CDI copies them to the DataVolume."""


class End(enum.Enum):
    """How a chain ends. The second value is whether KubeVirt tolerates it under the failure policy `Ignore`."""

    FOUND = ("found", False)
    VOLUME_MISSING = ("volume missing", False)
    VOLUME_UNSUPPORTED = ("volume unsupported", True)
    LABEL_MISSING = ("label missing", True)
    SOURCE_UNSUPPORTED = ("source unsupported", True)
    REF_UNSUPPORTED = ("sourceRef unsupported", True)
    DATA_SOURCE_UNSUPPORTED = ("DataSource unsupported", True)
    OBJECT_MISSING = ("object missing", False)
    UNDECIDED = ("undecided", False)

    @property
    def fails(self) -> bool:
        """Whether it does not lead to a label."""
        return self is not End.FOUND

    @property
    def forgivable(self) -> bool:
        """Whether the VM starts without the matcher under the failure policy `Ignore`."""
        return self.value[1]


class Chain(Record):
    """The result of an inference.

    `name` and `kind` are the values of the labels if the end is FOUND (`kind` is "" without a kind label). `last` is
    the object at which the chain ends, `subject` its name in messages, `reason` a clause that explains the end.
    `resolution` is that of the missing object if the end is OBJECT_MISSING.
    """

    matcher: Matcher
    end: End
    hops: tuple[Hop, ...]
    reason: str
    name: str = ""
    kind: str = ""
    last: Resource | None = None
    subject: str = ""
    resolution: Resolution | None = None
    ignored: bool = False
    """Whether KubeVirt drops the matcher because the failure policy is `Ignore`."""


def infer(vm: VirtualMachine, matcher: Matcher, cluster: Cluster, *, snapshots: bool, closed: bool) -> Chain | None:
    """The chain of a matcher with `inferFromVolume`, None for another matcher.

    `snapshots` is whether the release infers from volume snapshots. In a closed world CDI copies nothing from objects
    that do not exist.
    """
    stanza = vm.matcher(matcher) or {}
    volume = text(stanza, "inferFromVolume")
    if not volume:
        return None
    chain = _Walk(vm, matcher, cluster, snapshots, closed).from_volume(volume)
    policy = stanza.get("inferFromVolumeFailurePolicy")
    if policy is None or not chain.end.forgivable:
        return chain
    if is_unknown(policy):
        return chain._replace(end=End.UNDECIDED, reason="the failure policy contains a variable")
    return chain._replace(ignored=policy == "Ignore")


class _Walk:
    """One inference, hop by hop."""

    def __init__(self, vm: VirtualMachine, matcher: Matcher, cluster: Cluster, snapshots: bool, closed: bool) -> None:
        self.vm = vm
        self.matcher = matcher
        self.cluster = cluster
        self.snapshots = snapshots
        self.closed = closed
        self.hops: list[Hop] = []

    def from_volume(self, name: str) -> Chain:
        written = self.vm.at(*self.vm.matcher_path(self.matcher, "inferFromVolume"))
        if is_unknown(name):
            return self.end(End.UNDECIDED, "the volume's name contains a variable", written)
        subject = f"volume `{name}`"
        path, volume = next(((p, v) for p, v in self.vm.volumes() if v.get("name") == name), (None, {}))
        if path is None:
            if any(may_be(text(other, "name"), name) for _, other in self.vm.volumes()):
                return self.end(End.UNDECIDED, "the name of a volume contains a variable", written, subject=subject)
            return self.end(End.VOLUME_MISSING, f"the VM has no volume `{name}`", written, subject=subject)
        if isinstance(volume.get("persistentVolumeClaim"), dict):
            claim = text(volume, "persistentVolumeClaim", "claimName")
            return self.own_claim(claim, subject, self.vm.at(*path, "persistentVolumeClaim", "claimName"))
        if isinstance(volume.get("dataVolume"), dict):
            return self.data_volume(
                text(volume, "dataVolume", "name"), subject, self.vm.at(*path, "dataVolume", "name")
            )
        kind = next((key for key in volume if key != "name"), "")
        what = f"its type is `{kind}`" if kind else "it has no type"
        reason = f"{what}; KubeVirt infers only from `persistentVolumeClaim` and `dataVolume`"
        place = self.vm.at(*path, kind) if kind else self.vm.at(*path)
        return self.end(End.VOLUME_UNSUPPORTED, reason, place, subject=subject)

    def own_claim(self, name: str, subject: str, written: Place) -> Chain:
        """A claim that a volume names. A claim of the VM's own templates does not exist when KubeVirt admits the VM."""
        if template := next((own for own in self.vm.claim_templates() if own[1] == name), None):
            self.hop(f"{_plain(subject)} → volume claim template {name}", written)
            return self.claim_template(*template)
        return self.labelled_object(_ref(_CLAIM, self.vm.namespace, name), subject, written)

    def claim_template(self, path: Path, name: str, body: Mapping[str, Any]) -> Chain:
        """A volume claim template leads to the source of its claim, as a DataVolume template does.

        Source: KubeVirt's proposals of volume claim templates and of inference from volumes.
        """
        subject = f"volume claim template `{name}`"
        field = "dataSourceRef" if isinstance(get(body, "spec", "dataSourceRef"), dict) else "dataSource"
        source = mapping(body, "spec", field)
        place = self.vm.at(*path, "spec", field, "name")
        if not _names(source, _CLONE):
            return self.claim_source(source, subject, self.vm, (*path, "spec", field))
        resolution = self.cluster.resolve(_ref(_CLONE, self.vm.namespace, text(source, "name")), self.vm)
        self.hop(f"{_plain(subject)} → {_name(resolution.ref)}", place)
        if resolution.state is State.MISSING:
            return self.missing(resolution)
        if (resource := resolution.resource) is None:
            return self.unknown(resolution)
        copied = mapping(resource.data, "spec", "source")
        subject = f"VolumeCloneSource `{resolution.ref.short}`"
        return self.claim_source(copied, subject, resource, ("spec", "source"))

    def claim_source(self, source: Mapping[str, Any], subject: str, holder: Resource, path: Path) -> Chain:
        """The source of a claim, by its group, kind and name."""
        kind, name = text(source, "kind"), text(source, "name")
        if is_unknown(kind) or is_unknown(text(source, "apiGroup")):
            return self.end(End.UNDECIDED, "the kind of its source contains a variable", holder.at(*path, "kind"))
        labelled = (_CLAIM, _SNAPSHOT) if self.snapshots else (_CLAIM,)
        for known in labelled:
            if _names(source, known):
                return self.labelled_object(_ref(known, self.vm.namespace, name), subject, holder.at(*path, "name"))
        if _names(source, _IMPORT) and self.imported({"spec": {path[-1]: source}}, holder):
            return self.end(End.UNDECIDED, _IN_IMAGE, holder.at(*path, "name"), last=holder, subject=subject)
        group = text(source, "apiGroup")
        of_group = f" of API group `{group}`" if group and (group, kind) not in BY_GROUP_KIND else ""
        what = f"its source is of kind `{kind}`{of_group}" if kind else "it has no source"
        allowed = "a claim, a snapshot or a VolumeCloneSource" if self.snapshots else "a claim"
        place = holder.at(*path, "kind") if kind else holder.at(*path[:-1])
        return self.end(
            End.SOURCE_UNSUPPORTED, f"{what}; KubeVirt infers only from {allowed}", place, last=holder, subject=subject
        )

    def data_volume(self, name: str, subject: str, written: Place) -> Chain:
        if template := self.vm.template(name):
            path, body = template
            self.hop(f"{_plain(subject)} → DataVolume template {name}", written)
            return self.data_volume_spec(
                mapping(body, "spec"), self.vm, (*path, "spec"), f"DataVolume template `{name}`"
            )
        if any(may_be(own, name) for _, own, _ in self.vm.templates()):
            return self.end(
                End.UNDECIDED, "the name of a DataVolume template contains a variable", written, subject=subject
            )
        resolution = self.cluster.resolve(_ref(_DATA_VOLUME, self.vm.namespace, name), self.vm)
        if resolution.state is State.MISSING:
            # The claim of a garbage-collected DataVolume stays: KubeVirt looks for a claim of its name.
            claim = _ref(_CLAIM, self.vm.namespace, name)
            if self.cluster.resolve(claim, self.vm).state is not State.MISSING:
                return self.labelled_object(claim, subject, written)
            self.hop(f"{_plain(subject)} → {_name(resolution.ref)}", written)
            return self.missing(
                resolution._replace(reason=resolution.reason or "neither it nor a claim of the same name exists")
            )
        self.hop(f"{_plain(subject)} → {_name(resolution.ref)}", written)
        if (resource := resolution.resource) is None:
            return self.unknown(resolution)
        body = mapping(resource.data, *resolution.made_at) if resolution.made else resource.data
        if chain := self.labelled(mapping(body, "metadata", "labels"), resource, (*resolution.made_at, "metadata")):
            return chain
        return self.data_volume_spec(
            mapping(body, "spec"), resource, (*resolution.made_at, "spec"), f"DataVolume `{resolution.ref.short}`"
        )

    def data_volume_spec(self, spec: Mapping[str, Any], holder: Resource, path: Path, subject: str) -> Chain:
        source = mapping(spec, "source")
        for kind, member in ((_CLAIM, "pvc"), (_SNAPSHOT, "snapshot")):
            if isinstance(source.get(member), dict) and (kind is _CLAIM or self.snapshots):
                return self.labelled_object(
                    _ref(kind, text(source, member, "namespace"), text(source, member, "name")),
                    subject,
                    holder.at(*path, "source", member, "name"),
                )
        if isinstance(spec.get("sourceRef"), dict):
            return self.source_ref(spec["sourceRef"], holder, (*path, "sourceRef"), subject)
        member = next(iter(source), "")
        place = holder.at(*path, "source", member) if member else holder.at(*path)
        if member == _CDI_IMPORTS_LABELS and holder is not self.vm and not self.closed:
            return self.end(End.UNDECIDED, _IN_IMAGE, place, last=holder, subject=subject)
        what = f"its source is `{member}`" if member else "it has no source"
        allowed = "`pvc`, `snapshot` or `sourceRef`" if self.snapshots else "`pvc` or `sourceRef`"
        reason = f"{what}; KubeVirt infers only from {allowed}"
        return self.end(End.SOURCE_UNSUPPORTED, reason, place, last=holder, subject=subject)

    def source_ref(self, ref: Mapping[str, Any], holder: Resource, path: Path, subject: str) -> Chain:
        kind = text(ref, "kind")
        if is_unknown(kind):
            return self.end(End.UNDECIDED, "the kind of its sourceRef contains a variable", holder.at(*path, "kind"))
        if kind != _DATA_SOURCE.name:
            reason = f"its sourceRef is of kind `{kind}`; KubeVirt infers only from `DataSource`"
            place = holder.at(*path, "kind")
            return self.end(End.REF_UNSUPPORTED, reason, place, last=holder, subject=subject)
        # KubeVirt uses an explicit namespace as it is written, even an empty one.
        namespace = text(ref, "namespace") if "namespace" in ref and ref["namespace"] is not None else self.vm.namespace
        name = text(ref, "name")
        resolution = self.cluster.resolve(_ref(_DATA_SOURCE, namespace, name), self.vm)
        self.hop(f"{_plain(subject)} → {_name(resolution.ref)}", holder.at(*path, "name"))
        if resolution.state is State.MISSING:
            return self.missing(resolution)
        if (resource := resolution.resource) is None:
            return self.unknown(resolution)
        if chain := self.labelled(resource.labels, resource, ("metadata",)):
            return chain
        for cron, _ in self.cluster.makers(resolution.ref):  # also of a DataSource that is in the files
            if chain := self.labelled(cron.labels, cron, ("metadata",)):
                return chain
            reason = f"DataImportCron `{cron.ref.short}` fills the DataSource with an image that is not in the files"
            return self.end(
                End.UNDECIDED, reason, cron.named, last=cron, subject=f"DataSource `{resolution.ref.short}`"
            )
        return self.data_source(resource, resolution.ref)

    def data_source(self, resource: Resource, ref: Ref) -> Chain:
        source = mapping(resource.data, "spec", "source")
        subject = f"DataSource `{ref.short}`"
        for kind, member in ((_CLAIM, "pvc"), (_SNAPSHOT, "snapshot")):
            if isinstance(source.get(member), dict) and (kind is _CLAIM or self.snapshots):
                return self.labelled_object(
                    _ref(kind, text(source, member, "namespace"), text(source, member, "name")),
                    subject,
                    resource.at("spec", "source", member, "name"),
                )
        if isinstance(source.get("dataSource"), dict):
            return self.referred_data_source(resource, source["dataSource"], subject)
        member = next(iter(source), "")
        place = resource.at("spec", "source", member) if member else resource.at("spec", "source")
        allowed = "`pvc` or `snapshot`" if self.snapshots else "`pvc`"
        reason = f"its source is {f'`{member}`' if member else 'empty'}; KubeVirt infers only from {allowed}"
        return self.end(End.DATA_SOURCE_UNSUPPORTED, reason, place, last=resource, subject=subject)

    def referred_data_source(self, resource: Resource, ref: Mapping[str, Any], subject: str) -> Chain:
        """A DataSource that refers to another one: inference ends here, but CDI copies the labels of the claim or
        snapshot at the end of the references to this DataSource, where a cluster finds them.

        CDI follows one reference, in the namespace of the DataSource. Source: CDI `pkg/controller/common/util.go`
        (ResolveDataSourceChain), `pkg/controller/datasource-controller.go`.
        """
        place = resource.at("spec", "source", "dataSource", "name")
        other = _ref(_DATA_SOURCE, text(ref, "namespace") or resource.namespace, text(ref, "name"))
        hops = len(self.hops)
        resolution = self.cluster.resolve(other, resource)
        self.hop(f"{_plain(subject)} → {_name(other)}", place)
        followed = other.namespace == resource.namespace and resolution.resource is not resource
        if followed and isinstance(resolution.resource, DataSource):
            if not isinstance(get(resolution.resource.spec, "source", "dataSource"), dict):
                beyond = self.data_source(resolution.resource, other)
                if beyond.end in (End.FOUND, End.UNDECIDED):
                    return beyond
                followed = beyond.end is End.OBJECT_MISSING and not self.closed
            else:
                followed = False
        elif resolution.state is State.MISSING:
            followed = followed and not resolution.nowhere and not self.closed
        if followed:
            reason = f"CDI copies labels to {subject} from the end of its references, which is not in the files"
            return self.end(End.UNDECIDED, reason, place, last=resource, subject=subject)
        del self.hops[hops:]
        reason = "its source is another DataSource, which inference does not follow"
        return self.end(End.DATA_SOURCE_UNSUPPORTED, reason, place, last=resource, subject=subject)

    def labelled_object(self, ref: Ref, subject: str, written: Place) -> Chain:
        """A claim or snapshot: it has the label, or the chain ends here."""
        resolution = self.cluster.resolve(ref, self.vm)
        self.hop(f"{_plain(subject)} → {_name(ref)}", written)
        if resolution.state is State.MISSING:
            return self.missing(resolution)
        if resolution.made and resolution.resource is self.vm:
            reason = (
                "the VM's DataVolume template creates the claim only after KubeVirt accepts the VM, too late "
                "for inference"
            )
            return self.missing(Resolution(State.MISSING, ref, reason=reason))
        if (resource := resolution.resource) is None:
            return self.unknown(resolution)
        # CDI copies the labels of a DataVolume to its claim.
        root = resolution.made_at if resolution.made and not isinstance(resource, DataVolume) else ()
        body = mapping(resource.data, *root)
        if chain := self.labelled(mapping(body, "metadata", "labels"), resource, (*root, "metadata")):
            return chain
        name = f"{NOUN.get(ref.kind, ref.kind)} `{ref.short}`"
        if resolution.made and len(self.hops) < _LONGEST:
            hops = len(self.hops)
            beyond = self.data_volume_spec(
                mapping(body, "spec"), resource, (*root, "spec"), f"DataVolume `{ref.short}`"
            )
            if beyond.end in (End.FOUND, End.UNDECIDED):
                reason = f"CDI creates {name} from a DataVolume, and may copy the label too late for inference"
                return self.end(End.UNDECIDED, reason, resource.named, last=resource, subject=name)
            del self.hops[hops:]
        if self.imported(body, resource):
            return self.end(End.UNDECIDED, _IN_IMAGE, resource.at("spec"), last=resource, subject=name)
        return self.end(
            End.LABEL_MISSING,
            f"it has no label `{self.matcher.label}`",
            resource.at(*root, "metadata", "labels"),
            last=resource,
            subject=name,
            step=f"{_plain(name)}: label missing",
        )

    def imported(self, claim: Mapping[str, Any], holder: Resource) -> bool:
        """Whether CDI may fill the claim from a registry image, and copy the image's labels to it.

        Source: CDI `pkg/controller/populators/populator-base.go` (updatePVCWithPVCPrimeLabels).
        """
        if self.closed:
            return False
        for field in ("dataSourceRef", "dataSource"):
            ref = mapping(claim, "spec", field)
            if _names(ref, _IMPORT):
                resolution = self.cluster.resolve(_ref(_IMPORT, holder.namespace, text(ref, "name")), holder)
                return resolution.resource is None or _CDI_IMPORTS_LABELS in mapping(resolution.resource.spec, "source")
        return False

    def labelled(self, labels: Mapping[str, Any], resource: Resource, metadata: Path) -> Chain | None:
        """The end of the chain at an object that has the label, None without it; an empty value counts."""
        if self.matcher.label not in labels:
            return None
        value = labels[self.matcher.label]
        name = value if isinstance(value, str) else ""
        kind = text(labels, self.matcher.kind_label)
        place = resource.at(*metadata, "labels", self.matcher.label)
        description = f"{self.matcher.noun} `{name}`"
        self.hop(f"{_name(resource.ref)}: label names {_plain(description)}", place)
        if is_unknown(name) or is_unknown(kind):
            return self.end(End.UNDECIDED, "the label contains a variable", None, last=resource)
        return Chain(self.matcher, End.FOUND, tuple(self.hops), description, name, kind, resource)

    def missing(self, resolution: Resolution) -> Chain:
        name = f"{NOUN.get(resolution.ref.kind, resolution.ref.kind)} `{resolution.ref.short}`"
        reason = f"{name}: {resolution.reason}" if resolution.reason else f"{name} does not exist"
        self.hop(f"{_plain(name)}: not found", None)
        return Chain(self.matcher, End.OBJECT_MISSING, tuple(self.hops), reason, subject=name, resolution=resolution)

    def unknown(self, resolution: Resolution) -> Chain:
        name = f"{NOUN.get(resolution.ref.kind, resolution.ref.kind)} `{resolution.ref.short}`"
        self.hop(f"{_plain(name)}: {resolution.reason}", resolution.place)
        reason = f"the labels of {name} are not in the files ({resolution.reason})"
        return Chain(self.matcher, End.UNDECIDED, tuple(self.hops), reason, subject=name, resolution=resolution)

    def hop(self, words: str, place: Place | None) -> None:
        self.hops.append(Hop(words, place))

    def end(
        self,
        end: End,
        reason: str,
        place: Place | None,
        *,
        last: Resource | None = None,
        subject: str = "",
        step: str = "",
    ) -> Chain:
        self.hop(step or (f"{_plain(subject)}: {_plain(reason)}" if subject else _plain(reason)), place)
        return Chain(self.matcher, end, tuple(self.hops), reason, last=last, subject=subject)


_IN_IMAGE = "CDI copies the label from the registry image, which is not in the files"

_LONGEST = 12
"""The most hops of a chain: DataVolumes that clone each other's claims may form a circle."""


def _ref(kind: Kind, namespace: str, name: str) -> Ref:
    return Ref(kind.group, kind.name, namespace, name)


def _name(ref: Ref) -> str:
    return f"{NOUN.get(ref.kind, ref.kind)} {ref.short}"


def _names(reference: Mapping[str, Any], kind: Kind) -> bool:
    """Whether a reference names an object of a kind; its group may be missing."""
    return text(reference, "kind") == kind.name and text(reference, "apiGroup") in ("", kind.group)


def _plain(words: str) -> str:
    return words.replace("`", "")
