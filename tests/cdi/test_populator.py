from __future__ import annotations

from typing import Any

import pytest

from vmlint.cdi.check import Check
from vmlint.cdi.populator import check_clone_source, check_import_source, check_upload_source

VDDK = {"url": "https://e.com", "uuid": "u", "backingFile": "b", "thumbprint": "t", "secretRef": "s"}
STAGES = [{"previous": "a", "current": "b"}]


def manifest(name: str = "x", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        (manifest(source={"blank": {}}), None, None),
        (manifest(source={"vddk": VDDK}, checkpoints=STAGES, targetClaim="c"), None, None),
        (manifest(source={"http": {"url": "http://x"}}, checkpoints=STAGES), None, None),
        (manifest("x" * 64, source={}), "metadata.name", Check.NAME_TOO_LONG),
        (manifest(contentType="tar"), "spec.contentType", Check.CONTENT_TYPE_UNKNOWN),
        (manifest(), "spec.source", Check.SOURCE_MISSING),
        (manifest(source={"pvc": {}}), "spec.source", Check.SOURCE_MISSING),
        (manifest(source={"blank": {}, "vddk": VDDK}), "spec.source", Check.SOURCES_SEVERAL),
        (manifest(source={"vddk": VDDK}, checkpoints=STAGES), "spec.targetClaim", Check.TARGET_CLAIM_MISSING),
        (manifest(source={"vddk": VDDK | {"url": ""}}), "spec.source.vddk.url", Check.URL_INVALID),
    ],
)
def test_import_sources(data: dict[str, Any], path: str | None, code: Check | None) -> None:
    expected = [(tuple(path.split(".")), code)] if path else []
    assert [(refusal.path, refusal.code) for refusal in check_import_source(data)] == expected


def test_upload_sources() -> None:
    assert check_upload_source(manifest()) == ()
    assert check_upload_source(manifest(contentType="archive")) == ()
    assert [refusal.code for refusal in check_upload_source(manifest(contentType="x"))] == [Check.CONTENT_TYPE_UNKNOWN]
    assert [refusal.code for refusal in check_upload_source(manifest("x" * 64))] == [Check.NAME_TOO_LONG]


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"kind": "PersistentVolumeClaim", "name": "x"}, None),
        ({"kind": "VolumeSnapshot", "name": "${NAME}"}, None),
        ({"kind": "${KIND}", "name": ""}, None),
        ({"kind": "DataVolume", "name": "x"}, "kind"),
        ({"kind": "VolumeSnapshot", "name": ""}, "name"),
        ({}, "kind"),
    ],
)
def test_clone_sources(source: dict[str, str], field: str | None) -> None:
    refusals = check_clone_source(manifest(source=source))
    assert [refusal.path for refusal in refusals] == ([("spec", "source", field)] if field else [])
