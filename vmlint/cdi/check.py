"""The checks that CDI, KubeVirt and the API server make of storage objects, and the first of them: that of names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.model.access import text
from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes
from vmlint.runtime.pattern import late

__all__ = ["Check", "check_name"]


class Check(Codes):
    """The checks of the webhooks, and of the API server on names; each is one fault that a person can make."""

    NAME_MISSING = "name-missing"
    NAME_INVALID = "name-invalid"
    NAME_TOO_LONG = "name-too-long"
    SOURCE_REF_NOT_FOUND = "source-ref-not-found"
    SOURCE_NAMESPACE_NOT_FOUND = "source-namespace-not-found"
    CLAIM_EXISTS = "claim-exists"
    STORAGE_MISSING = "storage-missing"
    STORAGE_TWICE = "storage-twice"
    SIZE_NOT_POSITIVE = "size-not-positive"
    SIZE_TOO_SMALL = "size-too-small"
    SIZE_MISSING = "size-missing"
    CLASS_NAME_TOO_LONG = "class-name-too-long"
    ACCESS_MODE_MISSING = "access-mode-missing"
    ACCESS_MODES_SEVERAL = "access-modes-several"
    ACCESS_MODE_UNKNOWN = "access-mode-unknown"
    VOLUME_MODE_UNKNOWN = "volume-mode-unknown"
    EXTERNAL_WITH_SOURCE = "external-with-source"
    EXTERNAL_TWICE = "external-twice"
    EXTERNAL_INCOMPLETE = "external-incomplete"
    EXTERNAL_NAMESPACE = "external-namespace"
    SOURCE_CHOICE = "source-choice"
    SOURCE_REF_INVALID = "source-ref-invalid"
    SOURCE_MISSING = "source-missing"
    SOURCES_SEVERAL = "sources-several"
    CONTENT_TYPE_UNKNOWN = "content-type-unknown"
    CONTENT_TYPE_UNFIT = "content-type-unfit"
    URL_INVALID = "url-invalid"
    CHECKSUM_INVALID = "checksum-invalid"
    REGISTRY_CHOICE = "registry-choice"
    REGISTRY_URL_INVALID = "registry-url-invalid"
    REGISTRY_PULL_METHOD = "registry-pull-method"
    REGISTRY_IMAGE_STREAM = "registry-image-stream"
    IMAGEIO_INCOMPLETE = "imageio-incomplete"
    VDDK_INCOMPLETE = "vddk-incomplete"
    CLONE_SOURCE_INCOMPLETE = "clone-source-incomplete"
    TEMPLATE_NAMESPACE = "template-namespace"
    TEMPLATE_UNUSED = "template-unused"
    CRON_SOURCE_MISSING = "cron-source-missing"
    CRON_FIELD_FORBIDDEN = "cron-field-forbidden"
    CRON_SCHEDULE = "cron-schedule"
    CRON_IMPORTS_TO_KEEP = "cron-imports-to-keep"
    CRON_GARBAGE_COLLECT = "cron-garbage-collect"
    CRON_MANAGED_DATA_SOURCE = "cron-managed-data-source"
    TARGET_CLAIM_MISSING = "target-claim-missing"
    POPULATOR_SOURCE_UNSUPPORTED = "populator-source-unsupported"


_SUBDOMAIN = late(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MAX_NAME = 253


def check_name(data: Mapping[str, Any], longest: int = _MAX_NAME) -> tuple[Refusal, ...]:
    """The API server's checks of an object's name, then the webhook's on its length.

    Source: Kubernetes `apimachinery/pkg/api/validation` (NameIsDNSSubdomain), CDI `validateNameLength`.
    """
    name, path = text(data, "metadata", "name"), ("metadata", "name")
    if is_unknown(name) or is_unknown(prefix := text(data, "metadata", "generateName")):
        return ()
    if not name:
        return () if prefix else (Refusal(Check.NAME_MISSING, path, by=Refuser.API_SERVER),)
    if len(name) > _MAX_NAME:
        return (Refusal(Check.NAME_TOO_LONG, path, {"longest": _MAX_NAME}, Refuser.API_SERVER),)
    if _SUBDOMAIN.fullmatch(name) is None:
        return (Refusal(Check.NAME_INVALID, path, by=Refuser.API_SERVER),)
    if len(name) > longest:
        return (Refusal(Check.NAME_TOO_LONG, path, {"longest": longest}),)
    return ()
