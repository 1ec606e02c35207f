"""Texts like manifests, plain and odd ones, by chance: what the decoder of plain YAML is compared with libyaml on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from vmlint.source.stream import split, text_of

__all__ = ["mutated", "texts_of", "written"]

FIXTURES = Path(__file__).parents[2] / "fixtures"

_DASHES = ("", "", "", "", "- ", "- ", "-  ", "-   ", "- - ", "-", "- \t")
_KEYS = (
    "a", "b", "c", "name", '"a"', "'b'", "'it''s'", "a.b/c-d", "1", "1.5", "y", "~", "null", "<<", '"<<"', ".", "...",
    "---", "-a", "?", "a:b", "a:", "@a", "$a", "(a)", "${X}", "{a}", "[a]", "é", "a#b", "#a", "=", "a=b", "0x1F",
    "!a", "&a", "*a", "%a", "true", "a-", "+1", ".5", ".nan", "/", "~a", '"\\n"', '"a\\""', '"', "'", "-", "a,b",
    '"a b"', "a b", "? a",
)  # fmt: skip
_SEPARATORS = (": ", ":  ", ":", ":\t", " : ", "  ", "")
_VALUES = (
    "a", "x", "1", "true", '"q"', "'q'", "{}", "[]", "", "", "", "null", "~", "yes", "1e3", "0o17", "0x1F", "1_000",
    "-1", "52:54:00:12:34:56", "2001-01-01", ".inf", "-.inf", ".nan", "+1", "- a", "-", "--", "---", "...", "a b",
    "a  b", "a: b", "a:b", "a:", "a #c", "a#c", "# c", "#c", "|", "|-", "|+", "|2", ">", ">-", "| # c", "|#c", "|  ",
    "| x", '"a', 'a"', "'a", "a'", "'it''s'", "''", '""', '"a\\nb"', '"\\/"', '"a" # c', '"a"#c', '"a" b', "'a' #é",
    "{a: b}", "{a: 1, b: [x, y]}", "[a, b]", "[a, \"b\", 'c']", "[a: b]", "[a,b]", "{a:b}", '{"a":1}', "{a: {b: c}}",
    "[[a], {b: c}]", "[a, ]", "{a: b, }", "{a, b}", "{a: b", "[a", "[a]]", "[a}", "{a: b]", "[a] # c", "[a]#c",
    "[a] b", "[]: x", "{}: x", "[-1, -a, - b, -]", "[a b, c d]", "{a: b:c}", "{a: b: c}", "{a: , b: c}",
    "{a: \"x, y\", b: '}'}", "{a: b, a: c}", '{a: b, "a": c}', "[{port: 8080}, {port: 22}]", "[a?b]", "[?a]",
    "[http://a/b]", "[a:]", "[::1]", "[a::b]", "{a: ::1}", "[a,\tb]", "[ a , b ]", "{ a: b }", "{ }", "[ ]",
    "{a : b}", "{a: b }", "[.5, 1.0, ~, true, .nan]", "[a#b]", "[a #b]", "[<<]", "{<<: {a: b}}", "{y: 1, no: 2}",
    "{~: 1}", "[$(a), +b, (c)]", "[a|b, a>b, a!b, a&b, a*b]", "&a", "*a", "!t a", "!!str 1", "%a", "@a", "`a`", ">a",
    "|a", "?a", "? a", ":a", ": a", "::", "a::", "é", "“x”", "\xa0", "a\xa0", "a\u2028b", "a\x85b", "a\ufeff",
    "\ud800", "a\x07", "a\tb", "a\t", "\ta", "a ", '"a "', "' a'", "日本", "😀", "e\u0301", "a\u200d", "~a", "$x",
    "${X}", "(a)", "=", "<a>", "<", "<<", "^", "\\", "a\\b", ";a", ",a", "a,b", "a[0]", "a{b}", "*", "0", "08", "1.",
    ".", "..", "1:30", '"#x"', "'- x'", "'a: b'", '"a: b"', "x" * 300, "9" * 25, '"' + "y" * 1500 + '"',
)  # fmt: skip
_TAILS = ("", "", "", "", "", "", " ", "  ", " # c", "  # c", " #", "\t", "\t# c", "#")
_LINES = (
    "", "", " ", "    ", "# c", "  # c", "      # x: y", "#", "\t", "---", "--- # c", "...", "%YAML 1.1", "text",
    "  text", "    text", "      - text", '  "q"', "? a", "- ", "-", "  -", "    -", "|", "\xa0", "# é", "# \u2028",
    "#\tx", "  #!", "- # c", "-#c", "   -",
)  # fmt: skip
_CONTENT = ("text", "text", "text: x", "- x", "  deep", "", "   ", "# c", "\ttab", "é", "---", "a\xa0b", " ")
_ODD = (*"\t\x85\xa0\u2028\ufeff\x00\x07\r\x7f{}[]:,#&*!|>'\"%@`?-~\\ é\ud800", ": ", " #", "- ", "\n", "\n\n", "  ")


def written(random: Random) -> str:
    """A document of a few lines, each as odd as the document is."""
    oddity = random.choice((0.03, 0.1, 0.3, 1))
    lines: list[str] = []
    indent = ""
    for _ in range(random.randint(1, 12)):
        if random.random() < 0.13 * oddity:
            lines.append(random.choice(_LINES))
            continue
        indent = _indent(random, lines[-1] if lines else "", indent, oddity)
        dash = random.choice(_DASHES)
        if random.random() > oddity and dash != "- ":
            dash = ""
        key = random.choice(_KEYS) if random.random() < 0.4 * oddity else f"k{random.randint(0, 99)}"
        between = random.choice(_SEPARATORS) if random.random() < 0.4 * oddity else ": "
        value = _value(random)
        if not value and random.random() > 0.3 * oddity:
            between = ":"
        tail = random.choice(_TAILS) if random.random() < oddity else ""
        lines.append(indent + dash + ("" if random.random() < 0.15 * oddity else key + between) + value + tail)
        if value[:1] == "|":
            margin = indent + " " * (len(dash) + random.choice((0, 1, 2, 2, 2, 2, 3, 4)))
            for _ in range(random.randint(0, 5)):
                less = random.randint(1, 3) if random.random() < 0.1 else 0
                lines.append(margin[less:] + random.choice(_CONTENT))
    return "\n".join(lines) + ("" if random.random() < 0.03 else "\n")


def _indent(random: Random, above: str, before: str, oddity: float) -> str:
    column = len(above) - len(above.lstrip(" -"))
    if random.random() < oddity:
        return " " * random.choice((0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 8))
    if above.endswith(":"):
        return " " * (column + random.choice((0, 2, 2, 2, 2)))
    if random.random() < 0.9:
        return " " * max(0, column - 2 * random.choice((0, 0, 0, 1, 2)))
    return before


def _value(random: Random) -> str:
    kind = random.random()
    if kind < 0.4:
        return ""
    if kind < 0.5:
        return random.choice(("|", "|-", "|+"))
    return f"v{random.randint(0, 9)}" if kind < 0.75 else random.choice(_VALUES)


def mutated(text: str, random: Random) -> str:
    """A text with a few of its lines changed, moved or gone."""
    lines = text.split("\n")
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        at = random.randrange(len(lines))
        _mutate(lines, at, random)
        if not lines:
            break
    return "\n".join(lines)


def _mutate(lines: list[str], at: int, random: Random) -> None:
    line, width = lines[at], random.choice((1, 2, 2, 4))
    match random.randrange(12):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, line)
        case 2:
            lines[at] = " " * width + line
        case 3:
            lines[at] = line[width:]
        case 4:
            lines.insert(at, random.choice(_LINES))
        case 5:
            lines.insert(at, random.choice(lines))
        case 6:
            lines[at] = line.partition(": ")[0] + ": " + random.choice(_VALUES) + random.choice(_TAILS)
        case 7:
            lines[at] = line.replace("- ", "", 1)
        case 8:
            lines[at] = line.rstrip() + random.choice((" |", " |-", " |+", " >", ":"))
        case 9:
            lines[at] = line.replace("  ", "- ", 1)
        case _:
            start = random.randrange(len(line) + 1)
            lines[at] = line[:start] + random.choice(_ODD) + line[start + random.choice((0, 0, 1)) :]


@cache
def texts_of(folder: Path) -> tuple[str, ...]:
    """The texts of all documents in a folder."""
    files = sorted(file for file in folder.rglob("*.y*ml") if file.is_file())
    return tuple(chunk.text for file in files for chunk in split(text_of(file.read_bytes())))
