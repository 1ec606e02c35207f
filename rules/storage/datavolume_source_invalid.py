"""The source of a DataVolume is invalid.

## What it does
Checks the source's own fields: URL and scheme, checksum, registry and pull method, image stream, imageio, VDDK, the
name and namespace of a copied object, and the content type.

## Why it fails
CDI refuses the DataVolume, import cron or VolumeImportSource. In a template, only the controller detects the fault:
KubeVirt accepts the VM, which never starts.

## Cluster message
The refusal by CDI, or by KubeVirt for a template, contains `Illegal registry source URL`, `Invalid source URL` or `is
not valid`.

## Bad
    kind: DataVolume
    spec:
      source: {registry: {url: quay.io/containerdisks/fedora}}
      storage:
        resources: {requests: {storage: 10Gi}}

## Good
    kind: DataVolume
    spec:
      source: {registry: {url: "docker://quay.io/containerdisks/fedora"}}
      storage:
        resources: {requests: {storage: 10Gi}}

## How to fix
Correct the field of the source, such as `docker://` in front of a registry image.

## Source
CDI `pkg/apiserver/webhooks`; KubeVirt `pkg/storage/admitters/data-volume-template.go`.
"""

from collections.abc import Iterator

from vmlint.cdi.check import Check
from vmlint.model.resource import Resource
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

from .._about import storage_refusals
from ._refusals import SUBJECTS, refused

META = Meta("VM406", effect=Effect.REJECTED, since="0.1", subject=SUBJECTS, about=storage_refusals)

_CHECKS = frozenset(
    (
        Check.CONTENT_TYPE_UNKNOWN,
        Check.CONTENT_TYPE_UNFIT,
        Check.URL_INVALID,
        Check.CHECKSUM_INVALID,
        Check.REGISTRY_CHOICE,
        Check.REGISTRY_URL_INVALID,
        Check.REGISTRY_PULL_METHOD,
        Check.REGISTRY_IMAGE_STREAM,
        Check.IMAGEIO_INCOMPLETE,
        Check.VDDK_INCOMPLETE,
        Check.CLONE_SOURCE_INCOMPLETE,
        Check.TARGET_CLAIM_MISSING,
    )
)


def check(subject: Resource, world: World) -> Iterator[Fault]:
    return refused(META, subject, world, _CHECKS)
