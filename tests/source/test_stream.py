import pytest

from vmlint.source.stream import looks_like_json, split, text_of


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("", []),
        ("a", [("a\n", 1)]),
        ("a\n---\nb\n", [("a\n", 1), ("b\n", 3)]),
        ("---\na\n", [("---\na\n", 1)]),
        ("---\n---\na\n", [("---\n", 1), ("a\n", 3)]),
        ("a\n--- # note\nb\n---\t\nc\n", [("a\n", 1), ("b\n", 3), ("c\n", 5)]),
        ("a\n---", [("a\n", 1)]),
        ("a\r\n---\r\nb\r\n", [("a\n", 1), ("b\n", 3)]),
        ("a\n ---\nb\n", [("a\n ---\nb\n", 1)]),
        ("a: |\n---\nb\n", [("a: |\n", 1), ("b\n", 3)]),
        ("a\n---\n\ufeffb\n", [("a\n", 1), ("b\n", 3)]),
        ("a\n\n\n---\n\n\nb", [("a\n\n\n", 1), ("\n\nb\n", 5)]),
        ("a\n---\u2028\nb\n", [("a\n", 1), ("b\n", 3)]),
    ],
)
def test_a_text_is_cut_at_its_rules(text: str, chunks: list[tuple[str, int]]) -> None:
    found = list(split(text))
    assert [(chunk.text, chunk.line) for chunk in found] == chunks
    assert not any(chunk.refused for chunk in found)


@pytest.mark.parametrize("rule", ["---foo", "----", "--- {a: 1}", "--- !tag", "--- |", "-----BEGIN"])
def test_a_rule_with_more_behind_it_is_refused_and_harms_no_neighbour(rule: str) -> None:
    before, bad, after = split(f"a\n{rule}\nb\n---\nc\n")
    assert (before.text, before.line, before.refused) == ("a\n", 1, "")
    assert (bad.text, bad.line) == (f"{rule}\nb\n", 2)
    assert f"`{rule}`" in bad.refused
    assert (after.text, after.line, after.refused) == ("c\n", 5, "")


def test_refused_rules_one_after_the_other() -> None:
    assert [(chunk.text, chunk.line, bool(chunk.refused)) for chunk in split("---a\n---b\n---\nc\n")] == [
        ("---a\n", 1, True),
        ("---b\n", 2, True),
        ("c\n", 4, False),
    ]


def test_a_text_may_begin_anywhere_in_a_file() -> None:
    first, second = split("a\n---\nb\n", line=7, column=5)
    assert (first.line, first.column) == (7, 5)
    assert (second.line, second.column) == (9, 1)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a: \xc3\xa9", "a: é"),
        (b"\xef\xbb\xbfa", "a"),
        (b"\xff\xfea\x00\xe9\x00", "aé"),
        (b"\xfe\xff\x00a\x00\xe9", "aé"),
        (b"a\xff\xfeb", "a\ufffd\ufffdb"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
        (b"\xff\xfe\x00\xd8", "\ufffd"),
        (b"", ""),
    ],
)
def test_bytes_become_text(data: bytes, text: str) -> None:
    assert text_of(data) == text


@pytest.mark.parametrize(
    ("text", "json"), [("{", True), (" \n\t{", True), ("[", False), ("---\n{", False), ("", False)]
)
def test_json_is_recognized_by_its_first_character(text: str, json: bool) -> None:
    assert looks_like_json(text) is json
