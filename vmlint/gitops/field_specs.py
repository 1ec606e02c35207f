"""The fields that kustomize's transformers write: its own few, and those that files of `configurations` add.

kustomize has none of its own for the kinds of KubeVirt and CDI.

Sources: kustomize `api/internal/konfig/builtinpluginconsts`,
`api/internal/plugins/builtinconfig/transformerconfig.go` (TransformerConfig), `api/types/fieldspec.go` (FsSlice),
`api/filters/fieldspec/fieldspec.go` (Filter).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vmlint.model.access import each, get, text
from vmlint.model.field import Path
from vmlint.model.resource import Written
from vmlint.record import Codes, Record

__all__ = [
    "Added",
    "Blocked",
    "Conflict",
    "FieldSpec",
    "Transformer",
    "configured_fields",
    "field_of",
    "merged",
    "places",
    "specs_of",
]


class Transformer(Codes):
    """What writes fields, by the key of a configuration that adds such fields."""

    PREFIX = "namePrefix"
    SUFFIX = "nameSuffix"
    NAMESPACE = "namespace"
    COMMON_LABELS = "commonLabels"
    LABELS = "labels"
    TEMPLATE_LABELS = "templateLabels"
    CLAIM_TEMPLATE_LABELS = "volumeClaimTemplateLabels"
    ANNOTATIONS = "commonAnnotations"
    IMAGES = "images"
    REPLICAS = "replicas"
    VARIABLES = "varReference"


class FieldSpec(Record):
    """A field of objects of one kind; an empty kind, group or version means any. `create`: it is made if missing."""

    kind: str
    steps: tuple[str, ...]
    create: bool = False
    group: str = ""
    version: str = ""

    def fits(self, api_version: str, kind: str) -> bool:
        group, _, version = api_version.rpartition("/")
        return self.kind in ("", kind) and self.group in ("", group) and self.version in ("", version)

    def is_covered_by(self, other: FieldSpec) -> bool:
        """Whether the other one counts as the same field."""
        return (
            self.steps == other.steps
            and self.kind in ("", other.kind)
            and self.group in ("", other.group)
            and self.version in ("", other.version)
        )


Added = Mapping[Transformer, Sequence[FieldSpec]]
"""The fields that configurations add."""


def _steps(path: str) -> tuple[str, ...]:
    return tuple(step for step in path.split("/") if step)


def _own(*rows: tuple[str, str, str, bool]) -> tuple[FieldSpec, ...]:
    """Rows of group and version, kinds, path, and whether it is made."""
    return tuple(
        FieldSpec(kind, _steps(path), create, *_group_and_version(group))
        for group, kinds, path, create in rows
        for kind in kinds.split() or ("",)
    )


def _group_and_version(written: str) -> tuple[str, str]:
    return ("", written) if written.startswith("v") else (written, "")


_TEMPLATES = (
    ("v1", "ReplicationController", "spec/template/metadata/{}", True),
    ("", "Deployment ReplicaSet DaemonSet", "spec/template/metadata/{}", True),
    ("batch", "Job", "spec/template/metadata/{}", True),
    ("batch", "CronJob", "spec/jobTemplate/metadata/{}", True),
    ("batch", "CronJob", "spec/jobTemplate/spec/template/metadata/{}", True),
)


def _in_templates(field: str) -> Iterator[tuple[str, str, str, bool]]:
    return ((group, kinds, path.format(field), create) for group, kinds, path, create in _TEMPLATES)


_AFFINITIES = tuple(
    ("apps", "Deployment StatefulSet", f"spec/template/spec/{path}/labelSelector/matchLabels", False)
    for path in (
        *(
            f"affinity/{affinity}/{when}"
            for affinity in ("podAffinity", "podAntiAffinity")
            for when in (
                "preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm",
                "requiredDuringSchedulingIgnoredDuringExecution",
            )
        ),
        "topologySpreadConstraints",
    )
)
_TEMPLATE_LABELS = _own(
    ("", "", "metadata/labels", True),
    *_in_templates("labels"),
    ("apps", "StatefulSet", "spec/template/metadata/labels", True),
)
_CLAIM_TEMPLATE_LABELS = _own(("apps", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", True))
_OWN: Mapping[Transformer, tuple[FieldSpec, ...]] = {
    Transformer.PREFIX: _own(("", "", "metadata/name", False)),
    Transformer.SUFFIX: _own(("", "", "metadata/name", False)),
    Transformer.NAMESPACE: _own(
        ("", "Namespace", "metadata/name", True),
        ("apiregistration.k8s.io", "APIService", "spec/service/namespace", True),
        (
            "apiextensions.k8s.io",
            "CustomResourceDefinition",
            "spec/conversion/webhook/clientConfig/service/namespace",
            False,
        ),
    ),
    Transformer.COMMON_LABELS: (
        *_own(
            ("v1", "Service ReplicationController", "spec/selector", True),
            ("", "Deployment ReplicaSet DaemonSet", "spec/selector/matchLabels", True),
            ("apps", "StatefulSet", "spec/selector/matchLabels", True),
            *_AFFINITIES,
            ("batch", "Job", "spec/selector/matchLabels", False),
            ("batch", "CronJob", "spec/jobTemplate/spec/selector/matchLabels", False),
            ("policy", "PodDisruptionBudget", "spec/selector/matchLabels", False),
            ("networking.k8s.io", "NetworkPolicy", "spec/podSelector/matchLabels", False),
            ("networking.k8s.io", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", False),
            ("networking.k8s.io", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", False),
        ),
        *_TEMPLATE_LABELS,
        *_CLAIM_TEMPLATE_LABELS,
    ),
    Transformer.TEMPLATE_LABELS: _TEMPLATE_LABELS,
    Transformer.CLAIM_TEMPLATE_LABELS: _CLAIM_TEMPLATE_LABELS,
    Transformer.ANNOTATIONS: _own(
        ("", "", "metadata/annotations", True),
        *_in_templates("annotations"),
        ("", "StatefulSet", "spec/template/metadata/annotations", True),
    ),
    Transformer.IMAGES: _own(
        *(
            ("", "", f"{start}{path}", True)
            for start in ("spec/", "spec/template/spec/")
            for path in ("containers[]/image", "initContainers[]/image", "volumes[]/image/reference")
        )
    ),
    Transformer.REPLICAS: _own(
        ("", "Deployment ReplicationController ReplicaSet StatefulSet", "spec/replicas", True),
    ),
}


class Conflict(Exception):  # noqa: N818 - the name is what the two have
    """A field that is there already with another `create`, for which kustomize refuses to build."""

    def __init__(self, known: FieldSpec) -> None:
        super().__init__()
        create = str(known.create).lower()
        self.reason = f"the field `{'/'.join(known.steps)}` is there already, with `create: {create}`"


def merged(known: Sequence[FieldSpec], more: Iterable[FieldSpec]) -> Sequence[FieldSpec]:
    """Some fields and those of others that are not among them. Raises Conflict."""
    if not known:
        return tuple(more)
    found = list(known)
    for spec in more:
        same = next((one for one in found if spec.is_covered_by(one)), None)
        if same is None:
            found.append(spec)
        elif same.create != spec.create:
            raise Conflict(same)
    return found


def specs_of(transformer: Transformer, added: Added) -> Sequence[FieldSpec]:
    """The fields of a transformer: its own, and those that configurations add."""
    known, there = _OWN.get(transformer, ()), added.get(transformer)
    return (*known, *there) if there else known


def field_of(entry: Mapping[str, Any]) -> FieldSpec:
    """A field as a configuration or an entry of `labels` writes it."""
    return FieldSpec(
        text(entry, "kind"),
        _steps(text(entry, "path")),
        get(entry, "create") is True,
        text(entry, "group"),
        text(entry, "version"),
    )


def configured_fields(data: Any) -> Iterator[tuple[Transformer, int, FieldSpec]]:
    """The fields that a configuration adds, each with its transformer and its number there."""
    for transformer in Transformer:
        for index, entry in each(data, transformer):
            yield transformer, index, field_of(entry)


class Blocked(Exception):  # noqa: N818 - the name is what the path is
    """A single value where a field's path needs a mapping or a list, for which kustomize refuses to build."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.at: Written | None = None


def places(data: Any, steps: Sequence[str], *, create: bool, path: Path = ()) -> Iterator[Path]:
    """The places of a field in an object. A path passes through lists; what is null counts as missing.

    Raises Blocked.
    """
    if isinstance(data, list):
        for index, entry in enumerate(data):
            yield from places(entry, steps, create=create, path=(*path, index))
    elif not steps:
        yield path
    elif isinstance(data, dict):
        step = steps[0].removesuffix("[]")
        if data.get(step) is not None:
            yield from places(data[step], steps[1:], create=create, path=(*path, step))
        elif create and step == steps[0]:
            yield from places({}, steps[1:], create=True, path=(*path, step))
    elif data is not None:
        raise Blocked(path)
