"""What is wrong with the syntax of a CEL expression, as far as its tokens show: strings, brackets, operators.

Source: the grammar in cel-spec `doc/langdef.md`. Names and types depend on the environment and are not judged.
"""

from __future__ import annotations

import re

__all__ = ["fault_of"]

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


def fault_of(expression: str) -> str:
    """Why an expression can't be parsed, "" where nothing shows that."""
    at, opened, last = 0, [], ""
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None:
            return "a string does not end" if expression[at] in "\"'" else f"`{expression[at]}` is not an operator"
        kind, text = token.lastgroup, token.group()
        at = token.end()
        if kind == "open":
            opened.append(text)
        elif kind == "close" and (not opened or opened.pop() != _PAIRS[text]):
            return f"`{text}` closes nothing"
        if kind != "blank":
            last = text
    if opened:
        return f"`{opened[-1]}` is not closed"
    return f"nothing follows `{last}`" if last in _DANGLING else ""
