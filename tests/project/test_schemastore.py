"""What goes to SchemaStore: schemas with their addresses, and files that fit them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from tools import schemastore


@pytest.mark.parametrize("name", schemastore.ENTRIES)
def test_a_schema_has_its_address_and_files_that_fit(name: str, tmp_path: Path) -> None:
    schemastore.write(tmp_path)
    schema = json.loads((tmp_path / f"src/schemas/json/{name}.json").read_text("utf-8"))
    assert list(schema)[:2] == ["$schema", "$id"]
    assert schema["$id"] == schemastore.address(name)
    Draft7Validator.check_schema(schema)
    files = sorted((tmp_path / "src" / "test" / name).iterdir())
    assert files
    wrong = {
        file.name: [error.message for error in Draft7Validator(schema).iter_errors(yaml.safe_load(file.read_text()))]
        for file in files
    }
    assert wrong == {file.name: [] for file in files}


def test_the_catalog_names_each_schema_once() -> None:
    entries = json.loads(schemastore.CATALOG.read_text("utf-8"))
    assert [entry["url"] for entry in entries] == [schemastore.address(name) for name in schemastore.ENTRIES]
    assert all(set(entry) == {"name", "description", "fileMatch", "url"} for entry in entries)
