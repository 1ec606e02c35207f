from __future__ import annotations

from typing import Any

import pytest

from rules._wording import in_words
from rules.api._words import WORDS, taken_words
from vmlint.model.field import render
from vmlint.schema.check import check
from vmlint.schema.code import SchemaKind, kind_of
from vmlint.schema.load import schema_of
from vmlint.source.edit import Remove


def fixes(api_version: str, kind: str, spec: dict[str, Any], **more: Any) -> dict[str, str]:
    """What to do about each unknown field."""
    schema = schema_of(api_version, kind)
    assert schema is not None
    found = check({"metadata": {"name": "web"}, "spec": spec, **more}, schema, whole=False)
    return {
        render(refusal.path): in_words(WORDS, refusal).fix
        for refusal in found
        if kind_of(refusal) is SchemaKind.UNKNOWN
    }


def template(spec: dict[str, Any]) -> dict[str, Any]:
    return {"template": {"spec": spec}}


@pytest.mark.parametrize(
    ("spec", "path", "fix"),
    [
        (template({"domain": {"devices": {"disk": []}}}), "template.spec.domain.devices.disk", "write `disks`"),
        (template({"domain": {"Devices": {}}}), "template.spec.domain.Devices", "write `devices`"),
        (
            template({"terminationgraceperiodseconds": 1}),
            "template.spec.terminationgraceperiodseconds",
            "write `terminationGracePeriodSeconds`",
        ),
        (
            template({"networks": [{"multus": {"name": "lan"}}]}),
            "template.spec.networks[0].multus.name",
            "write `networkName`",
        ),
        (
            template({"domain": {"devices": {"interfaces": [{"mac": "02:00"}]}}}),
            "template.spec.domain.devices.interfaces[0].mac",
            "write `macAddress`",
        ),
        (
            template({"domain": {"volumes": []}}),
            "template.spec.domain.volumes",
            "move it to `spec.template.spec.volumes`",
        ),
        (
            template({"machine": {"type": "q35"}}),
            "template.spec.machine",
            "move it to `spec.template.spec.domain.machine`",
        ),
        (
            template({"domain": {"resources": {"memory": "1Gi"}}}),
            "template.spec.domain.resources.memory",
            "move it to `spec.template.spec.domain.resources.requests.memory`",
        ),
        ({"domain": {"cpu": {"cores": 1}}}, "domain", "move it to `spec.template.spec.domain`"),
        ({"labels": {"a": "b"}}, "labels", "move it to `metadata.labels`"),
        (
            {"template": {"metadata": {"spec": {"domain": {}}}}},
            "template.metadata.spec",
            "move it to `spec.template.spec`",
        ),
        ({"frobnicate": 1}, "frobnicate", "remove it, or move it to its place"),
    ],
)
def test_what_a_field_of_a_vm_means(spec: dict[str, Any], path: str, fix: str) -> None:
    assert fixes("kubevirt.io/v1", "VirtualMachine", spec) == {f"spec.{path}": fix}


def test_a_template_one_level_out() -> None:
    found = fixes(
        "kubevirt.io/v1",
        "VirtualMachine",
        {},
        template={"spec": {"domain": {}}},
        version="v1",
        apiVersion="kubevirt.io/v1",
        name="x",
    )
    assert found == {
        "template": "move it to `spec.template`",
        "version": "remove it, or move it to its place",
        "name": "move it to `metadata.name`",
    }


def test_sizes_of_data_volumes() -> None:
    here = "cdi.kubevirt.io/v1beta1", "DataVolume"
    storage = "move it to `spec.storage.resources.requests.storage`"
    assert fixes(*here, {"source": {"size": "1Gi"}}) == {"spec.source.size": storage}
    assert fixes(*here, {"storage": {"size": "1Gi"}}) == {"spec.storage.size": storage}
    claim = "move it to `spec.pvc.resources.requests.storage`"
    assert fixes(*here, {"source": {"http": {"size": "1Gi"}}, "pvc": {}}) == {"spec.source.http.size": claim}
    assert fixes(*here, {"storage": {}, "storageClassName": "fast"}) == {
        "spec.storageClassName": "move it to `spec.storage.storageClassName`"
    }


def test_two_places_alike_are_no_hint() -> None:
    assert fixes("cdi.kubevirt.io/v1beta1", "DataVolume", {"storageClassName": "fast"}) == {
        "spec.storageClassName": "remove it, or move it to its place"
    }


def test_metadata_of_the_object() -> None:
    schema = schema_of("kubevirt.io/v1", "VirtualMachine")
    assert schema is not None
    data = {
        "metadata": {"name": "a", "annotation": {"b": "c"}, "spec": {"template": {}}},
        "spec": template({"domain": {"devices": {}}}),
    }
    assert [(render(refusal.path), in_words(WORDS, refusal).fix) for refusal in check(data, schema)] == [
        ("metadata.annotation", "write `annotations`"),
        ("metadata.spec", "move it to `spec`"),
    ]


@pytest.mark.parametrize(("size", "edits"), [("1Gi", (Remove(("spec", "source", "size")),)), ("2Gi", ())])
def test_a_place_that_is_taken_is_reported(size: str, edits: tuple[Remove, ...]) -> None:
    schema = schema_of("cdi.kubevirt.io/v1beta1", "DataVolume")
    assert schema is not None
    storage = {"resources": {"requests": {"storage": "1Gi"}}}
    data = {"metadata": {"name": "a"}, "spec": {"source": {"blank": {}, "size": size}, "storage": storage}}
    (refusal,) = check(data, schema)
    words = taken_words(refusal)
    assert words is not None
    assert words.fix == "remove it: `spec.storage.resources.requests.storage` is set already"
    assert (words.edits(refusal) if words.edits else ()) == edits
    data["spec"]["storage"] = {}  # type: ignore[index]
    (refusal, *_) = check(data, schema)
    assert taken_words(refusal) is None


@pytest.mark.parametrize(
    ("field", "fix", "sure"),
    [
        ("userDataSecretRef", "did you mean `networkDataSecretRef` or `secretRef`?", False),
        ("secretReff", "write `secretRef`", True),
        ("sercetRef", "write `secretRef`", True),
        ("secret_ref", "write `secretRef`", True),
        ("network-data-secret-ref", "write `networkDataSecretRef`", True),
        ("cloudSecrets", "remove it, or move it to its place", False),
    ],
)
def test_a_suggestion_is_sure_only_where_one_field_is_near(field: str, fix: str, sure: bool) -> None:
    schema = schema_of("kubevirt.io/v1", "VirtualMachine")
    assert schema is not None
    volume = {"name": "init", "cloudInitNoCloud": {field: {"name": "init"}}}
    spec = template({"domain": {"devices": {}}, "volumes": [volume]})
    (refusal,) = check({"metadata": {"name": "a"}, "spec": spec}, schema)
    words = in_words(WORDS, refusal)
    assert fix in words.fix
    assert (words.edits is not None and words.sure) is sure


@pytest.mark.parametrize(
    ("resources", "fix"),
    [
        ({"limits": {"memory": "2Gi"}}, "podResourceRequirements"),
        ({"requests": {"cpu": 1, "memory": "1Gi"}}, "podResourceRequirements"),
        ({"requests": {"storage": "2Gi"}}, "storage.resources"),
    ],
)
def test_resources_of_a_data_volume_are_those_of_its_disk_or_of_the_pods(resources: dict[str, Any], fix: str) -> None:
    spec = {"source": {"blank": {}}, "storage": {}, "resources": resources}
    assert fix in fixes("cdi.kubevirt.io/v1beta1", "DataVolume", spec)["spec.resources"]


def test_a_field_that_is_indented_too_little_belongs_to_the_key_above_it() -> None:
    domain = {"cpu": None, "cores": 2, "machine": {"type": "q35"}, "memory": None, "guest": "2Gi"}
    found = fixes("kubevirt.io/v1", "VirtualMachine", template({"domain": domain}))
    assert found == {
        "spec.template.spec.domain.cores": "move it to `spec.template.spec.domain.cpu.cores`",
        "spec.template.spec.domain.guest": "move it to `spec.template.spec.domain.memory.guest`",
    }


@pytest.mark.parametrize(
    "labels",
    [
        {"labels": None, "name": "web", "app": "web"},  # another field is between them
        {"labels": {"tier": "front"}, "app": "web"},
        {"labels": None, "app": {"name": "web"}},
        {"finalizers": None, "app": "web"},
        {"app": "web", "labels": None},
    ],
)
def test_a_field_that_does_not_fit_the_key_above_it_does_not_belong_there(labels: dict[str, Any]) -> None:
    found = fixes("kubevirt.io/v1", "VirtualMachine", {"template": {"metadata": labels, "spec": {}}})
    assert found == {"spec.template.metadata.app": "remove it, or move it to its place"}


def test_a_misspelt_field_below_an_empty_mapping_of_any_keys_is_not_one_of_its_keys() -> None:
    metadata = {"name": "web", "labels": None, "namespce": "a", "tier": "front"}
    below: dict[str, Any] = {"nodeSelector": None, "hostnam": "web", "zone": "a", "domain": {"devices": {}}}
    assert fixes("kubevirt.io/v1", "VirtualMachine", template(below), metadata=metadata) == {
        "metadata.namespce": "write `namespace`",
        "metadata.tier": "move it to `metadata.labels.tier`",
        "spec.template.spec.hostnam": "write `hostname`",
        "spec.template.spec.zone": "move it to `spec.template.spec.nodeSelector.zone`",
    }
