"""The language of the product: plain, active English in all that rules report, in their pages, and in help."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.cases import FIXTURES, for_each, repos
from vmlint.cli import COMMANDS
from vmlint.cli.arguments import Parser
from vmlint.cli.fixtures import cases, expectation
from vmlint.registry import rules
from vmlint.rule import Rule

ROOT = Path(__file__).parents[2]
RULES = for_each(rules(), lambda rule: rule.slug)

FORBIDDEN = {
    r"\b(is|are|has) none\b": "say what is missing",
    r"\b(is|was|of) no\b(?! more)": "`is not a …`",
    r"\bis nothing\b": "`is empty`, `is not set`",
    r"\bstands?\b": "`is in`, `appears`",
    r"\b(tells?|told|says?|said)\b": "`reports`, `shows`, or the verb of what happens",
    r"\b(mends?|mended)\b": "`fix`",
    r"\bmakes? no sense\b": "`is invalid`",
    r"\basks? (for|of)\b": "`requests`, `requires`",
    r"\blies?\b": "`is`",
    r"\b(left|leave|leaves|take|takes) (it |them )?out\b": "`skip`, `exclude`, `remove`",
    r"\bof (one's|your|its|their) own\b": "`custom`, `its own …`",
    r"\bnobody\b": "say who",
    r"\bfor ever\b": "`stays pending`",
    r"\balone\b": "`only`",
    r"\bbreaks down\b": "`crashes`",
    r"\bgoes? with\b": "`works with`",
    r"\bas it was\b": "name the state",
    r"\ba (unsafe|object|instancetype|image|address|operator|entry|empty)\b": "`an`",
    r"\bholds?\b": "`contains`, `has`, `applies`",
    r"\b(is|are) given\b": "`is set`",
    r"\bbesides?\b": "`next to`, `except`",
    r"\bthere (is|are) no\b": "`does not exist`, `has no`",
    r"\bknows? (no|none)\b": "`does not support`",
    r"\bworth\b|\bin vain\b|\balike\b|\btwofold\b": "a plain word",
}
"""Patterns that no message has, each with what to write instead."""

EXCEPTIONS: dict[str, str] = {}
"""Messages, or their beginnings, that may break a pattern, with the reason."""

BACKQUOTED = re.compile(r"`[^`]*`")
BEGINS = re.compile(r"`|[A-Z]|[a-z0-9'-]+ ")


def reported() -> Iterator[tuple[str, str, str]]:
    """Where, which field, and the text of every message, fix and undecided reason of the fixtures."""
    for file in (
        *(expectation(case) for case in cases(FIXTURES, "bad", "outside")),
        *(r.parent / "report.json" for r in repos()),
    ):
        report = json.loads(file.read_text("utf-8"))
        where = file.relative_to(FIXTURES).as_posix()
        for finding in report["findings"]:
            yield where, "message", finding["message"]
            yield where, "fix", finding["fix"]
        for item in report.get("undecided", ()):
            yield where, "undecided", item["reason"]


def prose(page: str) -> str:
    """The sentences and tables of a rule's page, without its headings and examples."""
    lines = [line for line in page.splitlines() if not line.startswith(("    ", "#"))]
    return " ".join(" ".join(lines).split())


def faults(text: str) -> list[str]:
    """The patterns that a text contains, each with its replacement; text in backquotes belongs to the manifest."""
    prose = BACKQUOTED.sub("`x`", text)
    return [f"{found[0]!r} → {instead}" for wrong, instead in FORBIDDEN.items() if (found := re.search(wrong, prose))]


def test_what_is_reported_is_plain() -> None:
    wrong = {
        text: found
        for _, _, text in reported()
        if (found := faults(text)) and not any(text.startswith(begin) for begin in EXCEPTIONS)
    }
    assert wrong == {}


def test_every_exception_is_needed() -> None:
    texts = {text for _, _, text in reported() if faults(text)}
    assert [begin for begin in EXCEPTIONS if not any(text.startswith(begin) for text in texts)] == []


def test_the_first_sentence_is_alone() -> None:
    """It begins with a name or a noun, and needs nothing that is before it."""
    for where, field, text in reported():
        if field == "message":
            assert BEGINS.match(text), (where, text)
            assert not re.match(r"(it|its|this|that|they|and|or|but|so|because|which)\b", text, re.IGNORECASE), text
            assert text.endswith("."), text
            assert "``" not in text, text
        assert text == text.strip() and "  " not in BACKQUOTED.sub("x", text), text


def test_fixes_are_imperative() -> None:
    """A fix is a clause without a full stop, as reports make a sentence of it, or a question."""
    for where, field, text in reported():
        if field == "fix":
            assert text and not text.endswith((".", ",", ";", ":")), (where, text)
            assert text[0].islower() or text[0] == "`", (where, text)


@RULES
def test_titles_are_plain(rule: Rule) -> None:
    title = rule.title
    assert faults(title) == []
    assert not title.endswith(".")


@RULES
def test_pages_are_plain(rule: Rule) -> None:
    assert faults(prose(rule.page)) == []


@RULES
def test_pages_have_words_to_search_for(rule: Rule) -> None:
    """The cluster's own words in backquotes, or a sentence that no component reports the fault."""
    section = rule.page.partition("## Cluster message\n")[2].partition("\n## ")[0].strip()
    assert section.endswith(".")
    assert "`" in section or re.search("reports? nothing|Nothing reports|not released|vmlint only", section)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_plain(command: str) -> None:
    parser: Parser = import_module(f"vmlint.cli.{command.replace('-', '_')}").make_parser()
    texts = [
        parser.description or "",
        COMMANDS[command],
        *parser.exits.values(),
        *(what for _, what in parser.examples),
    ]
    texts += [action.help or "" for action in parser._actions]
    assert {text: found for text in texts if (found := faults(text))} == {}


ROOMS = sorted({file.parent for file in (ROOT / "vmlint").rglob("__init__.py")})


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines and sentences of a module's strings, without docstrings; values in them are `x`."""
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            apart |= {id(part) for part in node.values}
            parts = (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.relative_to(ROOT).as_posix())
def test_texts_in_code_are_plain(room: Path) -> None:
    """Every sentence that a person may read: errors, reasons, help, descriptions. Code of pages is no sentence."""
    wrong = {
        f"{file.relative_to(ROOT)}:{line}: {text}": found
        for file in sorted(room.glob("*.py"))
        for line, text in texts(ast.parse(file.read_text("utf-8")))
        if text.count(" ") > 1 and not re.search(r"[{;]\s|\(\?|</|^#", text) and (found := faults(text))
    }
    assert wrong == {}


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_documentation_is_plain(page: Path) -> None:
    """Sentences and tables, without examples of commands and files, and without what links lead to."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    lines = re.sub(r"\]\([^)]*\)", "]", BACKQUOTED.sub("`x`", text)).splitlines()
    assert {line: found for line in lines if (found := faults(line))} == {}
