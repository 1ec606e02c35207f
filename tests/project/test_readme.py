"""The README and the pages written by hand are true: their lists, samples, configuration and exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools.docs import PACK
from tools.readme import README, ROOT, filled_pages
from vmlint.cli.exits import Exit
from vmlint.config.file import load
from vmlint.config.settings import SETTINGS
from vmlint.registry import rules
from vmlint.rule import Effect

TEXT = README.read_text("utf-8")
DECIDES, REPORTS, EDITOR = (
    (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("how-it-decides", "reports", "editor")
)


def rows(heading: str, text: str) -> list[list[str]]:
    """The body of the table with that first column."""
    table = re.search(rf"\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()]


def test_lists_and_sample_are_up_to_date() -> None:
    stale = [page.name for page, text in filled_pages().items() if page.read_text("utf-8") != text]
    assert stale == []  # else: python -m tools.accept


def test_the_readme_is_short() -> None:
    assert len(TEXT.splitlines()) < 250


@pytest.mark.parametrize("text", [TEXT, DECIDES], ids=["README", "how-it-decides"])
def test_every_effect_is_explained(text: str) -> None:
    assert rows("effect", text) == [[effect.value, effect.meaning, effect.level.value] for effect in Effect]


@pytest.mark.parametrize("text", [TEXT, REPORTS], ids=["README", "reports"])
def test_every_exit_code_is_explained(text: str) -> None:
    assert [int(code) for code, _ in rows("exit code", text)] == [int(exit) for exit in Exit]


def test_the_configuration_shows_every_key_and_is_right(tmp_path: Path) -> None:
    (example,) = [block for block in re.findall(r"```yaml\n(.*?)```", EDITOR, re.DOTALL) if "closed-world" in block]
    assert sorted(yaml.safe_load(example)) == sorted(setting.key for setting in SETTINGS)
    for folder in ("manifests", "cluster", "crds"):
        (tmp_path / folder).mkdir()
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "vm.yaml").write_text(PACK, "utf-8")
    file = tmp_path / ".vmlint.yaml"
    file.write_text(example, "utf-8")
    assert load(file, known_rules=rules()).default_namespace == "shop"


def test_configurations_of_the_first_steps_are_right(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "getting-started.md").read_text("utf-8"), re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        file = tmp_path / ".vmlint.yaml"
        file.write_text(example, "utf-8")
        load(file, known_rules=rules())


def test_links_lead_somewhere() -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_commands_of_the_help_are_shown() -> None:
    shown = re.findall(r"^vmlint (\w+)", TEXT, re.MULTILINE)
    assert {"check", "expand", "trace", "explain"} <= set(shown)
