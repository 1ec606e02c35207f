"""`vmlint expand`: print VMs as KubeVirt would run them, and the claims of their disks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import Exit
from vmlint.cli.output import encoding, say, write
from vmlint.cli.reading import add_cluster, add_files, complain, opened, say_unread
from vmlint.cli.selection import add_vm, chosen

if TYPE_CHECKING:
    from vmlint.explain.expand import Expanded

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Prints each VM as KubeVirt would run it: its instancetype and preference found, by name or inferred from a "
    "volume, and applied, and the defaults filled in; and each claim that a DataVolume or a template becomes, with the "
    "class, the modes and the size that CDI gives it. What can't be expanded is left out, and told on standard error "
    "with the reason. What else KubeVirt may refuse in a VM, `vmlint check` says."
)

_EXAMPLES = (
    ("vmlint expand manifests/", "every VM and claim of a folder"),
    ("vmlint expand --vm shop/web", "one VM of the working directory, and its claims"),
    ("vmlint expand --vm shop/web --explain", "and where each value comes from"),
    ("vmlint expand --target 1.6", "as an older release would run it"),
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
        help="say of each value whether it comes from the VM, its instancetype, its preference or a default: in a "
        "comment, or in json as `origin` beside `data`; and show what its pod requests",
    )
    shown.add_argument("-h", "--help", action="help", help="show this")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    files = opened(arguments)

    from vmlint.explain.expand import VMS, claims, expanded
    from vmlint.world.outcome import Trouble

    vms = chosen([vm for world in files.worlds for vm in expanded(world, VMS)], arguments.vm)
    found = [one for world in files.worlds for one in claims(world)]
    disks = [one for one in found if arguments.vm is None or any(one.source is vm.source for vm in vms)]
    shown = [*vms, *disks]
    form = _json if arguments.format == "json" else _yaml
    write(form([one for one in shown if one.problem is None], arguments.explain))
    unread = say_unread(files)
    for one in shown:
        if one.problem is not None:
            complain(
                one.file, one.line, f"{one.resource} is not expanded ({one.problem.trouble}): {one.problem.reason}"
            )
    if not shown:
        say("there is no VM in the files")
    # Most files leave the storage classes to the cluster: that is no failure.
    failed = any(vm.problem is not None for vm in vms) or any(
        disk.problem is not None and disk.problem.trouble is not Trouble.UNDECIDED for disk in disks
    )
    return Exit.FINDINGS if failed or (unread and arguments.vm is None) else Exit.CLEAN


def _yaml(vms: Sequence[Expanded], explain: bool) -> str:
    from vmlint.report.layout import Page
    from vmlint.report.manifest import manifest
    from vmlint.report.wording import place

    page = Page(None, encoding(sys.stdout))
    documents = []
    for vm in vms:
        comments = {path: str(giver) for path, giver in vm.origin.items()} if explain else None
        heads = [f"{vm.resource}, from {place(vm.file, vm.line)}", *_pod_lines(vm)] if explain else []
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


def _json(vms: Sequence[Expanded], explain: bool) -> str:
    from vmlint.report.untrusted import json_text

    return json_text([_explained(vm) if explain else vm.data for vm in vms])


def _explained(vm: Expanded) -> dict[str, Any]:
    from vmlint.model.field import render
    from vmlint.report.json_ import object_of

    return {
        "resource": object_of(vm.resource),
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
