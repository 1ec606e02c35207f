"""Refusals are values: the rooms of semantics hold no sentence, and every code of theirs has its words in the rules."""

from __future__ import annotations

import ast
import pkgutil
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any

import pytest

from rules import _types
from rules._wording import Words
from rules.api import _words as form_words
from rules.cluster import _settings, cdi_setting_wrong
from rules.machine import _words
from rules.operations import _refused
from rules.references import network_config_invalid
from rules.storage import _claims, _refusals
from vmlint.cdi.check import Check as StorageCheck
from vmlint.cdi.config import ConfigFlaw
from vmlint.cdi.datasource import End
from vmlint.cdi.render import FailureReason
from vmlint.cdi.sources import ChecksumFlaw
from vmlint.cdi.storageclass import ChoiceReason
from vmlint.cdi.storageworld import Gap
from vmlint.explain import cdi_messages
from vmlint.kubevirt import admission
from vmlint.kubevirt.applying import Applying
from vmlint.kubevirt.configuration import Setting
from vmlint.kubevirt.network_config import ConfigCode
from vmlint.kubevirt.operations.check import Check as OperationCheck
from vmlint.kubevirt.operations.expression import ExpressionFlaw
from vmlint.kubevirt.types import Code as TypeCode
from vmlint.schema.code import KeyFlaw, SchemaCode
from vmlint.world import outcome, storage_phrases

ROOT = Path(__file__).parents[2]

SILENT = (
    "vmlint/cdi",
    "vmlint/kubevirt/admission",
    "vmlint/kubevirt/configuration.py",
    "vmlint/kubevirt/operations",
    "vmlint/kubevirt/applying.py",
    "vmlint/kubevirt/apply.py",
    "vmlint/kubevirt/network_config.py",
    "vmlint/kubevirt/requirements.py",
    "vmlint/kubevirt/topology.py",
    "vmlint/kubevirt/types.py",
    "vmlint/model/refusal.py",
    "vmlint/schema/check.py",
    "vmlint/schema/code.py",
    "vmlint/schema/hints.py",
    "vmlint/schema/load.py",
    "vmlint/schema/meta.py",
    "vmlint/schema/neighbours.py",
    "vmlint/schema/quick.py",
)
"""The files and folders of semantics that hold no sentence."""

WITH_CODES = [
    module
    for found in pkgutil.iter_modules(admission.__path__)
    if hasattr(module := import_module(f"{admission.__name__}.{found.name}"), "Code")
]
"""The modules of admission that refuse anything."""


def words_in(module: ModuleType) -> ModuleType:
    """The module of words for a module of admission."""
    return import_module(f"{_words.__name__}.{module.__name__.rpartition('.')[2]}")


WORDS: Mapping[str, tuple[type[StrEnum], tuple[Mapping[Any, Any], ...]]] = {
    "storage": (StorageCheck, (_refusals.WORDS, _claims.WORDS)),
    "cdi": (ConfigFlaw, (cdi_setting_wrong.WORDS,)),
    "operations": (OperationCheck, (_refused.WORDS,)),
    "expressions": (ExpressionFlaw, (_refused.FLAWS,)),
    "form": (SchemaCode, (form_words.WORDS,)),
    "label keys": (KeyFlaw, (form_words.KEY_FLAWS,)),
    "gaps": (Gap, (storage_phrases.GAPS,)),
    "failures": (FailureReason, (storage_phrases.FAILURES,)),
    "choices": (ChoiceReason, (storage_phrases.CHOICES,)),
    "applying": (Applying, (outcome.REASONS,)),
    "networks of Multus": (ConfigCode, (network_config_invalid.WORDS,)),
    "types": (TypeCode, (_types.WORDS,)),
    "kubevirt": (Setting, (_settings.WORDS,)),
    **{module.__name__.rpartition(".")[2]: (module.Code, (words_in(module).WORDS,)) for module in WITH_CODES},
}
"""By subject: the codes of a room, and the tables that put them into words."""

WITHOUT_MESSAGE = {
    StorageCheck.VOLUME_MODE_UNKNOWN,
    StorageCheck.TARGET_CLAIM_MISSING,
    StorageCheck.POPULATOR_SOURCE_UNSUPPORTED,
    *(check for check in StorageCheck if check.startswith("cron-")),
}
"""Checks of objects that `expand` does not show, so that nobody asks for the cluster's own message."""

_SENTENCE = re.compile(r"[^\W\d_]['`,:]* ['`]*[^\W\d_]")


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The lines and texts of a module but for docstrings; a value in an f-string counts as a word."""
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inner.add(id(node.value))
        elif isinstance(node, ast.JoinedStr):
            inner.update(map(id, node.values))
            yield (
                node.lineno,
                "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.lineno, node.value


def sentences(source: str) -> list[tuple[int, str]]:
    return [(line, text) for line, text in texts(ast.parse(source)) if _SENTENCE.search(text)]


@pytest.mark.parametrize("path", SILENT)
def test_semantics_hold_no_sentence(path: str) -> None:
    found = ROOT / path
    for file in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
        assert sentences(file.read_text("utf-8")) == [], file


def test_what_a_sentence_is() -> None:
    lines = (
        '"""A docstring is one."""',
        'A = "must be positive"',
        'B = f"`{name}` is {n}"',
        'C = "Block"',
        'D = f"{a}.{b}"',
    )
    assert [line for line, _ in sentences("\n".join(lines))] == [2, 3]


def test_there_is_one_refusal() -> None:
    named = re.compile(r"^class (\w*(?:Cause|Refusal))\b", re.MULTILINE)
    texts = [file.read_text("utf-8") for room in ("vmlint", "rules") for file in sorted((ROOT / room).rglob("*.py"))]
    assert [name for text in texts for name in named.findall(text)] == ["Refusal"]


@pytest.mark.parametrize("subject", WORDS)
def test_each_code_has_words_and_each_wording_a_code(subject: str) -> None:
    codes, tables = WORDS[subject]
    assert set().union(*tables) == set(codes)


@pytest.mark.parametrize("subject", WORDS)
def test_the_words_are_templates(subject: str) -> None:
    for table in WORDS[subject][1]:
        for words in table.values():
            if isinstance(words, Words):
                fields = [field for text in words[:2] for _, field, _, _ in Formatter().parse(text)]
                assert all(field is None or field.isidentifier() for field in fields), words


def test_every_subject_of_admission_has_codes_of_its_own() -> None:
    assert {module.__name__ for module in WITH_CODES} >= {subject.__name__ for subject in admission.SUBJECTS}
    codes = [code for module in WITH_CODES for code in module.Code]
    assert len(set(codes)) == len(codes)
    assert set(_words.WORDS) == set(codes)
    assert {code.partition("/")[0] for code in codes} == admission.NAMES | {"labels"}


def test_the_cluster_has_a_message_for_each_check_of_a_datavolume() -> None:
    assert set(cdi_messages.MESSAGES) == set(StorageCheck) - WITHOUT_MESSAGE
    assert set(cdi_messages._CHECKSUM_FLAWS) == set(ChecksumFlaw)
    assert set(storage_phrases.NOT_READY) == {end for end in End if end not in (End.CLAIM, End.SNAPSHOT)}
