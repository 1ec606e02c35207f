"""The schema for editors takes what the reader takes, and refuses what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from vmlint.config.config import Config
from vmlint.config.schema import schema
from vmlint.config.settings import SETTINGS
from vmlint.registry import rules
from vmlint.source.authored import At

SCHEMA = schema(rules())
VALIDATOR = Draft7Validator(SCHEMA)
READERS = {setting.key: setting for setting in SETTINGS}


def reads(document: dict[str, Any]) -> bool:
    """Whether the reader takes all of a document, whatever rules there are."""
    at = At(folder=Path(__file__).parents[2])
    for key, value in document.items():
        if key not in READERS:
            return False
        READERS[key].shape.read(value, at / key)
    return not at.mistakes


def either(*strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(*strategies, STRANGE)


STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, -1, 7, 1.5, "", " ", "text", [], [""], [None], [3], {}, {"a": 1}, [{}], [[]]]
)
PATHS = either(st.lists(st.sampled_from(["vmlint", "rules/", "README.md", ""]), max_size=3))
GLOBS = either(st.lists(st.sampled_from(["charts/**/templates/", "*.yml", "!a/b", " "]), max_size=3))
NAMES = either(st.lists(st.sampled_from(["VM1", "vm103", "inference", "running-deprecated", "ours-1", ""]), max_size=3))
LEVELS = either(
    st.dictionaries(
        st.sampled_from(["VM1", "hygiene", "ours-1"]),
        st.sampled_from(["error", "warning", "note", "off", "never", "", None, False, True, 1]),
        max_size=3,
    )
)
OBJECT = st.sampled_from(
    [
        "DataSource golden/*",
        "DataSource golden",
        " DataSource   golden/x ",
        "StorageClass ceph-*",
        "StorageClass a/ceph",
        "Widget a/b",
        "Widget a",
        "Widget a/b/c",
        "Widget a/",
        "Widget",
        "* a",
        "a b c",
        "",
    ]
)


def mapping(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={**fields, "nonsense": st.just(1)})


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "paths": PATHS,
    "exclude": GLOBS,
    "context": PATHS,
    "crds": PATHS,
    "outside": either(st.lists(OBJECT, max_size=3)),
    "closed-world": either(st.lists(st.sampled_from(["shop", "team-*", " "]), max_size=2)),
    "target": either(
        mapping(kubevirt=either(st.from_regex(r"\Av?[0-9]{1,5}\.[0-9]{1,5}(\.[0-9])?([-+][a-z.]{0,3})?\Z")))
    ),
    "default-namespace": either(st.from_regex(r"\A[a-zA-Z0-9.-]{1,65}\Z")),
    "catalogs": either(
        st.lists(
            st.sampled_from(
                [
                    "common-instancetypes@v1.5.1",
                    "common-instancetypes@1.5.1",
                    "common-instancetypes@v1x5.1",
                    "common-instancetypes",
                    "openshift-virtualization",
                    "openshift-virtualization@v1",
                ]
            ),
            max_size=2,
        )
    ),
    "render": STRANGE,
    "select": NAMES,
    "ignore": NAMES,
    "levels": LEVELS,
    "overrides": either(st.lists(mapping(paths=GLOBS, select=NAMES, ignore=NAMES, levels=LEVELS), max_size=2)),
    "ignores": either(
        st.lists(
            mapping(
                rule=either(st.just("VM1")),
                object=either(OBJECT),
                path=either(st.just("legacy/")),
                reason=either(st.just("why")),
                until=either(st.sampled_from(["2030-12-31", "2030-1-1", "2030-12-31T00:00:00Z"])),
            ),
            max_size=2,
        )
    ),
    "baseline": either(st.just("known.json")),
    "rules": either(st.lists(st.sampled_from([".pre-commit-hooks.yaml", ""]), max_size=2)),
    "fail-on": either(st.sampled_from(["error", "warning", "note", "never", "off"])),
    "strict": st.booleans() | st.sampled_from(["true", 1, None]),
    "unknown-fields": st.sampled_from(["default", "error", "warning", True, None]),
    "max-file-size": either(
        st.integers(-2, 2), st.from_regex(r"\A[+-]?[0-9]{0,3}\.?[0-9]{0,2}(Ki|Mi|k|M|m|n|MB|e[+-]?[0-9]|E)?\Z")
    ),
    "nonsense": STRANGE,
}


def test_every_key_is_described_and_drawn() -> None:
    assert list(SCHEMA["properties"]) == [setting.key for setting in SETTINGS]
    assert list(VALUES) == [*SCHEMA["properties"], "nonsense"]
    Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("key", VALUES)
def test_a_value_is_taken_by_both_or_by_neither(key: str) -> None:
    @given(VALUES[key])
    def compare(value: Any) -> None:
        document = {key: value}
        assert VALIDATOR.is_valid(document) == reads(document)

    compare()


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_a_document_is_taken_by_both_or_by_neither(document: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(document) == reads(document)


@pytest.mark.parametrize("key", [key for key, shape in SCHEMA["properties"].items() if "default" in shape])
def test_the_default_is_that_of_the_engine(key: str) -> None:
    setting = READERS[key]
    value = setting.shape.read(SCHEMA["properties"][key]["default"], At(folder=Path()))
    assert value == getattr(Config(), setting.field)
