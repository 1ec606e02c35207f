import pytest

from vmlint.report.layout import Line, Page, Segment, one_or_two, paint, table, width_of, wrap


def line(*texts: str) -> Line:
    return tuple(Segment(text) for text in texts)


def test_width_in_cells() -> None:
    assert [width_of(text) for text in ("abc", "日本", "é", "é", "🙂", "→│·…")] == [3, 4, 1, 1, 2, 4]


def test_wrap_breaks_between_words_and_keeps_styles() -> None:
    wrapped = wrap((Segment("  one "), Segment("two", "strong"), Segment(", three four")), 12, 2)
    assert paint(wrapped) == "  one two,\n  three four\n"
    assert Segment("two", "strong") in wrapped[0]


def test_wrap_measures_wide_characters() -> None:
    assert paint(wrap(line("日本語 日本語"), 12, 0)) == "日本語\n日本語\n"
    assert paint(wrap(line("日本語 日本語"), 13, 0)) == "日本語 日本語\n"


def test_a_word_wider_than_the_page_stays_whole() -> None:
    assert paint(wrap(line("a instancetype.kubevirt.io b"), 10, 2)) == "a\n  instancetype.kubevirt.io\n  b\n"


def test_without_a_width_nothing_is_wrapped() -> None:
    assert wrap(line("word " * 100), None, 2) == [line("word " * 100)]


def test_one_or_two_lines() -> None:
    one, two = line("ab cd"), (line("ab"), line("cd"))
    assert one_or_two(one, two, 5, 0) == [one]
    assert one_or_two(one, two, None, 0) == [one]
    assert one_or_two(one, two, 4, 0) == list(two)


ROWS = [("a.yaml:1", line("first text of the table")), ("", line("no place")), ("long/b.yaml:22", line("last text"))]


def test_table_with_the_texts_in_one_column() -> None:
    assert paint(table("chain", ROWS, None, indent=2, column=9)) == (
        "  chain  a.yaml:1        first text of the table\n"
        "                         no place\n"
        "         long/b.yaml:22  last text\n"
    )


def test_table_on_a_narrow_page_puts_the_texts_under_their_places() -> None:
    assert paint(table("chain", ROWS, 32, indent=2, column=9)) == (
        "  chain  a.yaml:1\n"
        "           first text of the\n"
        "           table\n"
        "         no place\n"
        "         long/b.yaml:22\n"
        "           last text\n"
    )


def test_table_without_places_keeps_the_indent_of_its_texts() -> None:
    rows = [("", line("a reason")), ("", line("  a.yaml, b.yaml"))]
    assert paint(table("skipped", rows, 20)) == "skipped  a reason\n           a.yaml,\n           b.yaml\n"


def test_an_empty_table_is_nothing() -> None:
    assert table("chain", [], 80) == []


def test_lines_end_without_blanks() -> None:
    assert paint([line("a", "  ", ""), line()]) == "a\n\n"


@pytest.mark.parametrize("before", ["", "   ", "\u00a0", "\u3000"])
def test_no_line_begins_as_a_command_of_github(before: str) -> None:
    assert paint([line(before, ":", ":error::x")]) == f"{before}\\x3a:error::x\n"
    assert paint([line(before, "x ::error::")]) == f"{before}x ::error::\n"


def test_colour_is_that_of_the_style() -> None:
    styled = (Segment("bad", "error"), Segment(" "), Segment("pale", "quiet"), Segment(" ", "quiet"), Segment("x"))
    assert paint([styled], color=True) == "\x1b[1;31mbad\x1b[0m \x1b[2mpale\x1b[0m x\n"
    assert paint([styled]) == "bad pale x\n"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "a → b · c … 日"),
        ("ascii", r"a -> b - c ... \u65e5"),
        ("cp1252", r"a -> b · c … \u65e5"),
        ("no-such-encoding", r"a -> b - c ... \u65e5"),
    ],
)
def test_a_page_shows_what_its_encoding_has(encoding: str, shown: str) -> None:
    page = Page(encoding=encoding)
    assert page.show("a → b · c … 日") == shown
    assert "".join(page.cells("a → b · c … 日")) == shown


def test_a_tab_is_four_cells_of_source() -> None:
    assert Page().cells("\ta\x1b") == ["    ", "a", r"\x1b"]
