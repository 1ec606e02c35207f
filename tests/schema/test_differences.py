"""Where two specs differ for the API server."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from vmlint.schema.differences import Difference, differences
from vmlint.schema.load import schema_of

SCHEMA = schema_of("cdi.kubevirt.io/v1beta1", "DataVolume")


def found(old: str, new: str) -> list[Difference]:
    assert SCHEMA is not None
    return list(differences(yaml.safe_load(old), yaml.safe_load(new), SCHEMA.root.field("spec"), ("spec",)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("storage: {resources: {requests: {storage: 1Gi}}}", "storage: {resources: {requests: {storage: 1024Mi}}}"),
        ("storage: {resources: {requests: {storage: 1000}}}", "storage: {resources: {requests: {storage: 1k}}}"),
        ("storage: {}", "storage: {resources: {}, accessModes: []}"),
        ("finalCheckpoint: false", "{}"),
        ("preallocation: null", "{}"),
        ("storage: {resources: {requests: {}}}", "storage: {resources: {}}"),
        ("", "{}"),
        ("{contentType: kubevirt, noField: 1}", "{contentType: kubevirt, noField: 2}"),
        ("source: {http: {url: '${URL}'}}", "source: {http: {url: https://example.com}}"),
        ("source: {http: {url: a}, pvc: null}", "source: {http: {url: a}}"),
        ("source: {http: {url: a, secretRef: ''}}", "source: {http: {url: a}}"),
    ],
)
def test_what_is_the_same(old: str, new: str) -> None:
    assert found(old, new) == found(new, old) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("contentType: a", "contentType: b", [("contentType", "a", "b")]),
        ("contentType: a", "{}", [("contentType", "a", None)]),
        ("{}", "preallocation: true", [("preallocation", None, True)]),
        ("{}", "preallocation: false", [("preallocation", None, False)]),
        ("storage: {storageClassName: ''}", "storage: {}", [("storage.storageClassName", "", None)]),
        (
            "source: {registry: {url: a}}",
            "source: {registry: {url: a, secretRef: ''}}",
            [("source.registry.secretRef", None, "")],
        ),
        ("sourceRef: {namespace: ''}", "sourceRef: {}", [("sourceRef.namespace", "", None)]),
        (
            "source: {blank: {}}",
            "source: {upload: {}}",
            [("source.upload", None, {}), ("source.blank", {}, None)],
        ),
        ("storage: {accessModes: [a]}", "storage: {accessModes: [b]}", [("storage.accessModes.0", "a", "b")]),
        ("storage: {accessModes: [a]}", "{}", [("storage.accessModes", ["a"], None)]),
        (
            "storage: {resources: {requests: {storage: 1Gi}}}",
            "storage: {resources: {requests: {storage: 1G}}}",
            [("storage.resources.requests.storage", "1Gi", "1G")],
        ),
        (
            "source: {http: {url: a}}",
            "{source: {s3: {url: a}}, contentType: b}",
            [("source.s3.url", None, "a"), ("source.http.url", "a", None), ("contentType", None, "b")],
        ),
    ],
)
def test_what_differs(old: str, new: str, expected: list[tuple[str, Any, Any]]) -> None:
    reported = [(".".join(map(str, one.path[1:])), one.old, one.new) for one in found(old, new)]
    assert reported == expected
