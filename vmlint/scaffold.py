"""A new rule to begin with: one that works, its fixtures, and its line in the list of its pack.

The rule asks for a label. That is a whole rule with cases that hold, whatever its name: who makes a rule begins with
something that runs, and changes the fault and the cases together.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import NamedTuple

from vmlint import registry
from vmlint.errors import UsageError
from vmlint.registry.python import number_flaw
from vmlint.rule import Rule
from vmlint.spelling import nearest

__all__ = ["KINDS", "New", "new_rule"]

_NAME = re.compile(r"(?:(?P<family>[a-z][a-z0-9-]*)/)?(?P<slug>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)")
_NUMBER = re.compile(r"(?P<letters>.*?)(?P<number>\d+)")


class _Kind(NamedTuple):
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
"""The $kind has no label `$label`.

## What it does
Reports a $kind without the label `$label`.

## Why it matters
Nobody knows whom to ask about it.

## Bad
    kind: $kind
    metadata: {name: example}

## Good
    kind: $kind
    metadata:
      name: example
      labels: {$label: shop}

## Source
Our own convention.
"""

from collections.abc import Iterator

from vmlint.model.access import text
from vmlint.model.subjects import $subject
from vmlint.rule import Effect, Fault, Meta
from vmlint.world import World

META = Meta("$id", effect=Effect.RISK, since="$since", subject=$subject)

_LABEL = ("metadata", "labels", "$label")


def check(subject: $subject, world: World) -> Iterator[Fault]:
    if not text(subject.data, *_LABEL):
        yield META.at(subject.at(*_LABEL), "it has no label `$label`.", fix="add the label: `$label: TEAM`")
''')

_LABEL = "owner"


class New(NamedTuple):
    """The files of a new rule with their texts, its cases, and what is left to do by hand, "" for nothing."""

    files: dict[Path, str]
    cases: tuple[Path, ...]
    todo: str


def new_rule(name: str, folder: Path, *, kind: str, id: str | None) -> New:
    """A Python rule of that name for the pack in a folder, which need not be there. UsageError where it can't be made,
    PackError where the pack can't be read."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise UsageError(f"`{name}` can't name a rule: write small letters, digits and `-`, such as `owner-missing`")
    if kind not in KINDS:
        hint = nearest(kind, list(KINDS)) or f": take one of {', '.join(KINDS)}"
        raise UsageError(f"there is no example of a `{kind}`{hint}")
    slug, family = found["slug"], found["family"] or ""
    known, pack = _rules(folder)
    if taken := next((rule for rule in known if slug in (rule.slug, rule.family)), None):
        raise UsageError(f"`{slug}` is called so already: see `vmlint explain {taken.id}`, and choose another name")
    siblings = [rule for rule in pack if rule.family == family] or pack
    number = id or _number(siblings, folder)
    if id and (wrong := number_flaw(id)):
        raise UsageError(wrong)
    if taken := next((rule for rule in known if rule.id == number), None):
        raise UsageError(f"`{number}` is the number of `{taken.slug}`: choose another with `--id`")
    path = [*filter(None, [family]), slug]
    module = ".".join(path).replace("-", "_")
    listed, todo = _listed(folder / "__init__.py", module)
    subject, manifest = KINDS[kind]
    inside = (folder / "fixtures").is_dir() or not (folder.parent / "fixtures").is_dir()
    cases = (folder if inside else folder.parent) / "fixtures" / slug
    text = _MODULE.substitute(
        id=number, since=siblings[-1].meta.since if siblings else "1.0", kind=kind, subject=subject, label=_LABEL
    )
    files = {
        folder / f"{module.replace('.', '/')}.py": text,
        cases / "bad" / "manifest.yaml": manifest,
        cases / "good" / "manifest.yaml": manifest.replace(
            "metadata:\n", f"metadata:\n  labels: {{{_LABEL}: shop}}\n", 1
        ),
    }
    if there := [str(file) for file in (*files, cases) if file.exists()]:
        raise UsageError(f"`{there[0]}` is there already: choose another name, or remove it")
    return New({**files, **listed}, (cases / "bad", cases / "good"), todo)


def _rules(folder: Path) -> tuple[Sequence[Rule], Sequence[Rule]]:
    """All rules that are known beside those of a pack, and those of the pack; vmlint's own may be the pack."""
    own = registry.rules()
    if folder.resolve() == registry.folder_of(registry.OWN).resolve():
        return own, own
    if not folder.is_dir() or not any(folder.rglob("*.py")):
        return own, ()
    known = registry.known([f"{folder}/"], plugins=False)
    return known, [rule for rule in known if rule.pack]


def _number(siblings: Sequence[Rule], folder: Path) -> str:
    """The number after the highest of the siblings'; the first of a pack is called by its folder."""
    split = [found for rule in siblings if (found := _NUMBER.fullmatch(rule.id))]
    if not split:
        letters = re.sub(r"[^A-Z]", "", folder.resolve().name.upper())
        return f"{letters if letters not in ('', 'VM') else 'RULE'}1"
    last = max(split, key=lambda found: int(found["number"]))
    return f"{last['letters']}{int(last['number']) + 1:0{len(last['number'])}}"


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
