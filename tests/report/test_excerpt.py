import pytest

from vmlint.report.excerpt import excerpt
from vmlint.report.layout import Page, paint, width_of

from .sample import LABEL_MISSING

LONG = "    command: " + " ".join(f"word{number:02}" for number in range(40))


def drawn(source: str, column: int, end_column: int, width: int | None = None, *, lines: int = 1) -> str:
    finding = LABEL_MISSING._replace(line=7, column=column, end_line=6 + lines, end_column=end_column, excerpt=source)
    return paint(excerpt(finding, Page(width), 0))


def test_the_mark_is_under_the_place() -> None:
    assert drawn("  key: value  # why", 8, 13) == ("7 │   key: value  # why\n  │        ^^^^^\n")


def test_wide_characters_tabs_and_escapes_keep_the_mark_in_place() -> None:
    text = drawn("\t日本: e\u0301\x1b: 値段", 11, 13)
    assert text == ("7 │     日本: e\u0301\\x1b: 値段\n" + "  │ " + " " * 17 + "^^^^\n")


@pytest.mark.parametrize(
    ("column", "end_column", "lines", "mark"),
    [
        (8, 8, 1, "       ^"),
        (6, 3, 1, "     ^"),
        (8, 99, 1, "       ^^^^^"),
        (50, 60, 1, "            ^"),
        (0, 4, 1, "^^^"),
        (8, 2, 3, "       ^^^^^"),
    ],
)
def test_the_mark_stays_on_the_line(column: int, end_column: int, lines: int, mark: str) -> None:
    assert drawn("  key: value   ", column, end_column, lines=lines) == f"7 │   key: value\n  │ {mark}\n"


def test_without_a_source_line_there_is_nothing() -> None:
    assert drawn("", 1, 2) == ""
    assert drawn("  ", 1, 2) == ""


def test_a_long_line_is_cut_behind_a_mark_near_its_head() -> None:
    assert drawn(LONG, 5, 12, 40) == "7 │     command: word00 word01 word02 w…\n  │     ^^^^^^^\n"


def test_a_long_line_is_cut_around_a_mark_in_its_middle() -> None:
    assert drawn(LONG, 84, 90, 40) == "7 │ …8 word09 word10 word11 word12 word…\n  │ " + " " * 10 + "^^^^^^\n"


def test_a_long_line_is_cut_before_a_mark_at_its_end() -> None:
    assert drawn(LONG, 287, 293, 40) == "7 │ …word35 word36 word37 word38 word39\n  │ " + " " * 29 + "^^^^^^\n"


def test_a_mark_longer_than_the_page_is_cut() -> None:
    text = drawn(LONG, 40, 200, 40)
    assert max(map(width_of, text.splitlines())) == 40
    assert text.splitlines()[1].endswith("^" * 20)


@pytest.mark.parametrize("width", [1, 24, 30, 40, 77, 120])
@pytest.mark.parametrize("column", [1, 20, 100, 250, 292])
@pytest.mark.parametrize("length", [0, 1, 6, 60])
def test_no_excerpt_is_wider_than_its_page(width: int, column: int, length: int) -> None:
    source = LONG.replace("word2", "日本2")
    lines = drawn(source, column, column + length, width).splitlines()
    assert max(map(width_of, lines)) <= max(width, 24)
    assert "^" in lines[1]


def test_a_very_long_line_is_cut_to_a_hundred_cells() -> None:
    assert max(map(width_of, drawn("x" * 100_000, 50_000, 50_004).splitlines())) == 100
    assert max(map(width_of, drawn("\u0301" * 100_000 + "x" * 200, 100_100, 100_104).splitlines())) == 100


def test_of_a_very_long_line_what_is_near_the_mark_is_shown() -> None:
    line = "{" + ", ".join(f"key{number:06}: {number:06}" for number in range(100_000)) + "}"
    column = line.index("key050000") + 1
    source, mark = drawn(line, column, column + 9, width=80).splitlines()
    assert source.startswith("7 │ …") and source.endswith("…")
    assert source[mark.index("^") : mark.rindex("^") + 1] == "key050000"
