"""Which `#` begins a comment to vmlint."""

from __future__ import annotations

import textwrap

import pytest

from vmlint.source.comments import comments
from vmlint.source.decode import decode_text
from vmlint.source.document import Document


def said(text: str) -> list[tuple[int, str, int]]:
    """Line, text and line below of each comment of a file."""
    read = decode_text(textwrap.dedent(text), "a.yaml")
    return [
        (comment.span.line, comment.said, comment.below)
        for document in (*read.remarks, *read.documents)
        for comment in comments(document)
    ]


def test_comments_stand_alone_or_behind_something() -> None:
    assert said(
        """\
        # vmlint: first
        ---
        a: 1  # vmlint: behind a value
        b: |  # vmlint: behind a block scalar's head
          text
        # vmlint: above
        #vmlint:   c
        # another

        c: # vmlint: behind a key
          - "x" # vmlint: behind a string   \n"""
    ) == [
        (1, "first", 2),
        (3, "behind a value", 0),
        (4, "behind a block scalar's head", 0),
        (6, "above", 9),
        (7, "c", 9),
        (10, "behind a key", 0),
        (11, "behind a string", 0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'a: "x # vmlint: no"',
        "a: 'x\n  # vmlint: no'",
        "a: |\n  x\n  # vmlint: no\n",
        "a: >-\n  # vmlint: no\n  x\n",
        "a: x# vmlint: no",
        "a: 1 # `# vmlint: no`",
        '{"a": "b # vmlint: no"}',
        "a: # vmlnt: no",
    ],
)
def test_and_none_in_a_scalar(text: str) -> None:
    assert said(text + "\n") == []


def test_a_comment_behind_a_block_scalar_is_one() -> None:
    assert said("a: |\n  # vmlint: no\n# vmlint: yes\nb: 1\n") == [(3, "yes", 4)]


def test_of_a_broken_document_what_is_before_the_mistake_counts() -> None:
    assert said("# vmlint: yes\na: 1\n\tb: # vmlint: no\n") == [(1, "yes", 2)]


def test_the_place_is_that_of_the_file() -> None:
    (document,) = decode_text("a: é # vmlint: x\n", "a.yaml", line=7).documents
    (comment,) = comments(document)
    assert comment.span == (7, 6, 7, 17)


def test_json_has_no_comments() -> None:
    assert list(comments(Document("a.json", 0, 1, "# vmlint: x\n", json=True))) == []


def test_comments_one_below_the_other_all_stand_above_the_same_line() -> None:
    text = "# vmlint: x\n# plain\n" * 3000 + "a: 1\n# vmlint: y\nb: 2\n"
    (document,) = decode_text(text, "f.yaml").documents
    found = list(comments(document))
    assert {comment.below for comment in found[:-1]} == {6001}
    assert [(comment.span.line, comment.below) for comment in found[-2:]] == [(5999, 6001), (6002, 6003)]


def test_comments_behind_what_is_too_deep_are_not_read() -> None:
    assert said(f"# vmlint: before\na: {'[' * 300}\n# vmlint: behind\n") == [(1, "before", 2)]
