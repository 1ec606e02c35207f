from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vmlint.source.built import MAX_SCALAR
from vmlint.source.decode import MAX_DOCUMENTS, decode, decode_text
from vmlint.source.document import Document, Problem, Skipped, SourceFile


def read(data: bytes | str) -> tuple[Document, ...]:
    return decode(data.encode() if isinstance(data, str) else data, "f.yaml").documents


def values(data: bytes | str) -> list[Any]:
    """Each document's data, or the line and column of its problem."""
    return [document.data if document.problem is None else document.problem[:2] for document in read(data)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\n", []),
        ("~\n", []),
        ("# a comment\n---\n# another\n", []),
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\na: 1\n---\n", [{"a": 1}]),
        ("---\n---\na: 1", [{"a": 1}]),
        ("a: 1\n--- # note\nb: 2", [{"a": 1}, {"b": 2}]),
        ("a: 1\n...\n---\nb: 2", [{"a": 1}, {"b": 2}]),
        ("a: 1\r\nb: |\r\n  c\r\n  d\r\n---\r\ne: 1\r\n", [{"a": 1, "b": "c\nd\n"}, {"e": 1}]),
        ("a: |\n  b", [{"a": "b\n"}]),
        ("\ufeffa: 1\n---\n\ufeffb: 2", [{"a": 1}, {"b": 2}]),
        ("- a\n---\nb\n---\n5", [["a"], "b", 5]),
        ("a: 1\n--- {b: 2}\nc: 3\n---\nd: 4", [{"a": 1}, (2, 1), {"d": 4}]),
        ("%YAML 1.1\n---\na: 1", [(1, 1), {"a": 1}]),
        ("a: 1\n---\nb: [\n---\nc: 1", [{"a": 1}, (4, 1), {"c": 1}]),
        ("a: 1\n---\n\t\n", [{"a": 1}, (3, 1)]),
    ],
)
def test_yaml_streams(text: str, expected: list[Any]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('\ufeff\n\t{"a": 1.0}\n', [{"a": 1}]),
        ('{"a": 1}{"b": 2}\n[3] 4 null', [{"a": 1}, {"b": 2}, [3], 4]),
        ('{"a": 1}\n---\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ('{"a": 1}\n---\nb: 2', [{"a": 1}, {"b": 2}]),
        ('{"a": 1} # note\n', [{"a": 1}]),
        ('{"a": 1}\n\n  b: 2\n  c: 3', [{"a": 1}, {"b": 2, "c": 3}]),
        ('{"a": 1,}', [{"a": 1}]),
        ("{a: 1, b: [c]}", [{"a": 1, "b": ["c"]}]),
        ('{\n  a: "x", # KYAML\n}\n---\n{b: 1}', [{"a": "x"}, {"b": 1}]),
        ('{"a": NaN}', [{"a": "NaN"}]),
        ('{"a": 1}}', [{"a": 1}, (1, 9)]),
        ('{"a": 1}\n  {"b": ]}', [{"a": 1}, (2, 9)]),
        ('{"a": 1}{"b": 2}\n---\nc: 3', [{"a": 1}, {"b": 2}, (2, 1)]),
        ('{"a": 1} {"b": 2} {"c": x}', [{"a": 1}, {"b": 2}, (1, 25)]),
        ('{"a": 1}\n{"b": 1e999}\n{"c": 1}', [{"a": 1}, (2, 7)]),
        ('{"a": "\x7f"}', [{"a": "\x7f"}]),
        ('---\n{"a": "\x7f"}', [(2, 8)]),
    ],
)
def test_json_streams(text: str, expected: list[Any]) -> None:
    assert values(text) == expected


def test_a_document_knows_its_place() -> None:
    first, second, third = read("\n---\na: 1\n---\n# note\nb: 2\n---\n\n---\nc: [\n")
    assert (first.index, first.line, first.text) == (0, 3, "a: 1\n")
    assert (second.index, second.line, second.text) == (1, 5, "# note\nb: 2\n")
    assert (third.index, third.line, third.data) == (2, 10, None)
    assert third.problem == Problem(11, 1, third.problem.reason if third.problem else "")


def test_json_documents_know_their_place() -> None:
    first, second, third = read('\n {"a":\n1} {"b": 2}\n{"c": 3}')
    assert [(each.line, each.column, each.json) for each in (first, second, third)] == [
        (2, 2, True),
        (3, 4, True),
        (4, 1, True),
    ]
    assert second.text == '{"b": 2}'


def test_utf16_and_broken_utf8_are_read() -> None:
    assert values("a: é\n".encode("utf-16")) == [{"a": "é"}]
    assert values(b'a: "\xff"\n') == [{"a": "\ufffd"}]
    assert values('{"a": 1}'.encode("utf-16")) == [{"a": 1}]


def test_duplicates_come_with_their_places() -> None:
    (document,) = read("a:\n  - b: 1\n    c: 2\n    b: 3\n")
    assert document.data == {"a": [{"b": 3, "c": 2}]}
    (duplicate,) = document.duplicates
    assert duplicate.path == ("a", 0, "b")
    assert duplicate.span == (4, 5, 4, 6)
    assert duplicate.first_line == 2


def test_duplicates_of_json_too() -> None:
    first, second = read('{"a": 1} {\n"b": {"c": 1,\n\t"c": 2}}')
    assert first.duplicates == ()
    assert second.duplicates == ((("b", "c"), (3, 2, 3, 5), 2),)


def test_a_key_that_appears_three_times_is_two_duplicates() -> None:
    (document,) = read("a: 1\na: 2\na: 3\n")
    assert [(each.span.line, each.first_line) for each in document.duplicates] == [(2, 1), (3, 2)]


def test_text_after_the_end_of_a_document_is_reported() -> None:
    read_file = decode(b"---\na: 1\n...\nb: 2\n---\nc: 3\n", "f.yaml")
    assert [document.data for document in read_file.documents] == [{"a": 1}, {"c": 3}]
    (skipped,) = read_file.skipped
    assert (skipped.file, skipped.line) == ("f.yaml", 4)
    assert "`---`" in skipped.reason


def test_templates_are_skipped_and_nothing_else() -> None:
    text = "a: 1\n---\nname: {{ .Values.name }}\n---\nb: {{ c }\n---\nd: [\n---\ne: '{{ f }}'\n"
    read_file = decode(text.encode(), "f.yaml")
    assert [document.data for document in read_file.documents] == [{"a": 1}, None, {"e": "{{ f }}"}]
    assert read_file.skipped == (
        Skipped("f.yaml", 3, "a Helm template: render the chart with `helm template` and lint the result"),
        Skipped("f.yaml", 5, "a Go or Jinja template: render it and lint the result"),
    )


def test_a_chart_is_named_as_the_reason() -> None:
    (skipped,) = decode(b"a: {{ b }}\n", "f.yaml", chart="charts/x").skipped
    assert "`charts/x`" in skipped.reason


def test_documents_that_may_wait_are_decoded_when_they_are_asked_for() -> None:
    asked: list[str] = []

    def may_wait(text: str) -> str:
        asked.append(text)
        return "Deployment" if "Deployment" in text else ""

    texts = ["kind: Deployment\napiVersion: v1", "a: 1", "apiVersion: v1\nkind: Secret"]
    text = "\n---\n".join([*texts, "apiVersion: v1\nkind: Deployment\nx: [\n"])
    first, second, third, last = decode(text.encode(), "f.yaml", may_wait=may_wait).documents
    assert asked == [f"{one}\n" for one in [*texts, "apiVersion: v1\nkind: Deployment\nx: ["]]
    assert [one.waiting for one in (first, second, third, last)] == ["Deployment", "", "", "Deployment"]
    assert first.data == {"kind": "Deployment", "apiVersion": "v1"}
    assert (first.waiting, first.problem, first.duplicates) == ("", None, ())
    assert last.problem == decode(text.encode(), "f.yaml").documents[3].problem
    assert last.data is None


def test_text_may_begin_anywhere() -> None:
    (document,) = decode_text("a: 1\n", "f.yaml", line=7).documents
    assert document.span(("a",)) == (7, 4, 7, 5)


PIECES = [
    *("a: ", "- ", "b", "\n", "\n  ", "[", "]", "{", "}", ",", '"', "'", "|\n", "> \n", "#", "&a ", "*a", "<<: ", "? "),
    *(
        "!!int ",
        "!!binary ",
        "!x ",
        "---",
        "\n---\n",
        "...",
        "%",
        "\t",
        "\r\n",
        "\r",
        "\u0085",
        "\u2028",
        "\ufeff",
        "\0",
    ),
    *("1", "0x1", ".inf", "~", "yes", "é", "😀", "\\", "{{", "{%", '{"a": 1}', '"\\ud83d"', "NaN", "1e999", ":", "`"),
]


@settings(max_examples=400, deadline=None)
@given(
    st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=14).map(lambda each: "".join(each).encode())
)
@example(b"\xff\xfe\x00")
@example(b"? ? ? a")
@example(b"a: &a [*a]")
@example(b'{"a": "\\ud83d", "\\ud83d": 1, "\\ud83d": 2}')
def test_no_bytes_raise_anything(data: bytes) -> None:
    lines = data.count(b"\n") + 1
    read_file = decode(data, "f.yaml")
    for document in read_file.documents:
        assert (document.data is None) == (document.problem is not None)
        assert 1 <= document.line <= lines
        if document.problem:
            assert 1 <= document.problem.line <= lines + 1
            assert document.problem.column >= 1
            assert document.problem.reason
        for path in [(), ("a",), ("a", 0, "b"), *(duplicate.path for duplicate in document.duplicates)]:
            span = document.span(path)
            assert document.line <= span.line == span.end_line <= lines + 1
            assert 1 <= span.column <= span.end_column
            document.key_span(path)
            document.line_text(span.line).encode()
        str(document.data).encode()


# Bounds


def reasons(file: SourceFile) -> list[tuple[int, str]]:
    return [(one.problem.line, one.problem.reason) for one in file.documents if one.problem]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "line"), [("---\na: 1\n", 200_002), ("---\n\n", 200_002), ('{"a": 1}\n', 100_001)])
def test_of_too_many_documents_the_rest_is_refused(text: str, line: int) -> None:
    file = decode(text.encode() * (MAX_DOCUMENTS + 500), "f.yaml")
    assert reasons(file) == [(line, "the file has more than 100,000 documents, the maximum: split it")]
    assert len(file.documents) in (1, MAX_DOCUMENTS + 1)


@pytest.mark.parametrize("text", ['a: "{}"\n', "a: {}\n", "{}: a\n", "a: |\n  {}\n", '{{"a": "{}"}}', '{{"{}": 1}}'])
def test_a_value_that_no_object_can_hold_is_refused(text: str) -> None:
    long = text.format("9" * (MAX_SCALAR + 1)).encode()
    ((_, reason),) = reasons(decode(long, "f.yaml"))
    assert reason.endswith("characters is too long; the maximum is 1,048,576")


def test_a_long_document_of_short_values_is_read() -> None:
    file = decode(b"- abcdefgh\n" * 100_000, "f.yaml")
    assert (len(file.documents), file.documents[0].problem) == (1, None)


def test_aliases_have_one_allowance_for_all_documents_of_a_file() -> None:
    document = f"l: &l [{', '.join(['x'] * 1000)}]\n" + "".join(f"k{number}: *l\n" for number in range(90))
    file = decode(f"---\n{document}".encode() * 20, "f.yaml", most_aliased=300_000)
    assert [one.problem is None for one in file.documents] == [True] * 3 + [False] * 17
    assert 270_000 <= file.aliased <= 400_000
    assert {reason for _, reason in reasons(file)} == {
        "aliases blow the document up to many times its size; write the values out"
    }


def test_aliases_that_are_refused_use_the_allowance_up_too() -> None:
    document = f"l: &l [{', '.join(['x'] * 1000)}]\n" + "".join(f"k{number}: *l\n" for number in range(1100))
    file = decode(f"---\n{document}".encode() * 5, "f.yaml")
    assert file.aliased > 1_000_000
    assert len(reasons(file)) == 5
