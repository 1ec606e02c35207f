"""Why the sources of CDI's volume populators are refused, or never used.

Source: CDI `pkg/apiserver/webhooks/populators-validate.go`, `pkg/controller/clone/planner.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vmlint.cdi.check import Check, check_name
from vmlint.cdi.sources import IMPORT_MEMBERS, check_content_type, check_count, check_source
from vmlint.model.access import get, mapping, sequence, text
from vmlint.model.refusal import Refusal, Refuser
from vmlint.model.unknown import is_unknown
from vmlint.source.span import Path

__all__ = ["check_clone_source", "check_import_source", "check_upload_source"]

_MAX_NAME = 63
_SPEC: Path = ("spec",)
_CLONE_KINDS = ("PersistentVolumeClaim", "VolumeSnapshot")


def check_import_source(data: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """The first refusal of a VolumeImportSource."""
    spec = mapping(data, "spec")
    return (
        check_name(data, _MAX_NAME)
        or check_content_type(spec, _SPEC)
        or check_count(spec, _SPEC, IMPORT_MEMBERS, "VolumeImportSource")
        or _check_stages(spec)
        or check_source(spec, _SPEC)
    )


def _check_stages(spec: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """An import in stages needs the claim that it fills."""
    in_stages = any(get(spec, "source", member) is not None for member in ("vddk", "imageio"))
    if not sequence(spec, "checkpoints") or not in_stages or text(spec, "targetClaim"):
        return ()
    return (Refusal(Check.TARGET_CLAIM_MISSING, ("spec", "targetClaim")),)


def check_upload_source(data: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """The first refusal of a VolumeUploadSource."""
    return check_name(data, _MAX_NAME) or check_content_type(mapping(data, "spec"), _SPEC)


def check_clone_source(data: Mapping[str, Any]) -> tuple[Refusal, ...]:
    """Why no claim is ever filled from a VolumeCloneSource: it has no webhook, so it is accepted all the same."""
    kind, name = text(data, "spec", "source", "kind"), text(data, "spec", "source", "name")
    path: Path = ("spec", "source", "name" if kind in _CLONE_KINDS else "kind")
    if is_unknown(kind) or (kind in _CLONE_KINDS and name):
        return ()
    return (Refusal(Check.POPULATOR_SOURCE_UNSUPPORTED, path, by=Refuser.CONTROLLER),)
