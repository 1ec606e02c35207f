"""The command compiles the patterns of modules when it first uses them; what they find is the same."""

from __future__ import annotations

import re
import subprocess
import sys
from copy import deepcopy
from types import ModuleType

import pytest

from vmlint.runtime.late_patterns import compile_late

MODULE = """\
import re

NUMBER = re.compile("[0-9]+")

class Words:
    WORD = re.compile("[a-z]+", re.IGNORECASE)

def compiled(text):
    return re.compile(text)
"""


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(re, "compile", re.compile)  # is taken back
    compile_late()
    made = ModuleType("vmlint.made")
    exec(MODULE, made.__dict__)
    return made


def test_the_pattern_of_a_module_or_class_is_compiled_when_it_is_used(module: ModuleType) -> None:
    number, word = module.NUMBER, module.Words.WORD
    assert not isinstance(number, re.Pattern) and vars(number).keys() == {"_made_of"}
    assert number.findall("a1b22") == ["1", "22"] and number.sub("x", "a1") == "ax"
    assert word.fullmatch("AbC").group() == "AbC" and word.flags & re.IGNORECASE
    assert "findall" in vars(number) and deepcopy(number) == re.compile("[0-9]+")


def test_what_a_function_compiles_is_compiled_at_once(module: ModuleType) -> None:
    assert isinstance(module.compiled("a"), re.Pattern)
    with pytest.raises(re.error):
        module.compiled("(")


def test_other_modules_compile_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(re, "compile", re.compile)
    compile_late()
    compile_late()
    other = ModuleType("theirs")
    exec(MODULE, other.__dict__)
    assert isinstance(other.NUMBER, re.Pattern)


def test_pyyaml_reads_with_such_patterns() -> None:
    code = (
        "from vmlint.runtime.late_patterns import compile_late; compile_late(); import re, yaml; "
        "assert not isinstance(yaml.reader.Reader.NON_PRINTABLE, re.Pattern); "
        "print(yaml.safe_load('{a: 1, b: 2020-01-01, c: 1.5, d: yes, e: x}'))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "{'a': 1, 'b': datetime.date(2020, 1, 1), 'c': 1.5, 'd': True, 'e': 'x'}\n"
