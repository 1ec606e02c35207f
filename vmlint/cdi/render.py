"""The claim that a DataVolume becomes, and what CDI fills into a claim that asks for it.

Source: CDI `pkg/controller/datavolume/util.go` (renderPvcSpec, RenderPvc), `pkg/controller/common/util.go`
(InflateSizeWithOverhead, GetEffectiveVolumeSize), `pkg/controller/datavolume/*-clone-controller.go` (detectCloneSize),
`pkg/controller/datavolume/controller-base.go` (newPersistentVolumeClaim).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vmlint.cdi.datasource import End, Target, resolve
from vmlint.cdi.profile import Profile, profile_of
from vmlint.cdi.storageclass import Choice, ChoiceReason, choose, server_default
from vmlint.cdi.storageworld import Gap, Reason, StorageWorld, Undecided
from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.quantity import Quantity
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes, Record
from vmlint.source.span import Path

__all__ = [
    "APPLY_PROFILE",
    "FROM_PROFILE",
    "Failure",
    "FailureReason",
    "Rendered",
    "clone_source",
    "render",
    "render_claim",
    "render_claim_template",
]


class FailureReason(Codes):
    """Why CDI makes no claim; the DataVolume stays pending."""

    NO_STORAGE = "no-storage"
    ARCHIVE_BLOCK = "archive-block"
    NO_CLASS = "no-class"
    NO_MODES = "no-modes"
    NO_MATCHING_MODES = "no-matching-modes"
    NO_SIZE = "no-size"
    TOO_SMALL = "too-small"


class Failure(Record):
    """No claim is made: the reason, and the object's field that it hangs on.

    `choice` and `profile` are as for `Rendered`, as far as it came.
    """

    why: FailureReason
    path: Path
    choice: Choice | None = None
    profile: Profile | None = None


class Rendered(Record):
    """The claim's spec. A field that `undecided` names is left out, or has the likeliest value, and may differ.

    `choice` and `profile` say how the modes came about; both are None for `spec.pvc`, which is taken as it is.
    """

    spec: dict[str, Any]
    undecided: tuple[Undecided, ...] = ()
    choice: Choice | None = None
    profile: Profile | None = None


_STORAGE: Path = ("spec", "storage")
_PVC: Path = ("spec", "pvc")
_COPIED = (
    "accessModes",
    "selector",
    "resources",
    "volumeName",
    "storageClassName",
    "volumeMode",
    "dataSource",
    "dataSourceRef",
)
FROM_PROFILE = "FromStorageProfile"
"""The `volumeMode` of a claim that leaves it to the storage profile: an absent one means Filesystem."""

APPLY_PROFILE = "cdi.kubevirt.io/applyStorageProfile"
"""The label with which CDI's webhook fills in a claim: one of a user, or the one that a DataVolume becomes."""

_CLAIM: Path = ("spec",)
_CLONE = ("cdi.kubevirt.io", "VolumeCloneSource")
_SNAPSHOT = ("snapshot.storage.k8s.io", "VolumeSnapshot")
"""A claim that is restored from a snapshot keeps its size (hasVolumeSnapshotDataSource)."""
_SIZE = ("resources", "requests", "storage")
_SIZE_FIELD = "resources.requests.storage"
_MIB = 1024 * 1024
_MAX_SIZE = 2**63 - 1
_BETA_CLASS = "volume.beta.kubernetes.io/storage-class"
_CONTENT_TYPE = "cdi.kubevirt.io/storage.contentType"
_SOURCE_MODE = "cdi.kubevirt.io/storage.import.sourceVolumeMode"
# The names are spelled so in CDI.
_IMAGE_SIZE = "cdi.Kubervirt.io/virtualSize"
_IMAGE_CAPACITY = "cdi.Kubervirt.io/sourceCapacity"


def render(
    data: Mapping[str, Any], namespace: str, world: StorageWorld, *, class_unknown: Reason | None = None
) -> Rendered | Failure:
    """The claim of a DataVolume (or of a template of one) in that namespace, or why there is none.

    `class_unknown` is the reason why a class that the manifest does not name may still be named when CDI sees it.
    """
    by_webhook = world.webhook and text(data, "metadata", "labels", APPLY_PROFILE) == "true"
    if isinstance(verbatim := get(data, *_PVC), dict):
        if not by_webhook:
            return Rendered(dict(verbatim))
        claim = _Claim(_present(verbatim), _content_type(data), world, _PVC, class_unknown, by_webhook=True)
        return claim.fill_in(data, namespace)
    if not isinstance(storage := get(data, *_STORAGE), dict):
        return Failure(FailureReason.NO_STORAGE, ("spec",))
    spec = {field: storage[field] for field in _COPIED if storage.get(field) is not None}
    claim = _Claim(spec, _content_type(data), world, _STORAGE, class_unknown, by_webhook=by_webhook)
    failure = claim.fill_modes()
    if failure is None and not (by_webhook and _is_restored(spec)):
        failure = claim.fill_size(data, namespace)
    if by_webhook:
        claim.leave_copy_open(data, namespace)
    return claim.finished(failure)


def render_claim(data: Mapping[str, Any], namespace: str, world: StorageWorld) -> Rendered | Failure:
    """A claim that asks CDI's webhook to fill it in. A volume mode that is absent is Filesystem by then."""
    content_type = text(data, "metadata", "annotations", _CONTENT_TYPE)
    return _Claim(_present(mapping(data, "spec")), content_type, world, _CLAIM, by_webhook=True).fill_in(
        data, namespace
    )


def _content_type(data: Mapping[str, Any]) -> str:
    return text(data, "spec", "contentType")


def render_claim_template(
    data: Mapping[str, Any], world: StorageWorld, *, class_unknown: Reason | None = None
) -> Rendered | Failure:
    """The claim of a VM's volume claim template: what is absent comes from the profile, a size stays as it is.

    Source: KubeVirt's proposal of volume claim templates.
    """
    spec = _present(mapping(data, "spec"))
    if spec.get("volumeMode") == FROM_PROFILE:
        del spec["volumeMode"]
    claim = _Claim(spec, "", world, _CLAIM, class_unknown)
    failure = claim.fill_modes()
    if failure is None and get(spec, *_SIZE) is None:
        failure = claim.fail_size() if _reference(spec) != _CLONE else None
        claim.leave_open(Reason(Gap.SIZE_OF_SOURCE), _SIZE_FIELD)
    return claim.finished(failure)


def _present(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for field, value in spec.items() if value is not None}


def _reference(spec: Mapping[str, Any], field: str = "dataSourceRef") -> tuple[str, str]:
    """Group and kind of what fills the claim."""
    return text(spec, field, "apiGroup"), text(spec, field, "kind")


def _is_restored(spec: Mapping[str, Any]) -> bool:
    """Whether a claim is restored from a snapshot."""
    return _SNAPSHOT in (_reference(spec), _reference(spec, "dataSource"))


def clone_source(data: Mapping[str, Any], namespace: str, world: StorageWorld) -> Target | Undecided | None:
    """The claim or snapshot that a DataVolume copies, None for one that copies nothing."""
    for member, end in (("pvc", End.CLAIM), ("snapshot", End.SNAPSHOT)):
        path: Path = ("spec", "source", member)
        if isinstance(get(data, *path), dict):
            name, own = text(data, *path, "name"), text(data, *path, "namespace") or namespace
            if is_unknown(name) or is_unknown(own):
                return Undecided("", Reason(Gap.VARIABLE_IN_SOURCE))
            return Target(end, path, own, name)
    if not isinstance(get(data, "spec", "sourceRef"), dict):
        return None
    name = text(data, "spec", "sourceRef", "name")
    own = text(data, "spec", "sourceRef", "namespace") or namespace
    if is_unknown(name) or is_unknown(own):
        return Undecided("", Reason(Gap.VARIABLE_IN_SOURCE_REFERENCE))
    found = world.data_source(own, name)
    if found is None:
        return Target(End.NOT_FOUND, ("spec", "sourceRef", "name"), own, name)
    return found if isinstance(found, Undecided) else resolve(found, name, own, world.data_source)


class _Claim:
    """A claim's spec in the making.

    `by_webhook` means that the claim reaches CDI through the API server, which has put its default class in before.
    """

    def __init__(
        self,
        spec: dict[str, Any],
        content_type: str,
        world: StorageWorld,
        path: Path,
        class_unknown: Reason | None = None,
        *,
        by_webhook: bool = False,
    ) -> None:
        # Values are replaced here, never changed: they belong to the manifest.
        self.spec = spec
        self.world = world
        self.content_type = content_type
        self.path = path
        self.class_unknown = class_unknown
        self.by_webhook = by_webhook
        self.undecided: list[Undecided] = []
        self.choice: Choice | None = None
        self.profile: Profile | None = None
        self.class_known = True
        for field, type_ in (("accessModes", list), ("volumeMode", str), ("resources", dict)):
            if not isinstance(self.spec.get(field), type_) or not self.spec[field]:
                self.spec.pop(field, None)

    def finished(self, failure: Failure | None) -> Rendered | Failure:
        if failure is not None:
            return failure._replace(choice=self.choice, profile=self.profile)
        return Rendered(self.spec, tuple(self.undecided), self.choice, self.profile)

    def leave_open(self, reason: Reason, *fields: str) -> None:
        self.undecided.extend(Undecided(field, reason) for field in fields)

    def leave_copy_open(self, data: Mapping[str, Any], namespace: str) -> None:
        """The size of a labelled DataVolume that copies: the webhook changes it only without a CSI driver."""
        is_open = any(field == _SIZE_FIELD for field, _ in self.undecided)
        if not is_open and clone_source(data, namespace, self.world) is not None:
            self.leave_open(Reason(Gap.OVERHEAD), _SIZE_FIELD)

    def fill_in(self, data: Mapping[str, Any], namespace: str) -> Rendered | Failure:
        """What CDI's webhook makes of a claim as it is written, or as a DataVolume's `pvc` has it."""
        if self.spec.setdefault("volumeMode", "Filesystem") == FROM_PROFILE:
            del self.spec["volumeMode"]
        failure = self.fill_modes()
        if failure is None and _reference(self.spec) == _CLONE:
            self.fill_size_of_clone()
        elif failure is None and not _is_restored(self.spec):
            failure = self.fill_size(data, namespace)
        self.leave_copy_open(data, namespace)
        return self.finished(failure)

    @property
    def missing(self) -> list[str]:
        return [field for field in ("accessModes", "volumeMode") if field not in self.spec]

    @property
    def mode_is_open(self) -> bool:
        """Whether the class or the volume mode is not known, on which a size depends."""
        open_fields = {field for field, _ in self.undecided}
        return not self.class_known or "volumeMode" in open_fields or is_unknown(self.spec.get("volumeMode"))

    def fill_modes(self) -> Failure | None:
        """The class, the access modes and the volume mode."""
        if self.content_type == "archive":
            if self.spec.get("volumeMode") == "Block":
                return Failure(FailureReason.ARCHIVE_BLOCK, (*self.path, "volumeMode"))
            self.spec["volumeMode"] = "Filesystem"
        name = self.spec.get("storageClassName")
        if is_unknown(name) or not isinstance(name, str | None):
            self._without_class(Reason(Gap.VARIABLE_NAMES_CLASS))
            return None
        if name is None and self.class_unknown is not None:
            self._without_class(self.class_unknown)
            return None
        self.choice = choice = self._choose(name)
        if choice.storage_class is None:
            return self._from_volumes(choice)
        if self.by_webhook and choice.why is ChoiceReason.VIRT_DEFAULT and not self.world.closed:
            self._without_class(Reason(Gap.DEFAULT_CLASS_UNCERTAIN))
            return None
        self.spec["storageClassName"] = choice.name
        if not choice.decided:
            self.leave_open(Reason(Gap.NEWEST_DEFAULT_UNKNOWN), "storageClassName")
        storage_class = choice.storage_class
        self.profile = profile = self.world.once(
            ("profile", choice.name),
            lambda: profile_of(storage_class, self.world.profiles.get(choice.name), self.world.volumes),
        )
        if self.missing and profile.undecided:
            self.leave_open(profile.undecided, *self.missing)
            return None
        return self._from_profile(profile)

    def _choose(self, name: str | None) -> Choice:
        question = "choice", name, self.content_type, self.by_webhook
        return self.world.once(question, lambda: self._find_class(name))

    def _find_class(self, name: str | None) -> Choice:
        """The class; where the files hold its profile alone, the profile is enough."""
        if name is None and self.by_webhook:
            default = server_default(self.world.classes)
            if default.storage_class is not None or not default.decided:
                return default
        choice = choose(self.world.classes, name, self.content_type)
        profile = self.world.profiles.get(name or "")
        if choice.storage_class is None and profile is not None and not self.world.closed:
            known = {"metadata": {"name": name}}
            if profile_of(known, profile).sets:
                return Choice(known, ChoiceReason.NAMED)
        return choice

    def _without_class(self, reason: Reason) -> None:
        self.class_known = False
        fields = self.missing
        if "storageClassName" not in self.spec:
            fields.append("storageClassName")
        self.leave_open(reason, *fields)

    def _from_volumes(self, choice: Choice) -> Failure | None:
        """No class: an available volume that suits lends its modes."""
        name = self.spec.get("storageClassName")
        if not self.world.closed or not choice.decided:
            named = Reason(Gap.CLASS_OUTSIDE, (name,)) if name else Reason(Gap.CLASS_EMPTY)
            self._without_class(Reason(Gap.NO_DEFAULT_CLASS) if name is None else named)
            return None
        volume = self._suitable_volume(name) if name is not None else None
        if volume is not None:
            if mode := text(volume, "spec", "volumeMode"):
                self.spec["volumeMode"] = mode
            if "accessModes" not in self.spec and (modes := sequence(volume, "spec", "accessModes")):
                self.spec["accessModes"] = list(modes)
        if "accessModes" in self.spec:
            return None
        return Failure(FailureReason.NO_CLASS, (*self.path, "storageClassName"))

    def _suitable_volume(self, class_name: str) -> Mapping[str, Any] | None:
        wanted_size = Quantity.try_parse(get(self.spec, *_SIZE)) or Quantity(0)
        wanted_mode = self.spec.get("volumeMode", "Filesystem")
        wanted_modes = self.spec.get("accessModes", [])
        for volume in self.world.volumes:
            size = Quantity.try_parse(get(volume, "spec", "capacity", "storage")) or Quantity(0)
            own_class = get(volume, "metadata", "annotations", _BETA_CLASS)
            if own_class is None:
                own_class = text(volume, "spec", "storageClassName")
            if (
                _is_available(volume)
                and text(volume, "spec", "storageClassName") == class_name
                and (not class_name or own_class == class_name)
                and size.value() >= wanted_size.value()
                and (text(volume, "spec", "volumeMode") or "Filesystem") == wanted_mode
                and all(mode in sequence(volume, "spec", "accessModes") for mode in wanted_modes)
            ):
                return volume
        return None

    def _from_profile(self, profile: Profile) -> Failure | None:
        modes, volume_mode = self.spec.get("accessModes"), self.spec.get("volumeMode")
        if is_unknown(volume_mode) or any(is_unknown(mode) for mode in modes or ()):
            self.leave_open(Reason(Gap.VARIABLE_IN_MODES), *self.missing)
            return None
        if modes is None and volume_mode is None:
            if not profile.sets or not profile.sets[0].access_modes:
                return self._fail(FailureReason.NO_MODES)
            self.spec["accessModes"] = list(profile.sets[0].access_modes)
            volume_mode = profile.sets[0].volume_mode
        elif modes is None:
            fitting = (
                claim_set
                for claim_set in profile.sets
                if claim_set.volume_mode == volume_mode and claim_set.access_modes
            )
            if (first := next(fitting, None)) is None:
                return self._fail(FailureReason.NO_MATCHING_MODES)
            self.spec["accessModes"] = list(first.access_modes)
        elif volume_mode is None:
            sharing = (claim_set for claim_set in profile.sets if any(mode in modes for mode in claim_set.access_modes))
            first = next(sharing, None)
            volume_mode = first.volume_mode if first is not None else None
        if volume_mode is not None:
            self.spec["volumeMode"] = volume_mode
        return None

    def _fail(self, why: FailureReason) -> Failure | None:
        if self.choice is not None and not self.choice.decided:
            self.leave_open(Reason(Gap.DEFAULT_CLASS_UNCERTAIN), *self.missing)
            return None
        return Failure(why, (*self.path, "accessModes"))

    def fill_size(self, data: Mapping[str, Any], namespace: str) -> Failure | None:
        """The size: with the filesystem's share and not below the provisioner's least, or that of the source."""
        written = get(self.spec, *_SIZE)
        if written is None:
            source = clone_source(data, namespace, self.world)
            if source is None:
                return self.fail_size()
            self._size_of_source(source)
            return None
        size = Quantity.try_parse(written)
        if size is None or size.value() > _MAX_SIZE:
            self.leave_open(Reason(Gap.SIZE_NOT_A_NUMBER), _SIZE_FIELD)
            return None
        if size.value() < _MIB:
            return Failure(FailureReason.TOO_SMALL, (*self.path, *_SIZE))
        if self.mode_is_open:
            self.leave_open(Reason(Gap.OVERHEAD), _SIZE_FIELD)
        self._set_size(self._at_least(self._inflated(size.value())))
        return None

    def fail_size(self) -> Failure:
        return Failure(FailureReason.NO_SIZE, (*self.path, *_SIZE))

    def fill_size_of_clone(self) -> None:
        """The size of a claim that copies: as it is written, else what the source asks for."""
        written = Quantity.try_parse(get(self.spec, *_SIZE))
        if get(self.spec, *_SIZE) is None or (written is not None and written.is_zero):
            self.leave_open(Reason(Gap.SIZE_OF_SOURCE), _SIZE_FIELD)

    def _set_size(self, size: Quantity) -> None:
        resources = dict(mapping(self.spec, "resources"))
        resources["requests"] = {**mapping(resources, "requests"), "storage": str(size)}
        self.spec["resources"] = resources

    def _inflated(self, size: int) -> Quantity:
        if self.spec.get("volumeMode") == "Block":
            return Quantity(size)
        # The same rounding as CDI's, which counts in 64-bit floating point too.
        aligned = math.ceil(float(size) / float(_MIB)) * _MIB
        return Quantity(math.ceil(float(aligned) * (1 + self._overhead())))

    def _overhead(self) -> float:
        written = self.spec.get("storageClassName")
        name = written if isinstance(written, str) else None
        return self.world.once(("overhead", name), lambda: self._overhead_of(name))

    def _overhead_of(self, name: str | None) -> float:
        if name == "":
            return 0.0
        # Where the named class does not exist CDI takes the share of the cluster's default class.
        choice = choose(self.world.classes, name, "archive")
        if choice.storage_class is None:
            choice = choose(self.world.classes, None, "archive")
        return self.world.overhead.share(choice.name)

    def _at_least(self, size: Quantity) -> Quantity:
        least = self.profile.minimum_size if self.profile is not None else None
        return least if least is not None and size < least else size

    def _size_of_source(self, source: Target | Undecided) -> None:
        size, reason = self._source_size(source)
        # Zero is in the claim until CDI has read the source's size.
        self._set_size(size or Quantity(0))
        if reason is not None:
            self.leave_open(reason, _SIZE_FIELD)

    def _source_size(self, source: Target | Undecided) -> tuple[Quantity | None, Reason | None]:
        if isinstance(source, Undecided):
            return None, source.reason
        if not source.ready:
            return None, Reason(Gap.SOURCE_NOT_READY, (source.end, source.name))
        if self.mode_is_open:
            return None, Reason(Gap.SIZE_OF_COPY)
        lookup = self.world.claim if source.end is End.CLAIM else self.world.snapshot
        found = lookup(source.namespace, source.name)
        if isinstance(found, Undecided):
            return None, found.reason
        if found is None:
            return None, Reason(Gap.SOURCE_MISSING, (f"{source.namespace}/{source.name}",))
        return self._size_of_claim(found) if source.end is End.CLAIM else self._size_of_snapshot(found)

    def _size_of_claim(self, source: Mapping[str, Any]) -> tuple[Quantity | None, Reason | None]:
        capacity = Quantity.try_parse(get(source, "status", "capacity", "storage"))
        annotations = mapping(source, "metadata", "annotations")
        holds_image = annotations.get(_CONTENT_TYPE) == "kubevirt"
        if text(source, "spec", "volumeMode") != "Block" and holds_image:
            measured = Quantity.try_parse(annotations.get(_IMAGE_SIZE))
            if measured is None or capacity is None or Quantity.try_parse(annotations.get(_IMAGE_CAPACITY)) != capacity:
                return None, Reason(Gap.IMAGE_NOT_MEASURED)
            return self._inflated(measured.value()), None
        if capacity is None or capacity.value() > _MAX_SIZE:
            return None, Reason(Gap.CAPACITY_UNKNOWN)
        return self._inflated(capacity.value()), None

    def _size_of_snapshot(self, source: Mapping[str, Any]) -> tuple[Quantity | None, Reason | None]:
        size = Quantity.try_parse(get(source, "status", "restoreSize"))
        if size is None or size.value() > _MAX_SIZE:
            return None, Reason(Gap.RESTORE_SIZE_UNKNOWN)
        if self.spec.get("volumeMode") == "Block":
            return size, None
        source_mode = get(source, "metadata", "annotations", _SOURCE_MODE)
        if not isinstance(source_mode, str):
            return None, Reason(Gap.SNAPSHOT_MODE_UNKNOWN)
        return (self._inflated(size.value()) if source_mode == "Block" else size), None


def _is_available(volume: Mapping[str, Any]) -> bool:
    """Whether a volume waits for a claim; one without a status will, unless it is kept for a claim."""
    phase = text(volume, "status", "phase")
    return phase == "Available" if phase else get(volume, "spec", "claimRef") is None
