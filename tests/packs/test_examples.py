"""The packs that the documentation shows, and the cases of their rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases import FIXTURES
from vmlint.cli.fixtures import cases, judged, unmatched
from vmlint.packs.reading import read
from vmlint.registry import known

PACKS = sorted((FIXTURES / "packs").glob("*.yaml"))
CASES = FIXTURES / "packs" / "fixtures"


@pytest.mark.parametrize("case", cases(CASES), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_cases(case: Path) -> None:
    assert judged(case, known(map(str, PACKS), plugins=False)).wrong == ()


def test_every_rule_has_its_cases() -> None:
    assert unmatched(CASES, [rule for pack in PACKS for rule in read(pack)]) == []
