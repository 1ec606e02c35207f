"""A default instancetype or preference is an annotation instead of a label.

## What it does
Looks for the defaults of inference among the annotations of claims, snapshots, DataVolumes and DataSources, in the
spelling of the first design (`instancetype.kubevirt.io/defaultInstancetype`) and in that of the labels.

## Why it does nothing
No release reads these annotations. The design proposed them, and the field's description still mentions annotations;
since KubeVirt 0.59 inference reads labels.

## Cluster message
KubeVirt reports nothing about the annotation; its refusal of the VM contains `unable to find required`.

## Bad
    kind: PersistentVolumeClaim
    metadata:
      annotations:
        instancetype.kubevirt.io/defaultInstancetype: u1.medium

## Good
    kind: PersistentVolumeClaim
    metadata:
      labels:
        instancetype.kubevirt.io/default-instancetype: u1.medium

## How to fix
Move the annotation to `metadata.labels`, under the label's key.

## Source
KubeVirt `staging/src/kubevirt.io/api/instancetype/register.go`, `pkg/instancetype/infer/volume.go` (fromLabels).
"""

from collections.abc import Iterator

from vmlint.model.access import mapping
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import DataSource, DataVolume, PersistentVolumeClaim, VolumeSnapshot
from vmlint.rule import Effect, Fault, Fix, Meta
from vmlint.source.edit import Edit, Move, Remove
from vmlint.world import World

_SUBJECTS = (DataSource, DataVolume, PersistentVolumeClaim, VolumeSnapshot)

META = Meta("VM106", effect=Effect.IGNORED, since="0.1", subject=_SUBJECTS, fix=Fix.SAFE)

# Annotation key -> the label that is read in its place, and what the label names.
_LABELS = {
    **{key: (matcher.label, matcher.noun) for matcher in Matcher for key in matcher.annotations},
    **{key: (matcher.kind_label, f"{matcher.noun} kind") for matcher in Matcher for key in matcher.kind_annotations},
}


def check(source: Resource, world: World) -> Iterator[Fault]:
    for key, value in source.annotations.items():
        label, what = _LABELS.get(key, ("", ""))
        if not label or label in source.labels:
            continue
        fault = META.at(
            source.at("metadata", "annotations", key),
            f"the default {what} `{value}` is written as an annotation, and inference reads labels only.",
            fix=f"write it as a label, `{label}: {value}`; then {what} `{value}` is inferred",
        )
        yield fault.with_fix(Fix.SAFE, *_edits(source, key, label))


def _edits(source: Resource, key: str, label: str) -> tuple[Edit, ...]:
    """From the annotations to the labels; annotations that hold nothing else become the labels where there are none."""
    annotations, labels = ("metadata", "annotations"), ("metadata", "labels")
    if len(source.annotations) > 1 or "labels" in mapping(source.data, "metadata"):
        return (Move((*annotations, key), (*labels, label)), Remove(annotations, if_empty=True))
    renamed = (Move((*labels, key), (*labels, label)),) if key != label else ()
    return (Move(annotations, labels), *renamed)
