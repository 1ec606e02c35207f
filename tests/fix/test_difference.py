"""Unified diffs: `patch` makes the new text of the old one, and local changes look as those of `difflib`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.fix.difference import unified


def lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def patched(old: str, diff: str) -> str:
    """What `patch` makes of a text; every hunk must be where its head claims."""
    before, after, at = lines(old), list[str](), 0
    for row in lines(diff.replace("\n\\ No newline at end of file\n", "\0\n"))[2:]:
        if head := re.fullmatch(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n", row):
            start = int(head[1]) - (head[2] != "0")
            after += before[at:start]
            at = start
            assert int(head[3]) - (head[4] != "0") == len(after)
            continue
        text = row[1:].removesuffix("\0\n")
        if row[0] in " -":
            assert before[at] == text
            at += 1
        if row[0] in " +":
            after.append(text)
    return "".join([*after, *before[at:]])


LINES = st.lists(st.sampled_from(["a", "b", "c", "---", "", "- x", "+ y"]), max_size=12)
TEXT = st.builds(lambda rows, end: "\n".join(rows) + end, LINES, st.sampled_from(["", "\n"]))


@given(TEXT, TEXT)
def test_patch_makes_the_new_text_of_the_old_one(old: str, new: str) -> None:
    diff = unified(old, new, "a/x", "b/x")
    assert patched(old, diff) == new
    assert bool(diff) == (old != new)
    assert not diff or diff.startswith("--- a/x\n+++ b/x\n@@ -")


@given(st.lists(st.integers(0, 99), unique=True, max_size=40), st.sets(st.integers(0, 39)))
def test_changes_of_single_lines_are_as_difflib_has_them(numbers: list[int], changed: set[int]) -> None:
    old = [f"{number}\n" for number in numbers]
    new = [f"new {line}" if at in changed else line for at, line in enumerate(old)]
    wanted = "".join(difflib.unified_diff(old, new, "a/x", "b/x"))
    assert unified("".join(old), "".join(new), "a/x", "b/x") == wanted


def test_the_work_grows_with_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Similar documents are compared each with itself: `difflib` gets no more than what is between unique lines."""
    sizes: list[int] = []
    real = difflib.SequenceMatcher.set_seqs

    def counted(self: difflib.SequenceMatcher[str], a: Sequence[str], b: Sequence[str]) -> None:
        sizes.append(len(a) * len(b))
        real(self, a, b)

    monkeypatch.setattr(difflib.SequenceMatcher, "set_seqs", counted)
    old = "".join(f"---\nname: web{number}\nrunning: true\nspec:\n  a: 1\n" for number in range(400))
    diff = unified(old, old.replace("running: true", "runStrategy: Always"), "a", "b")
    assert diff.count("\n+runStrategy") == 400
    assert sum(sizes) < 10 * 400
