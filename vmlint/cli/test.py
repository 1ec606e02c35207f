"""`vmlint test`: run the fixtures of a pack of rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, add_color, comma_separated
from vmlint.cli.exits import Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, say, uses_color, write, write_file
from vmlint.cli.progress import Progress
from vmlint.errors import NothingToRead, UsageError

if TYPE_CHECKING:
    from vmlint.cli.fixtures import Verdict
    from vmlint.report.layout import Line
    from vmlint.rule import Rule

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Runs every case of a pack's fixtures under the rules of the pack and all of vmlint's own. A case is a small "
    "repository, fixtures/NAME/bad*, good* or outside*, NAME being that of a rule. A bad case must give exactly "
    "the findings in "
    "bad*.json; a good case must give none; an outside case must give those in outside*.json."
)
_EXAMPLES = (
    ("vmlint test policies/", "a folder of rules, with policies/fixtures/"),
    ("vmlint test policies/vm.yaml --update", "write the findings of the bad cases, then read them"),
    ("vmlint test acme_rules --select ACME1", "one rule of an installed pack"),
)
_EXITS = {
    Exit.CLEAN: "every case is as expected",
    Exit.FINDINGS: "a case is not, or a rule lacks one",
    Exit.USAGE: Exit.USAGE.meaning,
    Exit.NOTHING_READ: "the pack has no fixtures",
    Exit.INTERNAL: Exit.INTERNAL.meaning,
    Exit.INTERRUPTED: Exit.INTERRUPTED.meaning,
}


def make_parser() -> Parser:
    parser = Parser("test", _DESCRIPTION, _EXAMPLES, _EXITS)
    parser.add_argument("pack", metavar="PACK", nargs="?", help="a YAML or Python file, a folder, or a module")
    parser.add_argument(
        "--select",
        metavar="RULES",
        type=comma_separated,
        action="extend",
        help="only the cases of these rules: numbers, prefixes of numbers, names or families (repeatable)",
    )
    parser.add_argument(
        "--fixtures", metavar="DIR", help="where the cases are (default: fixtures/ in the pack's folder, or next to it)"
    )
    parser.add_argument(
        "--update", action="store_true", help=("write the findings of bad and outside cases to their JSON files")
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print only failures, without summary and progress")
    add_color(parser)
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.pack is None:
        raise UsageError("name a pack, such as `vmlint test policies/`")

    from vmlint import registry

    rules = registry.known([arguments.pack], plugins=False)
    chosen = _chosen([rule for rule in rules if rule.pack or arguments.pack == registry.OWN], arguments.select)
    fixtures = _fixtures(arguments.pack, arguments.fixtures)

    from vmlint.cli.fixtures import cases, expectation, judged, unmatched, written

    slugs = {rule.slug for rule in chosen}
    found = [case for case in cases(fixtures) if case.parent.name in slugs]
    if not found:
        raise NothingToRead(f"no case of a rule in `{fixtures}`: `vmlint new rule` writes a rule with its cases")
    verdicts: list[Verdict] = []
    with Progress(sys.stderr, wanted=not arguments.quiet) as progress:
        for number, case in enumerate(found, 1):
            verdict = judged(case, rules)
            if arguments.update and verdict.said is not None and not case.name.startswith("good"):
                file, text = expectation(case), written(verdict.said)
                if not file.is_file() or file.read_text("utf-8", errors="replace") != text:
                    write_file(str(file), text)
                    say(f"{file} written: read it")
                    verdict = judged(case, rules)
            verdicts.append(verdict)
            progress("testing", number, len(found))
    wrong = [verdict for verdict in verdicts if verdict.wrong]
    whole = arguments.select is None and not Path(arguments.pack).is_file()
    apart = unmatched(fixtures, chosen, whole=whole)
    _show(wrong, apart, fixtures, len(found), arguments.quiet, uses_color(arguments.color, sys.stdout))
    return Exit.FINDINGS if wrong or apart else Exit.CLEAN


def _chosen(rules: Sequence[Rule], names: Sequence[str] | None) -> list[Rule]:
    from vmlint.config.names import meant, unknown_name

    if names is None:
        return list(rules)
    for name in names:
        if wrong := unknown_name(name, rules):
            raise UsageError(wrong)
    return [rule for rule in rules if meant(names, rule)]


def _fixtures(pack: str, named: str | None) -> Path:
    """The folder of the cases. NothingToRead where there is none."""
    from vmlint import registry

    if named is not None:
        places = [Path(named)]
    else:
        folder = registry.folder_of(pack)
        places = [folder / "fixtures", folder.parent / "fixtures"]
    for place in places:
        if place.is_dir():
            return place
    raise NothingToRead(f"no folder {' or '.join(f'`{place}`' for place in places)} with the cases of the pack")


def _show(
    wrong: Sequence[Verdict], apart: Sequence[str], fixtures: Path, number: int, quiet: bool, color: bool
) -> None:
    from vmlint.report.layout import paint

    lines = list(_lines(wrong, apart, fixtures, number, quiet))
    write(paint(lines, color=color))


def _lines(wrong: Sequence[Verdict], apart: Sequence[str], fixtures: Path, number: int, quiet: bool) -> Iterator[Line]:
    from vmlint.report.layout import Page, Segment
    from vmlint.report.wording import counted

    page = Page(None, encoding(sys.stdout))
    for verdict in wrong:
        yield (Segment(page.show(str(verdict.case)), "strong"),)
        for problem in verdict.wrong:
            first, *rest = problem.split("\n")
            yield (Segment("  "), Segment(page.show(first)))
            yield from ((Segment("    "), Segment(page.show(line))) for line in rest)
        yield ()
    if apart:
        yield (Segment(page.show(str(fixtures)), "strong"),)
        yield from ((Segment("  "), Segment(page.show(problem))) for problem in apart)
        yield ()
    if not quiet:
        as_expected = counted(number - len(wrong), "case") + " as expected"
        failed = f", {len(wrong)} not" if wrong else ""
        yield (Segment(as_expected, "clean" if not wrong else ""), Segment(failed, "error"))
