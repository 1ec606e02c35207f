"""Manifests as YAML: what kubectl decodes from the text is the very value that was given.

A string that kubectl would take for a number, a truth value or null is quoted, by the rules of `source.scalars`: they
are not those of PyYAML. Text over several lines is a block where a block can hold it. No character of the output can
act on a terminal or a build log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from vmlint.kubevirt.values import leaves
from vmlint.model.field import Path
from vmlint.report.layout import Page, width_of
from vmlint.source.document import Document
from vmlint.source.scalars import ScalarError, plain, plain_key

__all__ = ["manifest"]

_BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_ENDLESS = 2**30  # cells: a line of prose stays one line

_MOST_BESIDE = 60
"""The cells of a line beyond which its comment does not push the others to the right."""

# A block keeps these lines as they are: no blank at the end of a line, none at the start of the first.
_BLOCK = re.compile(r"(?![ \n])(?:[^\n]*[^ \n]\n|\n)+[^\n]*(?<![ ])")
# What a build service obeys: see `untrusted`.
_SERVICE = re.compile(r"##(?=[\w.-]*\[)")
_COMMAND = re.compile(r"(?m)^[ \t]*::")


class _Dumper(_BASE):  # type: ignore[misc]
    """Writes every mention of an object in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if _SERVICE.search(text) or _COMMAND.search(text):
        return '"'
    if "\n" in text:
        return "|" if _BLOCK.fullmatch(text) and text.replace("\n", "").isprintable() else '"'
    if not text.isprintable():
        return '"'
    return None if _is_plain(text) else "'"


def _is_plain(text: str) -> bool:
    """Whether kubectl takes the unquoted text for a string, as a value and as a key."""
    try:
        return plain(text) == text and plain_key(text) == text
    except ScalarError:
        return False


_Dumper.add_representer(str, _text)


def manifest(value: Any, comments: Mapping[Path, str] | None = None, *, encoding: str = "utf-8") -> str:
    """A value as one YAML document, in the characters of an encoding.

    A comment is behind the line that holds the value at its path.
    """
    text = _dumped(value, Page(None, encoding))
    return _commented(text, value, comments, Page(None, encoding)) if comments else text


def _dumped(value: Any, page: Page) -> str:
    text = _dump(value, allow_unicode=True)
    if any(page.show(line) != line for line in text.split("\n")):
        text = _dump(value, allow_unicode=False)
    # These stand in double quotes alone, where an escape means the same.
    return _SERVICE.sub(r"#\\x23", text)


def _dump(value: Any, *, allow_unicode: bool) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=False,
        sort_keys=False,
        allow_unicode=allow_unicode,
        width=_ENDLESS,
    )
    return text.removesuffix("...\n")  # the mark that ends a document of a lone scalar


def _commented(text: str, value: Any, comments: Mapping[Path, str], page: Page) -> str:
    document = Document("", 0, 1, text, value)
    lines = text.split("\n")
    by_row = {
        document.key_span(path).line - 1: page.show(comments[path]) for path, _ in leaves(value) if path in comments
    }
    widths = [width_of(lines[row]) for row in by_row]
    column = max((width for width in widths if width <= _MOST_BESIDE), default=0) + 2
    for row, comment in by_row.items():
        lines[row] += f"{' ' * max(column - width_of(lines[row]), 2)}# {comment}"
    return "\n".join(lines)
