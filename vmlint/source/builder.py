"""The text of one document to its value.

A text in plain block YAML, as most manifests are, is decoded line by line (`plain`), all others with libyaml
(`libyaml`), which is loaded for the first of them.
"""

from __future__ import annotations

from vmlint.source.built import MAX_ALIASED, Built, Plain
from vmlint.source.lines import Unsure
from vmlint.source.plain import document

__all__ = ["build"]


def build(text: str, most_aliased: int = MAX_ALIASED) -> Built:
    """The value of the first document in the text; None for an empty one. It may share parts with other values.

    Aliases may add `most_aliased` values. Raises Unreadable with the place and the reason where kubectl refuses the
    text.
    """
    try:
        data = document(text)
    except Unsure:
        from vmlint.source.libyaml import build_with_libyaml

        return build_with_libyaml(text, most_aliased)
    return Plain(data, False, None, 0)
