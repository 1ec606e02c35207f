"""What is analysed while somebody types."""

from __future__ import annotations

from vmlint.server.standin import Shift, stand_in

GOOD = "kind: A\nname: a\n---\nkind: B\nname: b\n"


def test_a_text_that_can_be_read_is_itself() -> None:
    assert stand_in(GOOD, "a.yaml", None) == (GOOD, None, False)


def test_without_a_good_text_the_broken_one_counts() -> None:
    broken = GOOD.replace("kind: B", "kind: [")
    assert stand_in(broken, "a.yaml", None) == (broken, None, True)


def test_only_the_broken_document_is_the_last_good_one() -> None:
    text = GOOD.replace("name: a", "name: new\nmore: 1").replace("name: b", "name: b\n{")
    made = stand_in(text, "a.yaml", GOOD)
    assert made.text == "kind: A\nname: new\nmore: 1\n---\nkind: B\nname: b\n"
    assert made.broken
    assert made.shift is not None
    assert [made.shift.line(line) for line in range(1, 7)] == [1, 2, 3, 4, 5, 6]


def test_with_other_documents_the_whole_text_is_the_last_good_one() -> None:
    text = GOOD.replace("name: a\n", "name: a\n---\n[")
    made = stand_in(text, "a.yaml", GOOD)
    assert made.text == GOOD


def test_lines_of_two_texts() -> None:
    shift = Shift.between("a\nb\nc\nd", "a\nx\ny\nc\nd")
    assert [shift.line(line) for line in (1, 2, 3, 4)] == [1, None, 4, 5]
    assert [shift.back.line(line) for line in (1, 2, 3, 4, 5)] == [1, None, None, 3, 4]
    assert shift.changed == 2
    same = Shift.between("a\nb", "a\nb")
    assert [same.line(1), same.line(2)] == [1, 2]
