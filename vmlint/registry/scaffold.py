"""A new rule to begin with: one that works, its fixtures, and its line in the list of its pack.

The rule forbids a label of its own name. That is a whole rule with cases that hold, and meddles with the cases of no
other: who makes a rule begins with something that runs, and changes the fault and the cases together.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from string import Template

from vmlint import registry
from vmlint.errors import UsageError
from vmlint.model.spelling import nearest
from vmlint.packs.files import DATA, packs_in
from vmlint.record import Record
from vmlint.registry.python import number_flaw
from vmlint.rule import Rule

__all__ = ["KINDS", "New", "new_rule"]

_NAME = re.compile(r"(?:(?P<family>[a-z][a-z0-9-]*)/)?(?P<slug>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)")
_NUMBER = re.compile(r"(?P<letters>.*?)(?P<number>\d+)")


class _Kind(Record):
    """A kind of which rules speak: its class in `vmlint.model.subjects`, and an object that nothing is wrong with."""

    subject: str
    manifest: str


KINDS: Mapping[str, _Kind] = {
    "VirtualMachine": _Kind(
        "VirtualMachine",
        """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
  namespace: shop
spec:
  runStrategy: Always
  template:
    spec:
      domain:
        memory: {guest: 2Gi}
        devices:
          disks:
          - {name: root, disk: {bus: virtio}}
      volumes:
      - {name: root, containerDisk: {image: "quay.io/containerdisks/fedora:42"}}
""",
    ),
    "DataVolume": _Kind(
        "DataVolume",
        """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata:
  name: data
  namespace: shop
spec:
  source: {blank: {}}
  storage:
    storageClassName: ceph-rbd
    accessModes: [ReadWriteMany]
    volumeMode: Block
    resources: {requests: {storage: 10Gi}}
""",
    ),
    "PersistentVolumeClaim": _Kind(
        "PersistentVolumeClaim",
        """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: shop
spec:
  storageClassName: ceph-rbd
  accessModes: [ReadWriteMany]
  volumeMode: Block
  resources: {requests: {storage: 10Gi}}
""",
    ),
    "VirtualMachineClusterInstancetype": _Kind(
        "Instancetype",
        """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata:
  name: small
spec:
  cpu: {guest: 2}
  memory: {guest: 4Gi}
""",
    ),
    "VirtualMachineClusterPreference": _Kind(
        "Preference",
        """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterPreference
metadata:
  name: linux
spec:
  devices: {preferredDiskBus: virtio}
""",
    ),
}
"""The kinds that a new rule may be about."""

_MODULE = Template('''\
"""The $kind has the label `$slug`.

## What it does
Reports the label `$slug` of a $kind.

## Why it matters
This is an example: describe here what goes wrong.

## Bad
    kind: $kind
    metadata:
      name: example
      labels: {$slug: "yes"}

## Good
    kind: $kind
    metadata: {name: example}

## Source
Our own convention.
"""

from collections.abc import Iterator

from vmlint.model import $subject, get
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("$id", effect=Effect.RISK, since="$since", subject=$subject)

_LABEL = ("metadata", "labels", "$slug")


def check(subject: $subject, world: World) -> Iterator[Fault]:
    if get(subject.data, *_LABEL) is not None:
        yield META.at(subject.at(*_LABEL), "it has the label `$slug`.", fix="remove the label")
''')

_DATA = Template("""\
# docs/packs.md describes all keys; a file may contain several rules.
pack: $family
rules:
- id: $id
  slug: $slug
  subject: $kind
  forbid: {path: metadata.labels.$slug, exists: true}
  message: it has the label `$slug`.
  fix: remove the label
  docs: |
    The $kind has the label `$slug`.

    ## What it does
    Reports the label `$slug` of a $kind.

    ## Why it matters
    This is an example: describe here what goes wrong.
""")


class New(Record):
    """The name of the pack and the files of a new rule with their texts, its bad case, and what is left to do by hand,
    "" for nothing."""

    pack: str
    files: dict[Path, str]
    bad: Path
    todo: str


def new_rule(name: str, folder: Path, *, kind: str, id: str | None, data: bool) -> New:
    """A rule of that name for the pack in a folder, which need not be there: Python, or YAML where `data` says so.

    UsageError where it can't be made, PackError where the pack can't be read.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise UsageError(
            f"`{name}` is not a valid name of a rule: write lower-case letters, digits and `-`, such as `owner-missing`"
        )
    if data and found["family"]:
        raise UsageError(f"a YAML file is a family itself: write `{found['slug']}` for `{name}`")
    if kind not in KINDS:
        hint = nearest(kind, list(KINDS)) or f": write one of {', '.join(KINDS)}"
        raise UsageError(f"`{kind}` has no example{hint}")
    slug, family = found["slug"], found["family"] or _family(folder)
    known, pack = _rules(folder, data=data)
    if taken := next((rule for rule in known if slug in (rule.slug, rule.family)), None):
        raise UsageError(f"`{taken.id}` already has the name `{slug}`: choose another")
    siblings = [rule for rule in pack if rule.family == family] or pack
    number = id or _number(siblings, known, folder)
    if id and (wrong := number_flaw(id)):
        raise UsageError(wrong)
    if taken := next((rule for rule in known if rule.id == number), None):
        raise UsageError(f"`{number}` is the number of `{taken.slug}`: choose another with `--id`")
    module = name.replace("-", "_")
    file = folder / (f"{slug}.yaml" if data else f"{module}.py")
    subject, manifest = KINDS[kind]
    text = (_DATA if data else _MODULE).substitute(
        id=number,
        slug=slug,
        family=family,
        since=siblings[-1].meta.since if siblings else "1.0",
        kind=kind,
        subject=subject,
    )
    listed, todo = ({}, "") if data else _listed(folder / "__init__.py", module.replace("/", "."))
    inside = (folder / "fixtures").is_dir() or not (folder.parent / "fixtures").is_dir()
    cases = (folder if inside else folder.parent) / "fixtures" / slug
    labelled = manifest.replace("metadata:\n", f'metadata:\n  labels: {{{slug}: "yes"}}\n', 1)
    files = {file: text, cases / "bad" / "manifest.yaml": labelled, cases / "good" / "manifest.yaml": manifest}
    if there := [str(path) for path in (*files, cases) if path.exists()]:
        raise UsageError(f"`{there[0]}` exists already: choose another name, or remove it")
    return New(_pack(folder), {**files, **listed}, cases / "bad", todo)


def _family(folder: Path) -> str:
    """What the rules of a folder are called together."""
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "rules"


def _pack(folder: Path) -> str:
    """The name of the pack in a folder."""
    own = registry.folder_of(registry.OWN)
    return registry.OWN if folder.resolve() == own.resolve() else f"{folder}/"


def _rules(folder: Path, *, data: bool) -> tuple[Sequence[Rule], Sequence[Rule]]:
    """All rules that are known beside those of a pack, and those of the pack; vmlint's own may be the pack."""
    own = registry.rules()
    if _pack(folder) == registry.OWN:
        return own, own
    if not folder.is_dir() or not (paths := packs_in(folder)):
        return own, ()
    if data != (paths[0].suffix in DATA):
        other, option = ("YAML", "with") if not data else ("Python", "without")
        raise UsageError(
            f"`{folder}` contains rules in {other}: write this one {option} `--yaml`, or name another `--pack`"
        )
    known = registry.known([_pack(folder)], plugins=False)
    return known, [rule for rule in known if rule.pack]


def _number(siblings: Sequence[Rule], known: Sequence[Rule], folder: Path) -> str:
    """The first free number after the highest of the siblings'; that of a new pack is called by its folder."""
    split = [found for rule in siblings if (found := _NUMBER.fullmatch(rule.id))]
    if split:
        last = max(split, key=lambda found: int(found["number"]))
        letters, highest, width = last["letters"], int(last["number"]), len(last["number"])
    else:
        named = re.sub(r"[^A-Z]", "", folder.resolve().name.upper())
        letters, highest, width = named if named not in ("", "VM") else "RULE", 0, 1
    taken = {rule.id for rule in known}
    return next(free for number in count(highest + 1) if (free := f"{letters}{number:0{width}}") not in taken)


def _listed(init: Path, module: str) -> tuple[dict[Path, str], str]:
    """The list of a pack with the module behind the others of its folder, and what has to be done by hand.

    A pack without a list needs none: all its modules are rules.
    """
    if not init.is_file():
        return {}, ""
    text = init.read_text("utf-8")
    lists = [
        statement.value
        for statement in ast.parse(text).body
        if isinstance(statement, ast.Assign) and any(ast.unparse(name) == "RULES" for name in statement.targets)
    ]
    if not lists:
        return {}, ""
    entries = lists[-1].elts if isinstance(lists[-1], ast.Tuple | ast.List) else []
    if not entries:
        return {}, f'add `"{module}"` to `RULES` in `{init}`'
    above = module.rpartition(".")[0]
    near = [entry for entry in entries if ast.literal_eval(entry).rpartition(".")[0] == above] or entries
    last = near[-1]
    lines = text.splitlines(keepends=True)
    line = lines[(last.end_lineno or 1) - 1]
    end = len(line.encode()[: last.end_col_offset].decode())
    before = line[: last.col_offset]
    parted = ", " if before.strip() else f",\n{before}"
    lines[(last.end_lineno or 1) - 1] = f'{line[:end]}{parted}"{module}"{line[end:]}'
    return {init: "".join(lines)}, ""
