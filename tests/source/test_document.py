import pickle

from vmlint.source.decode import decode
from vmlint.source.document import Document


def test_the_text_of_a_line() -> None:
    document = decode(b"a: 1\n---\nb:\r\n  c: 2\n", "f.yaml").documents[1]
    assert document.line_text(3) == "b:"
    assert document.line_text(4) == "  c: 2"
    assert document.line_text(2) == ""
    assert document.line_text(9) == ""


def test_a_line_that_begins_before_the_document_has_no_text() -> None:
    first, second = decode(b'{"a": 1}{"b":\n2}\n', "f.json").documents
    assert first.line_text(1) == '{"a": 1}'
    assert (second.line, second.column, second.line_text(1), second.line_text(2)) == (1, 9, "", "2}")


def test_a_document_survives_pickling_with_or_without_positions() -> None:
    (document,) = decode(b"a: 1\na: 2\n", "f.yaml").documents
    before = document.span(("a",))
    again = pickle.loads(pickle.dumps(document))
    assert (again.file, again.data, again.duplicates) == ("f.yaml", {"a": 2}, document.duplicates)
    assert again.span(("a",)) == before


def test_a_document_without_a_text_has_a_place_all_the_same() -> None:
    document = Document("catalog", 0, 1, "", {"a": 1})
    assert document.span(("a",)) == (1, 1, 1, 1)
    assert document.key_span(()) == (1, 1, 1, 1)


def test_positions_are_worked_out_once() -> None:
    (document,) = decode(b"a: 1\n", "f.yaml").documents
    assert document.span(("a",)) is not document.span(("a",))
    assert document._places() is document._places()


def test_of_a_long_line_there_is_one_text() -> None:
    (document,) = decode(b"a: 1\nb: " + b"x" * 5000 + b"\n", "f.yaml").documents
    assert document.line_text(2) is document.line_text(2)
    assert (document.line_text(2), document.line_text(1)) == ("b: " + "x" * 5000, "a: 1")
