"""The documentation of fields: what the table says exists, and hover gets what is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vmlint.catalog.fields import SECTIONS, field_text, sections
from vmlint.schema.node import Node
from vmlint.server.fields import FieldDoc, _schema, documentation, fields_below

SPEC = ("spec", "template", "spec")
RECURSIVE = 14


def below(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of each field below a schema, without steps into lists."""
    for steps, child in node.parts():
        yield (*path, *steps)
        if child.values is not None:
            yield from ((*path, *steps, name) for name in ("cpu", "memory", "storage"))
        if len(path) < RECURSIVE:
            yield from below(child, (*path, *steps))


def doc(field: str, kind: str = "VirtualMachine", **extra: str) -> FieldDoc:
    found = documentation(kind, tuple(field.split(".")), **extra)  # type: ignore[arg-type]
    assert found is not None, field
    return found


def test_the_table_names_only_fields_of_the_schemas() -> None:
    """A text that no field of any kind takes would be dead, or belong to a misspelt field."""
    taken = set()
    for kind in SECTIONS:
        root, _ = _schema(kind, "")
        for path in below(root) if root else ():
            text = field_text(kind, path)
            if text is not None:
                taken.add(id(text))
    unreachable = ("metadata", "root", "claim", "common")
    dead = [
        f"{section}: {path}"
        for section, rows in sections().items()
        for path, text in rows.items()
        if id(text) not in taken and section not in unreachable
    ]
    assert dead == []


def test_most_fields_of_a_vm_have_a_text() -> None:
    root, _ = _schema("VirtualMachine", "")
    assert root is not None
    paths = [path for path in below(root) if path[0] == "spec" and "affinity" not in path]
    without = [".".join(path) for path in paths if field_text("VirtualMachine", path) is None]
    assert len(without) < len(paths) / 4, without


def test_texts_are_short_sentences() -> None:
    for section, rows in sections().items():
        for path, row in rows.items():
            where = f"{section}.{path}"
            assert row.text.endswith("."), where
            assert len(row.text) < 200, where
            assert not any(meaning.endswith(".") for meaning in row.values.values()), where


@pytest.mark.parametrize(
    ("kind", "field", "word"),
    [
        ("VirtualMachine", "spec.runStrategy", "starts"),
        ("VirtualMachine", "spec.template.spec.domain.cpu.cores", "Cores"),
        ("VirtualMachineInstance", "spec.domain.cpu.cores", "Cores"),
        ("VirtualMachinePool", "spec.virtualMachineTemplate.spec.template.spec.domain.cpu.cores", "Cores"),
        ("VirtualMachine", "spec.dataVolumeTemplates.spec.storage.accessModes", "ReadWriteMany"),
        ("DataVolume", "spec.storage.accessModes", "ReadWriteMany"),
        ("DataImportCron", "spec.template.spec.source.registry.url", "docker://"),
        ("VirtualMachine", "spec.template.spec.domain.features.hyperv.vapic", "interrupt"),
        ("VirtualMachineClusterPreference", "spec.features.preferredHyperv.vapic", "interrupt"),
        ("VirtualMachineClusterInstancetype", "spec.memory.guest", "Memory"),
        ("PersistentVolumeClaim", "spec.storageClassName", "StorageClass"),
        ("VirtualMachine", "metadata.labels", "Labels"),
        ("VirtualMachineTemplate", "spec.virtualMachine.spec.runStrategy", "starts"),
    ],
)
def test_a_field_has_the_same_text_wherever_it_is(kind: str, field: str, word: str) -> None:
    assert word in doc(field, kind).text


def test_indexes_of_lists_may_be_in_a_path() -> None:
    with_index = documentation("VirtualMachine", (*SPEC, "volumes", 3, "containerDisk", "image"))
    assert with_index is not None
    assert with_index.text == doc("spec.template.spec.volumes.containerDisk.image").text
    assert with_index.required


def test_a_field_without_a_text_has_the_type_of_the_schema() -> None:
    found = doc("spec.template.spec.domain.chassis.sku")
    assert (found.text, found.type) == ("", "string")


@pytest.mark.parametrize(
    ("field", "kind", "expected"),
    [
        ("spec.template.spec.volumes", "VirtualMachine", "list of objects"),
        ("spec.template.spec.nodeSelector", "VirtualMachine", "map of strings"),
        ("spec.template.spec.domain.resources.requests", "VirtualMachine", "map of quantities"),
        ("metadata.labels", "VirtualMachine", "map of strings"),
        ("spec.storage.resources.requests.storage", "DataVolume", "quantity"),
    ],
)
def test_types_in_words(field: str, kind: str, expected: str) -> None:
    assert doc(field, kind).type == expected


def test_what_does_not_exist_has_no_documentation() -> None:
    assert documentation("VirtualMachine", ("spec", "nonsense")) is None
    assert documentation("VirtualMachine", ("spec", "template", "spec", "enabled")) is None
    assert documentation("Deployment", ("spec", "replicas")) is None
    assert documentation("VirtualMachine", ()) is None


def test_a_release_has_its_own_fields() -> None:
    field = (*SPEC, "domain", "memory", "maxGuest")
    assert documentation("VirtualMachine", field, (1, 0)) is None
    assert documentation("VirtualMachine", field, (1, 1)) is not None
    assert "Since KubeVirt 1.1." in doc("spec.template.spec.domain.memory.maxGuest").markdown


def test_a_proposal_is_named_as_one_and_in_no_release() -> None:
    field = (*SPEC, "domain", "cpu", "guest")
    found = documentation("VirtualMachine", field)
    assert found is not None
    assert "proposal" in found.markdown
    assert documentation("VirtualMachine", field, (1, 9)) is None


def test_values_come_from_the_table_or_the_schema() -> None:
    assert set(doc("spec.runStrategy").values) >= {"Always", "Halted", "Manual"}
    assert set(doc("spec.template.spec.dnsPolicy").values) >= {"ClusterFirst", "None"}
    assert list(doc("spec.running").values) == ["true", "false"]
    assert set(doc("spec.storage.accessModes", "DataVolume").values) >= {"ReadWriteOnce", "ReadWriteMany"}


def test_fields_below_a_list_are_those_of_its_entries() -> None:
    names = [found.name for found in fields_below("VirtualMachine", (*SPEC, "domain", "devices", "disks"))]
    entry = [found.name for found in fields_below("VirtualMachine", (*SPEC, "domain", "devices", "disks", 0))]
    assert "bootOrder" in names
    assert names == entry


def test_fields_below_hide_what_is_gone() -> None:
    assert "flavor" not in [found.name for found in fields_below("VirtualMachine", ("spec",))]
    assert "flavor" in [found.name for found in fields_below("VirtualMachine", ("spec",), (0, 55))]


def test_the_markdown_has_type_values_and_default() -> None:
    text = doc("spec.instancetype.inferFromVolumeFailurePolicy").markdown
    assert "`spec.instancetype.inferFromVolumeFailurePolicy` · string" in text
    assert "- `RejectInferFromVolumeFailure`: KubeVirt refuses the VM" in text
    assert "Default: `RejectInferFromVolumeFailure`." in text
