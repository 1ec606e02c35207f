"""The JSON Schema of packs says what the reader takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from vmlint.errors import ConfigError
from vmlint.packs.reading import _CONDITION, _PACK, _RULE, read
from vmlint.packs.schema import CONDITION, PACK, RULE, schema

VALIDATOR = Draft7Validator(schema())
PACKS = Path(__file__).parents[2] / "fixtures" / "packs"


def test_the_schema_has_the_readers_keys() -> None:
    assert (list(PACK), list(RULE), list(CONDITION)) == (list(_PACK), list(_RULE), list(_CONDITION))


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("file", sorted(PACKS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_examples_fit(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(file.read_text()))] == []


def rule(**keys: Any) -> dict[str, Any]:
    least = {"id": "H1", "slug": "fault", "subject": "VirtualMachine", "message": "m", "forbid": condition()}
    return {"rules": [{key: value for key, value in {**least, **keys}.items() if value is not ...}]}


def condition(**keys: Any) -> dict[str, Any]:
    return {"path": "a", **(keys or {"exists": True})}


GOOD = (
    *(rule(**{key: example}) for key, shape in RULE.items() for example in shape.get("examples", ())),
    *(
        rule(forbid={"path": "a", "exists": True} | ({key: example} if key in ("path", "exists") else {}))
        for key, shape in CONDITION.items()
        for example in shape.get("examples", ())
    ),
    *(
        rule(forbid=condition(**{key: example}))
        for key in CONDITION
        if key not in ("path", "via", "exists", "message")
        for example in CONDITION[key]["examples"]
    ),
    rule(when=[condition(), condition()], unless=condition()),
)
BAD = (
    {},
    {"rules": []},
    {"rules": [3]},
    {**rule(), "pack": "A"},
    {**rule(), "more": 1},
    *(rule(**{key: ...}) for key in ("id", "slug", "subject", "forbid")),
    *(rule(**{key: 3}) for key in RULE),
    rule(id="h1"),
    rule(slug="Fault"),
    rule(level="fatal"),
    rule(subject="Deployment"),
    rule(subject=[]),
    rule(forbid={"exists": True}),
    rule(forbid=condition(exists=3)),
    rule(forbid=condition(exists=True, via="nowhere")),
    rule(forbid={**condition(), "more": 1}),
)


@pytest.mark.parametrize("pack", GOOD, ids=str)
def test_what_the_reader_takes_fits(pack: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(yaml.safe_dump(pack, allow_unicode=True))
    assert read(file)
    assert VALIDATOR.is_valid(pack)


@pytest.mark.parametrize("pack", BAD, ids=str)
def test_what_does_not_fit_the_reader_refuses(pack: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(yaml.safe_dump(pack, allow_unicode=True))
    assert not VALIDATOR.is_valid(pack)
    with pytest.raises(ConfigError):
        read(file)
