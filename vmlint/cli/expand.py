"""`vmlint expand`: print VMs as KubeVirt would run them, and the claims of their disks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, say, write
from vmlint.cli.reading import add_cluster, add_files, complain, config_of, opened, paths_of, say_unread
from vmlint.cli.selection import add_vm, chosen
from vmlint.errors import UsageError
from vmlint.record import Record

if TYPE_CHECKING:
    from argparse import Namespace

    from vmlint.engine.snapshot import Snapshot
    from vmlint.explain.expand import Expanded

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Prints each VM as KubeVirt would run it: with its instancetype and preference, named or inferred from a "
    "volume, applied, and defaults filled in; and each claim that CDI creates for a DataVolume or template, with its "
    "class, modes and size. VMs that can't be expanded are skipped, with the reason on standard error. "
    "`vmlint check` reports what else KubeVirt may refuse."
)

_EXAMPLES = (
    ("vmlint expand manifests/", "every VM and claim of a folder"),
    ("vmlint expand --vm shop/web", "one VM of the working directory, and its claims"),
    ("vmlint expand --vm shop/web --explain", "and where each value comes from"),
    ("vmlint expand --target 1.6", "as an older release would run it"),
    ("vmlint expand --diff origin/main", "what a branch changes in them"),
    ("vmlint expand --format json | jq '.[].spec'", "for programs"),
)

_EXITS = {
    Exit.CLEAN: "every VM is printed, and every claim that the files decide",
    Exit.FINDINGS: "some VM can't be expanded or some claim not be made, or some document can't be read",
    **{exit: exit.meaning for exit in (Exit.USAGE, Exit.NOTHING_READ, Exit.INTERNAL, Exit.INTERRUPTED)},
}


def make_parser() -> Parser:
    parser = Parser("expand", _DESCRIPTION, _EXAMPLES, _EXITS)
    add_files(parser.add_argument_group("what is read"))
    add_cluster(parser.add_argument_group("for which cluster"))
    shown = parser.add_argument_group("what is shown")
    add_vm(shown)
    shown.add_argument(
        "--format",
        metavar="FORMAT",
        type=one_of("yaml", "json"),
        default="yaml",
        help="yaml (the default): a document for each VM and claim; json: a list",
    )
    shown.add_argument(
        "--explain",
        action="store_true",
        help="show where each value comes from (the VM, its instancetype, its preference or a default) in a "
        "comment, in json as `origin`; and what the pod requests",
    )
    shown.add_argument(
        "--diff",
        metavar="REV",
        help="show how the VMs and claims differ from those of the last commit in common with a revision, as a patch "
        "with the origin of each value",
    )
    add_options(shown, "--help")
    return parser


class _Shown(Record):
    """A VM or claim, and the name of the deployment it belongs to where the files have several; else ""."""

    object: Expanded
    deployment: str

    def __str__(self) -> str:
        return f"{self.object.resource}, in {self.deployment}" if self.deployment else str(self.object.resource)


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.diff is not None:
        return _compare(arguments)
    files = opened(arguments)

    from vmlint.explain.expand import claims_of, expanded
    from vmlint.world.outcome import Trouble

    names = files.names if len(files.worlds) > 1 else [""]
    places = list(zip(files.worlds, names, strict=True))
    machines = [_Shown(vm, name) for world, name in places for vm in expanded(world)]
    claims = [_Shown(claim, name) for world, name in places for claim in claims_of(world)]
    vms = chosen([entry.object for entry in machines], arguments.vm)
    wanted = {id(vm) for vm in vms}
    disks = [one for one in claims if arguments.vm is None or any(one.object.source is vm.source for vm in vms)]
    shown = [*(one for one in machines if id(one.object) in wanted), *disks]
    form = _json if arguments.format == "json" else _yaml
    write(form([entry for entry in shown if entry.object.problem is None], arguments.explain))
    unread = say_unread(files)
    for entry in shown:
        if (problem := entry.object.problem) is not None:
            reason = f"{entry} is not expanded ({problem.trouble}): {problem.reason}"
            complain(entry.object.file, entry.object.line, reason)
    if not shown:
        say("the files contain no VM")
    # Most files leave the storage classes to the cluster: that is no failure.
    failed = any(vm.problem is not None for vm in vms) or any(
        (problem := disk.object.problem) is not None and problem.trouble is not Trouble.UNDECIDED for disk in disks
    )
    return Exit.FINDINGS if failed or (unread and arguments.vm is None) else Exit.CLEAN


def _compare(arguments: Namespace) -> Exit:
    """What is different in the VMs and claims since a revision."""
    from vmlint.cli.progress import Progress
    from vmlint.engine.request import RunRequest
    from vmlint.engine.states import since
    from vmlint.source.commits import asked_by

    if arguments.format == "json":
        raise UsageError("`--diff` shows a patch: leave `--format json` out")
    config = config_of(arguments)
    with Progress(sys.stderr) as progress, asked_by("`--diff`"):
        states = since(arguments.diff, RunRequest.of(paths_of(arguments, config), config, progress=progress))
    before, after = (_texts(snapshot, arguments.vm) for snapshot in (states.before, states.after))
    write("".join(_patch(name, before.get(name, ""), after.get(name, "")) for name in sorted({*before, *after})))
    return Exit.CLEAN


def _texts(snapshot: Snapshot, name: str | None) -> dict[str, str]:
    """The VMs and claims of a snapshot as YAML with the givers of the values, by their names."""
    from vmlint.explain.expand import claims_of, expanded
    from vmlint.report.manifest import manifest

    shown: dict[str, str] = {}
    for number, world in enumerate(snapshot.worlds):
        deployment = snapshot.names[number]
        for one in (*expanded(world), *claims_of(world)):
            known = f"{one.resource}" + (f" in {deployment}" if deployment else "")
            if name is None or name in (one.source.name, f"{one.source.namespace}/{one.source.name}"):
                givers = {path: str(giver) for path, giver in one.origin.items()}
                shown[known] = manifest(one.data, givers, encoding=encoding(sys.stdout))
    return shown


def _patch(name: str, before: str, after: str) -> str:
    from difflib import unified_diff

    from vmlint.report.layout import Page

    shown = Page(None, encoding(sys.stdout)).show(name)
    lines = unified_diff(before.splitlines(True), after.splitlines(True), f"before: {shown}", f"after: {shown}")
    return "".join(lines)


def _yaml(shown: Sequence[_Shown], explain: bool) -> str:
    from vmlint.report.layout import Page
    from vmlint.report.manifest import manifest
    from vmlint.report.wording import place

    page = Page(None, encoding(sys.stdout))
    documents = []
    for entry in shown:
        vm = entry.object
        comments = {path: str(giver) for path, giver in vm.origin.items()} if explain else None
        heads = [f"{entry}, from {place(vm.file, vm.line)}", *_pod_lines(vm)] if explain else []
        if entry.deployment and not explain:
            heads = [str(entry)]
        head = "".join(f"# {page.show(text)}\n" for text in heads)
        documents.append(head + manifest(vm.data, comments, encoding=page.encoding))
    return "---\n".join(documents)


def _pod_lines(vm: Expanded) -> list[str]:
    """What the VM's launcher pod asks for, in words."""
    if (pod := vm.pod) is None:
        return []
    lines = [f"pod: memory overhead {-(-pod.overhead // _MI)}Mi"]
    for kind, amounts in (("requests", pod.requests), ("limits", pod.limits)):
        if amounts:
            lines.append(f"pod {kind}: {', '.join(f'{name} {amount}' for name, amount in amounts.items())}")
    return lines


_MI = 1 << 20


def _json(shown: Sequence[_Shown], explain: bool) -> str:
    from vmlint.report.untrusted import json_text

    return json_text([_explained(entry) if explain else entry.object.data for entry in shown])


def _explained(entry: _Shown) -> dict[str, Any]:
    from vmlint.model.field import render
    from vmlint.report.json_ import object_of

    vm = entry.object
    return {
        "resource": object_of(vm.resource),
        "deployment": entry.deployment,
        "file": vm.file,
        "line": vm.line,
        "data": vm.data,
        "origin": {render(path): str(giver) for path, giver in vm.origin.items()},
        "pod": _pod(vm),
    }


def _pod(vm: Expanded) -> dict[str, Any] | None:
    if (pod := vm.pod) is None:
        return None
    amounts = {
        kind: {name: str(amount) for name, amount in getattr(pod, kind).items()} for kind in ("requests", "limits")
    }
    return {"memoryOverhead": pod.overhead, **amounts}
