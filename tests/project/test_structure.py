"""The shape of the project: who imports whom, and what a rule's file holds."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from tests.cases import UNPROVOKED, for_each
from vmlint.model.kinds import KINDS, Kind
from vmlint.registry import rules
from vmlint.rule import Rule

ROOT = Path(__file__).parents[2]

LAYERS = (
    ("digest", "errors", "record", "runtime", "version"),
    ("source",),
    ("model",),
    ("catalog", "graph", "gitops"),
    ("schema", "kubevirt", "cdi"),
    ("world", "rule"),
    ("rules", "packs", "registry"),
    ("config", "findings"),
    ("engine", "parallel", "cache", "explain", "fix", "impact"),
    ("report", "api", "audit", "server", "cli", "__init__", "__main__"),
)
"""The rooms of vmlint, as README and ARCHITECTURE.md draw them. Each imports from its own row and from the rows above
it, and no two import each other."""

MOST_MODULES = 8
"""The most modules that are directly in `vmlint/`."""


FAMILIES = {
    "operations": r"0[0-4]\d",
    "cluster": r"0[5-9]\d",
    "inference": r"1\d\d",
    "instancetype": r"2\d\d",
    "preference": r"3\d\d",
    "storage": r"4\d\d",
    "machine": r"5\d\d",
    "sizing": r"6\d\d",
    "api": r"7\d\d",
    "references": r"8\d\d",
    "hygiene": r"9\d\d",
}
"""The pattern of a family's numbers, after `VM`."""

HEADINGS = (
    r"## What it does",
    r"## Why it (fails|does nothing|matters)",
    r"## Cluster message",
    r"## Bad",
    r"## Good",
    r"## How to fix",
    r"## Source",
)
OPTIONAL = "## How to configure"
"""Before the source, for a rule that has a setting of its own; `documentation` adds what every rule has."""

RULES = for_each(rules(), lambda rule: rule.slug)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module by its dotted name below vmlint; `rules/` is installed as `vmlint.rules`."""
    return {name: ast.parse(file.read_text("utf-8"), str(file)) for name, file in files().items()}


@cache
def packages() -> frozenset[str]:
    """The names of `modules` that are packages."""
    return frozenset(name for name, file in files().items() if file.name == "__init__.py")


@cache
def files() -> dict[str, Path]:
    """The file of each module, by the module's dotted name below vmlint."""
    found = {}
    for folder, prefix in (("vmlint", ()), ("rules", ("rules",))):
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = (*prefix, *file.relative_to(ROOT / folder).with_suffix("").parts)
            name = parts if len(parts) == 1 or parts[-1] != "__init__" else parts[:-1]
            found[".".join(name)] = file
    return found


def imports(name: str, tree: ast.Module) -> Iterator[str]:
    """The modules of vmlint that a module imports, as dotted names below it: conditional and deferred imports too.

    `from vmlint import check` is "check", and belongs to whoever gives that name: the package itself.
    """
    known = modules()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("vmlint.") for alias in node.names if alias.name.startswith("vmlint."))
        elif isinstance(node, ast.ImportFrom) and (above := _package(name, node)) is not None:
            for alias in node.names:
                inner = ".".join(filter(None, (above, alias.name)))
                yield inner if inner in known else above or "__init__"


def _package(name: str, node: ast.ImportFrom) -> str | None:
    """From where an import takes names, None where that is not in vmlint."""
    if not node.level:
        module = node.module or ""
        return module.removeprefix("vmlint").removeprefix(".") if f"{module}.".startswith("vmlint.") else None
    steps = name.split(".")
    up = node.level - (name in packages())
    return ".".join((*steps[: len(steps) - up], *filter(None, [node.module])))


def room(name: str) -> str:
    """The package in `vmlint/`, or the module directly in it."""
    return name.partition(".")[0] or "__init__"


def layer(name: str) -> int:
    return next((index for index, row in enumerate(LAYERS) if room(name) in row), -1)


def circle(arrows: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Names that import each other, one way round; empty where there are none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()


def test_the_layers_name_every_room_once() -> None:
    written = [name for row in LAYERS for name in row]
    assert sorted(written) == sorted({room(name) for name in modules()})


def test_few_modules_are_directly_in_the_package() -> None:
    directly = [file.name for file in (ROOT / "vmlint").glob("*.py")]
    assert len(directly) <= MOST_MODULES


def test_modules_import_from_their_own_row_and_those_above() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, tree in modules().items()
        for other in imports(name, tree)
        if layer(other) > layer(name)
    ]
    assert wrong == []


def test_no_two_files_import_each_other() -> None:
    assert circle({name: set(imports(name, tree)) - {name} for name, tree in modules().items()}) == ()


def test_no_two_rooms_import_each_other() -> None:
    arrows: dict[str, set[str]] = {}
    for name, tree in modules().items():
        arrows.setdefault(room(name), set()).update(room(other) for other in imports(name, tree))
    assert circle({name: others - {name} for name, others in arrows.items()}) == ()


def test_a_circle_is_noticed() -> None:
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]}) != ()
    assert circle({"a": ["b", "c"], "b": ["c"]}) == ()


def test_no_rule_is_named_in_the_engine() -> None:
    named = [
        f"{file.relative_to(ROOT)}: {number}"
        for file in sorted((ROOT / "vmlint").rglob("*.py"))
        for number in re.findall(r"\bVM\d{3}\b", file.read_text("utf-8"))
    ]
    assert named == []


BY_NAME = {
    "gitops.part: self.kind.name in _BINDINGS": "kustomize compares no group here",
    "report.graph.html: node.resource.ref.kind in _WITHHELD": "a Secret of any group is withheld",
}
"""Where the name of a kind is compared without its group, and why."""


def test_kinds_are_distinguished_in_the_model_alone() -> None:
    """Elsewhere an object's class says what it is: `isinstance`, not `ref.kind == "VirtualMachine"`."""
    compared = [
        f"{name}: {words}"
        for name, tree in modules().items()
        if name != "__main__" and not name.startswith("model")
        for words in compared_kinds(tree, vars(import_module(f"vmlint.{name}".removesuffix(".__init__"))))
    ]
    assert sorted(compared) == sorted(BY_NAME)


@pytest.mark.parametrize(
    "code",
    [
        "ref.kind == 'VirtualMachine'",
        "'VirtualMachine' != resource.ref.kind",
        "ref.kind in ('Pod', 'VirtualMachine')",
        "ref.kind == NAME",
        "ref.kind.lower() in NAMES",
        "ref.kind in ROWS",
        "other.NAMES and ref.kind in other.NAMES",
        "{1: ref.kind in {*NAMES}}",
        "match ref.kind:\n    case 'Pod' | 'VirtualMachine': pass",
    ],
)
def test_a_comparison_of_kinds_is_seen(code: str) -> None:
    names = {"NAME": "VirtualMachine", "NAMES": frozenset({"VirtualMachine"}), "ROWS": {"VirtualMachine": 1}}
    assert len(list(compared_kinds(ast.parse(code), {**names, "other": SimpleNamespace(**names)}))) == 1
    assert list(compared_kinds(ast.parse(code.replace("VirtualMachine", "Widget")), {"other": None})) == []


def compared_kinds(tree: ast.Module, namespace: Mapping[str, Any]) -> Iterator[str]:
    """The comparisons of a `.kind` with the bare name of a known kind, written there or in a constant.

    With the group beside it (`(ref.group, ref.kind)`), or with a row of KINDS, a kind is compared whole.
    """
    known = {kind.name for kind in KINDS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Match):
            sides: list[ast.AST] = [node.subject, *(case.pattern for case in node.cases)]
        elif isinstance(node, ast.Compare) and not any(isinstance(op, ast.Is | ast.IsNot) for op in node.ops):
            sides = [node.left, *node.comparators]
        else:
            continue
        kinds = [side for side in sides if "kind" in attributes(side)]
        others = [side for side in sides if side not in kinds]
        if any({"group", "api_version"} & attributes(side) for side in kinds):
            continue
        if kinds and any(known & set(strings(side, namespace)) for side in others):
            yield ast.unparse(node).partition("\n")[0]


def attributes(tree: ast.AST) -> set[str]:
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def strings(tree: ast.AST, namespace: Mapping[str, Any]) -> Iterator[str]:
    """The strings in an expression: written there, or held by what it names."""
    for node in ast.walk(tree):
        value: Any = None
        if isinstance(node, ast.Constant):
            value = node.value
        elif isinstance(node, ast.Name):
            value = namespace.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            value = getattr(namespace.get(node.value.id), node.attr, None)
        held = [value] if isinstance(value, str) else value
        if isinstance(held, list | tuple | set | frozenset | dict) and not isinstance(held, Kind):
            yield from (one for one in held if isinstance(one, str))


# What a rule's file holds


def test_every_rule_file_is_listed_in_the_order_of_the_numbers() -> None:
    listed = import_module("vmlint.rules").RULES
    files = {
        f"{file.parent.name}.{file.stem}" for file in (ROOT / "rules").glob("*/*.py") if not file.name.startswith("_")
    }
    assert sorted(listed) == sorted(files)
    by_module = {f"{rule.family}.{rule.slug.replace('-', '_')}": rule.id for rule in rules()}
    assert [by_module[name] for name in listed] == sorted(by_module.values())


def test_numbers_and_slugs_are_unique() -> None:
    assert len({rule.id for rule in rules()}) == len(rules())
    assert len({rule.slug for rule in rules()}) == len(rules())


@RULES
def test_the_number_lies_in_the_familys_range(rule: Rule) -> None:
    assert re.fullmatch(rf"VM(?:{FAMILIES[rule.family]})", rule.id)


@RULES
def test_the_page_has_its_headings_in_order(rule: Rule) -> None:
    headings = [line for line in rule.page.splitlines() if line.startswith("#")]
    if OPTIONAL in headings:
        assert headings.pop(-2) == OPTIONAL
    assert len(headings) == len(HEADINGS)
    for heading, pattern in zip(headings, HEADINGS, strict=True):
        assert re.fullmatch(pattern, heading)


@RULES
def test_the_page_begins_with_a_title_of_one_line(rule: Rule) -> None:
    title, blank, heading = rule.page.splitlines()[:3]
    assert (title.endswith("."), blank, heading) == (True, "", "## What it does")
    assert len(title) <= 100


@RULES
def test_the_examples_are_yaml(rule: Rule) -> None:
    for heading in ("Bad", "Good"):
        check_example(rule, heading)


def check_example(rule: Rule, heading: str) -> None:
    section = rule.page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    example = textwrap.dedent(section)
    assert section.startswith("    ")
    if rule.slug == "unreadable-document" and heading == "Bad":
        with pytest.raises(yaml.YAMLError):
            list(yaml.safe_load_all(example))
    else:
        assert [document for document in yaml.safe_load_all(example) if document]


@RULES
def test_the_source_names_files_or_documents(rule: Rule) -> None:
    assert rule.page.partition("## Source\n")[2].strip()


@RULES
def test_fixtures_carry_the_slug(rule: Rule) -> None:
    folder = ROOT / "fixtures" / rule.slug
    if rule.slug not in UNPROVOKED:
        assert {"bad", "good"} <= {case.name for case in folder.iterdir() if case.is_dir()}


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    apart = {"packs", "quickstart", "repos"}
    folders = {folder.name for folder in (ROOT / "fixtures").iterdir() if folder.is_dir()}
    assert folders - apart == {rule.slug for rule in rules()} & folders
