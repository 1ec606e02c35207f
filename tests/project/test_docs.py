"""The pages under `docs/` are up to date, and their links and examples are valid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.cases import FIXTURES, UNPROVOKED
from tools.docs import DOCS, PACK, generated, pages
from vmlint.config.file import load
from vmlint.config.settings import SETTINGS
from vmlint.registry import rules

MARKDOWN = sorted(DOCS.rglob("*.md"))


def test_the_pages_are_up_to_date() -> None:
    made = pages()
    stale = [file.name for file, text in made.items() if not file.is_file() or file.read_text("utf-8") != text]
    assert stale == []  # else: python -m tools.accept
    assert set(generated()) <= set(made)


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Files are there, and so are the headings that links name."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)]+)\)", prose):
        if "://" in target:
            continue
        file, _, heading = target.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), target
        assert there.resolve().is_relative_to(DOCS), target  # the site has nothing else
        assert not heading or heading in _anchors(there), target


def _anchors(page: Path) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


WHOLE = re.compile(r'<details markdown="1">\n<summary>Whole manifests</summary>\n(.*?)</details>\n', re.DOTALL)


def test_every_rule_has_its_page_with_its_examples() -> None:
    for rule in rules():
        page = WHOLE.sub("", (DOCS / "rules" / f"{rule.slug}.md").read_text("utf-8"))
        shown = [yaml_of(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
        examples = [
            yaml_of(block) for block in re.findall(r"(?m)^## (?:Bad|Good)\n((?: {4}.*\n|\n(?= {4}))+)", rule.page)
        ]
        assert len(examples) == 2
        assert shown == examples, rule.slug


def test_pages_show_the_fixtures_whole() -> None:
    """The manifests that a reader can copy are those of which `test_rules.py` checks what is reported."""
    for rule in rules():
        wholes = WHOLE.findall((DOCS / "rules" / f"{rule.slug}.md").read_text("utf-8"))
        if rule.slug in UNPROVOKED:
            assert wholes == []
            continue
        assert len(wholes) == 2
        for name, whole in zip(("bad", "good"), wholes, strict=True):
            case = FIXTURES / rule.slug / name
            files = sorted(file for file in case.rglob("*") if file.is_file())
            for file in files:
                assert file.read_text("utf-8").rstrip("\n") in whole, (rule.slug, file.name)
            assert re.findall(r"(?m)^`([^`\n]+)`$", whole) == [file.relative_to(case).as_posix() for file in files]
            assert ("vmlint reports nothing." in whole) == (name == "good")


KEY = re.compile(r"""["']?([^\s"'{}\[\],#]+?)["']?\s*:(?=[\s"'\[{]|$)""", re.MULTILINE)
"""The name of a field, in YAML of any style and in text that an object has as a value."""


@pytest.mark.parametrize("name", ["bad", "good"])
def test_the_fields_of_examples_are_in_the_fixtures(name: str) -> None:
    """Excerpts show what manifests have that `test_rules.py` checks: the `bad*` or `good*` fixtures of the rule."""
    for rule in rules():
        if rule.slug in UNPROVOKED:
            continue
        (example,) = re.findall(rf"(?ms)^## {name.capitalize()}\n(.*?)^## ", rule.page)
        fields = set(KEY.findall(re.sub(r"(?m)(^|\s)#.*$", "", example)))
        files = [file for file in (FIXTURES / rule.slug).glob(f"{name}*/**/*") if file.is_file()]
        checked = {field for file in files for field in KEY.findall(file.read_text("utf-8", errors="replace"))}
        assert fields, rule.slug
        assert fields - checked == set(), rule.slug


def yaml_of(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip()]


def test_every_key_of_the_configuration_has_examples_that_are_right(tmp_path: Path) -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")
    (tmp_path / ".git").mkdir()
    for folder in ("manifests", "cluster", "crds"):
        (tmp_path / folder).mkdir()
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "vm.yaml").write_text(PACK, "utf-8")
    sections = dict(re.findall(r"(?m)^## (\S+)\n(.*?)(?=^## |\Z)", text, re.DOTALL))
    assert list(sections) == ["Folders", *(setting.key for setting in SETTINGS)]
    del sections["Folders"]
    for key, section in sections.items():
        (block,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
        for example in block.split("# or\n"):
            assert list(yaml.safe_load(example)) == [key]
            file = tmp_path / ".vmlint.yaml"
            file.write_text(example, "utf-8")
            load(file, known_rules=rules())
