"""What is wrong with the syntax of a CEL expression, as far as its tokens show: strings, brackets, operators.

Source: the grammar in cel-spec `doc/langdef.md`. Names and types depend on the environment and are not judged.
"""

from __future__ import annotations

import re

from vmlint.record import Codes, Record

__all__ = ["ExpressionFault", "ExpressionFlaw", "fault_of"]

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''))
    |(?P<raw>(?:[bB]?[rR][bB]?)(?:"[^"\n]*"|'[^'\n]*'))
    |(?P<string>[bB]?(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9A-Za-z.]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<operator>\|\||&&|==|!=|<=|>=|[-+*/%<>!?:,.])""",
    re.VERBOSE | re.DOTALL,
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_DANGLING = frozenset(("||", "&&", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "<", ">", "!", "?", ":", "."))


class ExpressionFlaw(Codes):
    """Why an expression can't be parsed."""

    OPEN_STRING = "open-string"
    NOT_AN_OPERATOR = "not-an-operator"
    CLOSES_NOTHING = "closes-nothing"
    NOT_CLOSED = "not-closed"
    NOTHING_FOLLOWS = "nothing-follows"


class ExpressionFault(Record):
    """What is wrong, and the token that shows it."""

    flaw: ExpressionFlaw
    token: str = ""


def fault_of(expression: str) -> ExpressionFault | None:
    """Why an expression can't be parsed; None where nothing shows that."""
    at, opened, last = 0, [], ""
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None:
            if expression[at] in "\"'":
                return ExpressionFault(ExpressionFlaw.OPEN_STRING)
            return ExpressionFault(ExpressionFlaw.NOT_AN_OPERATOR, expression[at])
        kind, text = token.lastgroup, token.group()
        at = token.end()
        if kind == "open":
            opened.append(text)
        elif kind == "close" and (not opened or opened.pop() != _PAIRS[text]):
            return ExpressionFault(ExpressionFlaw.CLOSES_NOTHING, text)
        if kind != "blank":
            last = text
    if opened:
        return ExpressionFault(ExpressionFlaw.NOT_CLOSED, opened[-1])
    return ExpressionFault(ExpressionFlaw.NOTHING_FOLLOWS, last) if last in _DANGLING else None
