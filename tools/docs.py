"""The pages under `docs/` that are made from the project: `python -m tools.accept` writes them anew."""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections.abc import Mapping
from importlib import import_module
from inspect import getdoc
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from tests.cases import FIXTURES
from vmlint.api import check
from vmlint.audit.query import VIEWS
from vmlint.audit.schema import COMMON, SCHEMA_VERSION, TABLES
from vmlint.cli import COMMANDS, GROUPS
from vmlint.cli.arguments import Parser
from vmlint.cli.fixtures import cases, expectation
from vmlint.config.schema import schema
from vmlint.config.settings import SETTINGS, Scope
from vmlint.packs import schema as packed
from vmlint.packs.way import WAYS
from vmlint.registry import rules
from vmlint.report.rule_page import documentation
from vmlint.report.wording import fix_offered, place
from vmlint.rule import Rule

__all__ = ["DOCS", "PACK", "about_family", "generated", "pages"]

DOCS = Path(__file__).parents[1] / "docs"
SCHEMA = "vmlint.schema.json"
PACK_SCHEMA = "pack.schema.json"
PACKS = Path(__file__).parents[1] / "fixtures" / "packs"
PACK = (
    "rules: [{id: ACME1, slug: owner-missing, subject: VirtualMachine, require: {path: a, exists: true}, message: a}]"
)
"""The pack that the examples of configurations name."""


def pages() -> dict[Path, str]:
    """Every page with its text."""
    made = {
        "rules/README.md": _rules(),
        **{f"rules/{rule.slug}.md": _rule(rule) for rule in rules()},
        "architecture.md": _architecture(),
        "messages.md": _messages(),
        "commands.md": _commands(),
        "configuration.md": _configuration(),
        "packs.md": _packs(),
        "audit-schema.md": _audit_schema(),
        "reports.md": _reports(),
        SCHEMA: _json(schema(rules())),
        PACK_SCHEMA: _json(packed.schema()),
    }
    return {DOCS / name: text for name, text in made.items()}


def generated() -> list[Path]:
    """The files that only pages may be."""
    return sorted(DOCS.glob("rules/*"))


def _json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# Rules


def _rules() -> str:
    parts = [
        "# Rules\n\n`vmlint explain RULE` prints a rule's documentation in the terminal. The "
        "[effect](../how-it-decides.md#effects) states what happens when the object is applied.\n"
    ]
    for family, members in groupby(rules(), key=lambda rule: rule.family):
        about = about_family(family)
        rows = [
            f"| {rule.id} | [{rule.slug}]({rule.slug}.md) | {rule.meta.effect} | {rule.meta.fix or ''} | {rule.title} |"
            for rule in members
        ]
        parts.append(
            f"## {family}\n\n{about[:1].upper()}{about[1:]}\n\n"
            + _table("| rule | name | effect | fix | fault |", rows)
        )
    return "\n".join(parts)


def about_family(family: str) -> str:
    """What the rules of a family are about: the docstring of its folder, without the family's name."""
    return (getdoc(import_module(f"vmlint.rules.{family}")) or "").partition(": ")[2]


def _rule(rule: Rule) -> str:
    effect = rule.meta.effect
    body = _fenced(documentation(rule))
    for name in ("bad", "good"):
        body = _with_manifests(body, FIXTURES / rule.slug / name)
    return (
        f"# {rule.id} {rule.slug}\n\n{rule.title}.\n\n"
        + _table(
            "| family | effect | level | since vmlint |",
            [
                f"| [{rule.family}](README.md#{rule.family}) | {effect}: {effect.meaning} "
                f"| {effect.level} | {rule.meta.since} |"
            ],
        )
        + (f"\n{fix_offered(rule.meta.fix)}.\n" if rule.meta.fix else "")
        + f"\n{body}\n"
    )


def _fenced(page: str) -> str:
    """The page with its examples fenced, so that they are coloured."""
    example = re.compile(r"(?m)(?<=\n)((?: {4}.*\n|\n(?= {4}))+)")

    def fence(found: re.Match[str]) -> str:
        return f"\n```yaml\n{textwrap.dedent(found[1])}```\n"

    spaced = re.sub(r"(?m)^(## .+)\n(?! {4})", r"\1\n\n", page)
    return example.sub(fence, spaced)


def _with_manifests(body: str, case: Path) -> str:
    """The page with the files of a fixture below its example: whole manifests, which the tests check."""
    files = sorted(file for file in case.rglob("*") if file.is_file())
    if not files:
        return body
    section = f"## {case.name.capitalize()}\n"
    before, _, rest = body.partition(section)
    example, following, after = rest.partition("\n## ")
    shown = "\n\n".join(_shown(file, file.relative_to(case).as_posix()) for file in files)
    return (
        f'{before}{section}{example.rstrip()}\n\n<details markdown="1">\n<summary>Whole manifests</summary>\n\n'
        f"{shown}\n{_reported(case)}\n</details>\n{following}{after}"
    )


def _shown(file: Path, name: str) -> str:
    text = file.read_text("utf-8").rstrip("\n")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`{3,}", text)), 0)
    language = "yaml" if file.suffix in (".yaml", ".yml") else "text"
    return f"`{name}`\n\n{fence}{language}\n{text}\n{fence}"


def _reported(case: Path) -> str:
    """What vmlint reports of a bad case, a line for each finding; "" for a good one."""
    if case.name == "good":
        return "\nvmlint reports nothing.\n"
    findings = json.loads(expectation(case).read_text("utf-8"))["findings"]
    lines = "\n".join(f"{place(f['file'], f['line'], f['column'])}: {_object(f)}{f['message']}" for f in findings)
    return f"\nvmlint reports:\n\n```text\n{lines}\n```\n"


def _object(finding: Mapping[str, Any]) -> str:
    named = finding.get("resource")
    if not named:
        return ""
    return f"{named['kind']} {'/'.join(filter(None, (named['namespace'], named['name'])))}: "


# Architecture


def _architecture() -> str:
    """ARCHITECTURE.md, which is at the root as contributors expect it, with the records of decisions."""
    text = (DOCS.parent / "ARCHITECTURE.md").read_text("utf-8").rstrip("\n").replace("](docs/", "](")
    text = re.sub(r"(?m)^<!-- .* -->\n", "", text)
    records = sorted((DOCS / "decisions").glob("*.md"))
    titles = [(record.name, record.read_text("utf-8").partition("\n")[0].lstrip("# ")) for record in records]
    listed = "\n".join(f"- [{title}](decisions/{name})" for name, title in titles)
    return f"{text}\n\n{listed}\n"


# Reports


def _reports() -> str:
    """The page as it is written by hand; its sample of a clean run names how many rules ran."""
    text = (DOCS / "reports.md").read_text("utf-8")
    count = len(check([FIXTURES / "running-deprecated" / "good"]).rules)
    return re.sub(r"against \d+ rules", f"against {count} rules", text)


# Messages


_MESSAGES = """\
# Messages

One example of what each rule reports, for each effect that its findings have, from the rule's own fixtures: to read all
messages in one sitting. The object's name, the place and the chain, which every report adds, are omitted here.
"""


def _messages() -> str:
    examples: dict[tuple[str, str], dict[str, Any]] = {}
    for case in cases(FIXTURES, "bad", "outside"):
        for finding in json.loads(expectation(case).read_text("utf-8"))["findings"]:
            examples.setdefault((finding["slug"], finding["effect"]), finding)
    parts = [_MESSAGES]
    for family, members in groupby(rules(), key=lambda rule: rule.family):
        rows = [
            f"| [{rule.id}](rules/{rule.slug}.md) | {finding['effect']} | {finding['level']} "
            f"| {_cell(finding['message'])} | {_cell(finding['fix'])} |"
            for rule in members
            for (slug, _), finding in sorted(examples.items())
            if slug == rule.slug
        ]
        parts.append(f"## {family}\n\n" + _table("| rule | effect | level | message | fix |", rows))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# Commands


def _commands() -> str:
    parsers = {name: _parser(name) for name in COMMANDS}
    listed = _table(
        "| to | command | what it does |",
        [
            f"| {'' if number else title} | [`vmlint {name}`](#vmlint-{name}) | {what} |"
            for title, group in GROUPS.items()
            for number, (name, what) in enumerate(group.items())
        ],
    )
    return "\n".join(
        (f"# Commands\n\n{listed}", *(_command(name, parser) for name, parser in parsers.items())),
    )


def _parser(name: str) -> Parser:
    made: Parser = import_module(f"vmlint.cli.{name.replace('-', '_')}").make_parser()
    return made


def _command(name: str, parser: Parser) -> str:
    positional = [action for action in parser._actions if not action.option_strings]
    words = " ".join(
        f"[{action.metavar}…]"
        if action.nargs == "*"
        else f"[{action.metavar}]"
        if action.dest in parser.optional
        else str(action.metavar)
        for action in positional
    )
    parts = [f"## vmlint {name}\n\n`{f'vmlint {name} [OPTIONS] {words}'.strip()}`\n\n{parser.description}\n"]
    for group in parser._action_groups:
        if actions := group._group_actions:
            title = {"options": "", "arguments": ""}.get(group.title or "", group.title)
            rows = [f"| {_called(action)} | {_described(parser, action)} |" for action in actions]
            parts.append((f"### {title}\n\n" if title else "") + _table("| option | what it means |", rows))
    widest = max(len(line) for line, _ in parser.examples)
    examples = "\n".join(f"{line:<{widest}}  # {what}" for line, what in parser.examples)
    parts.append(f"```sh\n{examples}\n```\n")
    parts.append(
        _table("| exit code | meaning |", [f"| {int(exit)} | {what} |" for exit, what in parser.exits.items()])
    )
    return "\n".join(parts)


def _called(action: argparse.Action) -> str:
    takes = "" if action.nargs == 0 else f" {action.metavar or ''}".rstrip()
    names = action.option_strings or [""]
    return ", ".join(f"`{name}{takes}`".replace("` ", "`") for name in names).replace("|", "\\|")


def _described(parser: Parser, action: argparse.Action) -> str:
    return parser._get_formatter()._expand_help(action).replace("|", "\\|")


# Configuration


def _configuration() -> str:
    shapes = schema(rules())["properties"]
    return "\n".join((_CONFIGURATION, *(_setting(setting.key, shapes[setting.key]) for setting in SETTINGS)))


_LOCAL = ", ".join(f"`{setting.key}`" for setting in SETTINGS if setting.scope is Scope.FOLDER)

_CONFIGURATION = f"""\
# Configuration

`.vmlint.yaml`, `.vmlint.yml` or the table `[tool.vmlint]` in `pyproject.toml` is found upward from the first path, up
to the root of the git repository. Relative paths in it start at its folder, and must stay in that repository. Options
of the command line override it, and `--config FILE` names another file.

`vmlint config show` prints the settings in effect, with the line or option that each comes from. Editors complete and
check a configuration by [its JSON Schema]({SCHEMA}), which `vmlint config schema` prints; [Editors](editor.md) shows a
configuration with every key:

```yaml
# yaml-language-server: $schema=vmlint.schema.json
```

## Folders

A folder below may have its own configuration. For each file only the nearest one upward applies: nothing is merged
with those above it. It may set the keys that concern files: {_LOCAL}.
All other keys apply to a whole run, are taken from the configuration that is found upward from the first path, and are
listed as skipped in any other. A file that a folder's configuration excludes is excluded in all runs, even if a command
names it.

Options such as `--select` and `--ignore` apply in every folder, and so does the file that `--config` names: with it
vmlint looks for no other, so that the linted repository can't decide how it is linted.
"""


def _setting(key: str, shape: dict[str, Any]) -> str:
    default = f" Default: `{_yaml(shape['default']).partition(chr(10))[0]}`." if "default" in shape else ""
    examples = "# or\n".join(_yaml({key: example}) for example in shape["examples"])
    return f"## {key}\n\n{shape['description']}{default}\n\n```yaml\n{examples}```\n"


def _yaml(data: Any) -> str:
    """As a person would write it: a short list in one line, a list of mappings over several."""
    inner = next(iter(data.values())) if isinstance(data, dict) else data
    short = isinstance(inner, list | dict) and not any(isinstance(entry, dict) for entry in inner)
    return yaml.safe_dump(data, default_flow_style=None if short else False, sort_keys=False, width=120)


# Audits


_AUDIT_SCHEMA = f"""\
# Tables of an audit

Version {SCHEMA_VERSION}. A run is a folder `runs/run=NAME/` in the out folder, with a Parquet file for each table and
`manifest.json`, which has the version as `schema`. A new column raises the version and is null in older runs; a column
that changes its meaning gets another name. [Audits](audit.md) shows how they are made and queried.
"""

_AUDIT_TYPES = {
    "word": "text, often repeated",
    "text": "text",
    "number": "64-bit integer",
    "flag": "true, false or null",
    "words": "list of texts",
    "labels": "map from text to text",
}


def _audit_schema() -> str:
    common = _table(
        "| column | type | meaning |",
        [f"| `{one.name}` | {_AUDIT_TYPES[one.type]} | {one.meaning} |" for one in COMMON],
    )
    parts = [_AUDIT_SCHEMA, f"## Common columns\n\nEvery table begins with these.\n\n{common}"]
    for name, table in TABLES.items():
        rows = [f"| `{one.name}` | {_AUDIT_TYPES[one.type]} | {one.meaning} |" for one in table.columns]
        parts.append(f"## {name}\n\nOne row: {table.row}.\n\n" + _table("| column | type | meaning |", rows))
    views = [f"| `{name}` | {view.meaning} |" for name, view in VIEWS.items()]
    about = (
        "In `vmlint audit query`, the name of a table has the rows of the last run, and `all_` with the name those of "
        "every run. These views are there, too:"
    )
    parts.append(f"## Views\n\n{about}\n\n" + _table("| view | what it has |", views))
    return "\n".join(parts)


# Packs


def _packs() -> str:
    links = [
        f"| `{name}` | {', '.join(sorted(way.starts)) if len(way.starts) < 10 else 'any in a namespace'} "
        f"| {way.meaning} |"
        for name, way in WAYS.items()
    ]
    tables = {
        "A pack": _keys(packed.PACK),
        "A rule": _keys(packed.RULE),
        "A condition": _keys(packed.CONDITION),
        "Links": _LINKS + _table("| `via` | of which kinds | leads to |", links),
        "Example": f"```yaml\n{(PACKS / 'sizes.yaml').read_text('utf-8')}```\n",
    }
    return "\n".join((_PACKS, *(f"## {title}\n\n{table}" for title, table in tables.items())))


_PACKS = f"""\
# Packs of rules

A pack is a YAML file with custom rules; the [tutorial](packs-tutorial.md) writes one. It is data: nothing in it runs,
and the time for a path or pattern grows only with the sizes of its text and of the object. `vmlint check --rules
FILE` or `rules` in the configuration adds it, `vmlint test FILE` runs its cases. Editors complete and check it by [its
JSON Schema]({PACK_SCHEMA}):

```yaml
# yaml-language-server: $schema=pack.schema.json
```

- Paths are [JSONPath as jsonpath-ng writes it](https://pypi.org/project/jsonpath-ng/), with filters:
  `volumes[?(@.name == 'root')].dataVolume.name`. A path without `[*]`, filter, slice or `..` finds one value, or none.
- Every value must meet `require`, and no value may meet `forbid`. If a path that leads to a single value finds none,
  `require` is not met. A path that may find several values and finds none is not a fault: use `count` for that.
- A finding is at the value, or at the place where it is missing. A finding about a value from the instancetype is at
  the name of the instancetype; one about the end of a link is at the field where the link begins, with its chain.
- A question that the files don't answer is undecided, and neither passes nor is reported as a finding: a value with a
  variable, an external instancetype that sets the value, a default that the cluster's KubeVirt object may change.
- `metadata.namespace` is the namespace in which the object is created, whether it is written or not.
- A rule's name names its fault. It is used in `select`, `ignore`, `levels` and suppressions, like the names of vmlint's
  rules.
"""

_LINKS = """\
Of several links, each begins where the previous one ends. A link to a missing object has no values to check. Of an
object that is named and not in the files, only the kind, name and namespace are known.

"""


def _keys(shapes: Mapping[str, Any]) -> str:
    rows = []
    for key, shape in shapes.items():
        examples = " or ".join(f"`{_yaml({key: one}).strip()}`" for one in shape.get("examples", ()))
        meaning = shape["description"].replace("|", "\\|")
        rows.append(f"| `{key}` | {meaning} | {examples} |")
    return _table("| key | what it means | example |", rows)


def _table(head: str, rows: list[str]) -> str:
    ruler = "|" + "---|" * (head.count("|") - 1)
    return "\n".join((head, ruler, *rows)) + "\n"
