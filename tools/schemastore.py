"""Writes the schemas of configuration and packs into a checkout of SchemaStore: `python -m tools.schemastore FOLDER`.

SchemaStore asks for a schema with its address, and for files that fit it: its CONTRIBUTING.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]

CATALOG = ROOT / "packaging" / "schemastore" / "catalog.json"


class Entry(NamedTuple):
    """A schema of this repository, and the files that are to fit it."""

    schema: str
    examples: str


ENTRIES: Mapping[str, Entry] = {
    "vmlint": Entry("docs/vmlint.schema.json", "fixtures/instancetype-not-found/*/.vmlint.yaml"),
    "vmlint-pack": Entry("docs/pack.schema.json", "fixtures/packs/*.yaml"),
}
"""Each schema by its name in the store."""


def write(store: Path) -> None:
    """Writes both schemas and their tests below `src` in a checkout."""
    for name, entry in ENTRIES.items():
        known = json.loads((ROOT / entry.schema).read_text("utf-8"))
        schema = {"$schema": known["$schema"], "$id": address(name), **known}
        _write(store / "src" / "schemas" / "json" / f"{name}.json", json.dumps(schema, indent=2, ensure_ascii=False))
        for file in sorted(ROOT.glob(entry.examples)):
            called = file.name if file.name[0] != "." else f"{file.parent.name}.yaml"
            _write(store / "src" / "test" / name / called, file.read_text("utf-8").rstrip("\n"))


def address(name: str) -> str:
    """Where SchemaStore publishes a schema."""
    return f"https://www.schemastore.org/{name}.json"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    print(CATALOG.read_text("utf-8"), end="")
