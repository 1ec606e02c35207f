"""`vmlint new`: begin a rule of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vmlint.cli.arguments import Parser
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import say, write, write_file
from vmlint.errors import UsageError

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "`new rule NAME` writes a working example rule, which forbids a label, with a bad and a good case. Edit the rule "
    "and its cases. Existing files are never overwritten."
)
_EXAMPLES = (
    ("vmlint new rule owner-missing", "in policies/, a folder of Python rules"),
    ("vmlint new rule owner-missing --yaml", "as YAML: policies/owner-missing.yaml"),
    ("vmlint new rule size-unapproved --kind DataVolume", "about DataVolumes"),
    ("vmlint new rule storage/disk-too-small --pack rules", "of a family: in a folder of the pack"),
)


def make_parser() -> Parser:
    from vmlint.registry.scaffold import KINDS

    parser = Parser("new", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    parser.add_argument("what", metavar="rule", nargs="?", help="what is begun")
    parser.add_argument("name", metavar="NAME", nargs="?", help="the name of the fault, such as owner-missing")
    parser.add_argument("--pack", metavar="DIR", default="policies", help="the folder of the pack (default: policies)")
    parser.add_argument("--id", metavar="NUMBER", help="its number (default: the next of the pack)")
    parser.add_argument("--yaml", action="store_true", help="write YAML, which is data and needs no Python")
    kinds = ", ".join(KINDS)
    parser.add_argument("--kind", metavar="KIND", default=next(iter(KINDS)), help=f"what it is about: {kinds}")
    add_options(parser, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.what != "rule" or arguments.name is None:
        raise UsageError("name a rule, such as `vmlint new rule owner-missing`")

    from vmlint import registry
    from vmlint.cli.fixtures import expectation, run, written
    from vmlint.registry.scaffold import new_rule

    new = new_rule(arguments.name, Path(arguments.pack), kind=arguments.kind, id=arguments.id, data=arguments.yaml)
    for file, text in new.files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(str(file), text)
    steps = [new.todo] if new.todo else []
    if new.pack == registry.OWN:  # whose rules are imported already
        slug = new.bad.parent.name
        steps.append(f"`vmlint test {new.pack} --select {slug} --update` writes the findings of its bad case")
        expected = []
    else:
        expected = [expectation(new.bad)]
        write_file(str(expected[0]), written(run(new.bad, registry.known([new.pack], plugins=False))))
        steps += [
            f"`vmlint test {new.pack}` runs its cases; `vmlint check --rules {new.pack}` uses it",
            f"`exclude: [{new.bad.parents[1]}/]` in the configuration keeps the cases from being linted",
        ]
    write("".join(f"{file}\n" for file in (*new.files, *expected)))
    for line in steps:
        say(line)
    return Exit.CLEAN
