"""Packs made by chance: each is read, or refused with every mistake named; nothing else comes out, nor when it runs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import analysed
from tests.packs.test_judge import DISK, KUBEVIRT, SMALL, VM
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.errors import ConfigError
from vmlint.packs.reading import read
from vmlint.packs.schema import CONDITION, RULE
from vmlint.packs.way import WAYS

PATHS = (
    "metadata.name",
    "metadata.labels.team",
    "$",
    "$..name",
    "spec",
    "spec.template.spec.volumes[*].name",
    "spec.template.spec.domain.memory.guest",
    "spec.template.spec.volumes[?(@.name =~ 'o+')]",
    "spec.instancetype.*",
    "a[",
    "spec[0]",
)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([*PATHS, ">= 1", "(", "*", "{a}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def examples(shapes: Any, key: str) -> st.SearchStrategy[Any]:
    known = [*shapes[key].get("examples", ()), *shapes[key].get("enum", ())]
    return st.sampled_from(known) if known else st.just("text {name} {value}")


def keys(shapes: Any, chosen: dict[str, st.SearchStrategy[Any]], wild: bool) -> dict[str, st.SearchStrategy[Any]]:
    """A value for each key: one that is likely, or where it is `wild` anything."""
    likely = {key: chosen.get(key, examples(shapes, key)) for key in shapes}
    return {key: one | ANYTHING for key, one in likely.items()} if wild else likely


def conditions(wild: bool) -> st.SearchStrategy[Any]:
    via = st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=2)
    known = keys(CONDITION, {"path": st.sampled_from(PATHS), "via": via}, wild)
    asked = [key for key in known if key not in ("path", "via", "message")]
    one = st.sampled_from(asked).flatmap(
        lambda key: st.fixed_dictionaries({"path": known["path"], key: known[key]}, optional={"via": known["via"]})
    )
    return one | st.lists(one, min_size=1, max_size=2)


def rules(wild: bool) -> st.SearchStrategy[Any]:
    groups = {key: conditions(wild) for key in ("when", "unless", "require", "forbid")}
    each = st.sampled_from(["spec", "spec.template.spec.volumes[*]", "$..name"])
    known = keys(RULE, {**groups, "each": each, "subject": st.just("VirtualMachine"), "message": st.just("m")}, wild)
    needed = ("id", "slug", "subject", "message", "forbid")
    return st.fixed_dictionaries(
        {key: known[key] for key in needed}, optional={key: one for key, one in known.items() if key not in needed}
    )


@settings(deadline=None)
@given(st.lists(rules(wild=True) | ANYTHING, max_size=2) | ANYTHING)
def test_whatever_is_written_is_read_or_refused(entries: Any) -> None:
    _read({"rules": entries})


@settings(deadline=None, max_examples=60)
@given(rules(wild=False))
def test_whatever_is_read_runs(rule: Any) -> None:
    said = analysed(_read({"rules": [rule]}), WORLDS)
    assert said.crashes == []


def _worlds() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate((VM, VM.replace("web", "${NAME}"), SMALL, DISK, KUBEVIRT)):
            Path(folder, f"{number}.yaml").write_text(text.lstrip())
        return snapshot_of(RunRequest((folder,))).worlds


WORLDS = _worlds()


def _read(pack: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pack.yaml")
        file.write_text(yaml.safe_dump(pack, allow_unicode=True))
        try:
            return read(file)
        except ConfigError as error:
            assert all(f"{file.name}:" in reported for reported in error.mistakes)
            return ()
