"""What can be done about findings and fields at a place: fixes, suppressions, and what somebody would write next."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from lsprotocol import types

from vmlint.errors import VmlintError
from vmlint.findings.baseline import Baseline
from vmlint.findings.finding import FileFix, Finding
from vmlint.kubevirt.inference import End
from vmlint.model.access import get, mapping, text
from vmlint.model.field import Path
from vmlint.model.matcher import Matcher
from vmlint.model.resource import Resource
from vmlint.model.subjects import VirtualMachine, VirtualMachinePool, Workload
from vmlint.rule import Effect, Fix
from vmlint.server.diagnostics import diagnostic
from vmlint.server.editing import appended, edits_between, with_edits, workspace_edit
from vmlint.server.session import Checked
from vmlint.server.uris import name_in, uri_of
from vmlint.server.view import Held, View
from vmlint.source.decode import decode, decode_text
from vmlint.source.document import Document
from vmlint.source.edit import Edit, Put, Remove
from vmlint.source.edits import Unfit

__all__ = ["FIX_ALL", "actions", "fix_all"]

FIX_ALL = "source.fixAll.vmlint"
"""The kind of the action that makes all safe fixes of a file: editors run it on save where they are told to."""

_ROUNDS = 10
"""How often what a round of fixes uncovers is fixed in its turn."""


def actions(
    view: View, checked: Checked, name: str, there: types.Range, wanted: Sequence[str] | None
) -> list[types.CodeAction]:
    """The actions for a range of a file, of the kinds that are wanted (None: all)."""
    if view.texts(name) is None:
        return []
    found: list[types.CodeAction] = []
    shown_here = ((one, diagnostic(one, view.texts)) for one in checked.findings.get(name, ()))
    near = [(one, shown) for one, shown in shown_here if _touch(shown.range, there)]
    if _wants(wanted, types.CodeActionKind.QuickFix):
        for finding, shown in near:
            found += _fixes(view, finding, shown)
        for finding, shown in near:
            found += _labels(view, finding, shown)
            found += _suppressions(view, checked, finding, shown)
    if _wants(wanted, FIX_ALL):
        found += fix_all(view, checked, name)
    if _wants(wanted, types.CodeActionKind.Refactor) and (cursor := view.cursor(name, there.start)) is not None:
        for held in cursor.held[:1]:
            found += _additions(view, held)
            found += _extraction(view, held)
    return found


def _wants(wanted: Sequence[str] | None, kind: str) -> bool:
    """Whether an editor asks for a kind of actions: by its name, or by the beginning of it."""
    return wanted is None or any(kind == one or kind.startswith(f"{one}.") or one == "" for one in wanted)


def _touch(one: types.Range, other: types.Range) -> bool:
    return one.start.line <= other.end.line and other.start.line <= one.end.line


# Fixes


def _fixes(view: View, finding: Finding, shown: types.Diagnostic) -> Iterator[types.CodeAction]:
    file_fix = finding.file_fix
    if file_fix is None or file_fix.obstacle:
        return
    with suppress(Unfit, IndexError):
        content = view.texts(file_fix.file)
        if content is not None and not view.texts.is_broken(file_fix.file):
            new = with_edits(
                content.content, file_fix.file, {file_fix.document: [file_fix.edits]}, keep_comments=_is_safe(file_fix)
            )
            if edit := workspace_edit(view, {file_fix.file: new}):
                title = finding.fix[:1].upper() + finding.fix[1:] if finding.fix else f"Fix {finding.slug}"
                yield types.CodeAction(
                    title,
                    types.CodeActionKind.QuickFix,
                    [shown],
                    is_preferred=_is_safe(file_fix),
                    edit=edit,
                )


def _is_safe(file_fix: FileFix) -> bool:
    return file_fix.how is Fix.SAFE


def fix_all(view: View, checked: Checked, name: str) -> list[types.CodeAction]:
    """The action that makes all safe fixes of a file, with what they uncover; none where there is nothing to fix.

    A fix after which the rules report a graver fault than it removes is not made.
    """
    content = view.texts(name)
    if content is None or view.texts.is_broken(name):
        return []
    now, findings, taken = content.content, checked.report.findings, set[tuple[object, ...]]()
    for _ in range(_ROUNDS):
        plan = [one for one in findings if _is_fixable(one, name) and _key(one) not in taken]
        if not plan:
            break
        taken |= {_key(one) for one in plan}
        for group in ([plan], [[one] for one in plan]):
            made = [_tried(view, name, now, findings, part) for part in group]
            if any(made):
                now, findings = next(one for one in made if one is not None)
                break
    if now == content.content:
        return []
    changes = {uri_of(view.folder.root, name): edits_between(content, now)}
    return [types.CodeAction("Fix all that is safe", FIX_ALL, edit=types.WorkspaceEdit(changes=changes))]


def _is_fixable(finding: Finding, name: str) -> bool:
    file_fix = finding.file_fix
    return file_fix is not None and not file_fix.obstacle and file_fix.file == name and _is_safe(file_fix)


def _tried(
    view: View, name: str, content: str, before: Sequence[Finding], plan: Iterable[Finding]
) -> tuple[str, tuple[Finding, ...]] | None:
    """A text with some fixes and its findings; None where they can't be made, or cause a graver fault."""
    edits: dict[int, list[Sequence[Edit]]] = {}
    new = content
    for finding in plan:
        assert finding.file_fix is not None
        groups = edits.setdefault(finding.file_fix.document, [])
        try:
            new = with_edits(content, name, {**edits, finding.file_fix.document: [*groups, finding.file_fix.edits]})
        except (Unfit, IndexError):
            continue
        groups.append(finding.file_fix.edits)
    if new == content:
        return None
    report = view.folder.what_if(name, new)
    had = {_key(one) for one in before}
    worst = max((one.level.weight for one in plan), default=0)
    if any(_key(one) not in had and one.level.weight > worst for one in report.findings):
        return None
    return new, report.findings


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.file, finding.resource, finding.field


# Suppressions


def _suppressions(
    view: View, checked: Checked, finding: Finding, shown: types.Diagnostic
) -> Iterator[types.CodeAction]:
    if finding.effect is Effect.UNREADABLE:
        return
    name = finding.file
    content = view.texts(name)
    document = view.document_of(finding.file, finding.line)
    kind = types.CodeActionKind.QuickFix
    if content is not None and document is not None and not document.json:
        line = shown.range.start.line
        indent = content.line(line)[: len(content.line(line)) - len(content.line(line).lstrip())]
        comment = f"# vmlint: ignore[{finding.slug}] reason\n"
        for title, at, added in (
            (f"Suppress {finding.slug} here", line, indent + comment),
            (f"Suppress {finding.slug} in this file", 0, comment.replace("ignore[", "ignore-file[")),
        ):
            start = types.Position(at, 0)
            new = content.changed(types.Range(start, start), added).content
            if _data(new, name) == _data(content.content, name):  # else it would be text of a value
                changes = {uri_of(view.folder.root, name): [types.TextEdit(types.Range(start, start), added)]}
                yield types.CodeAction(title, kind, [shown], edit=types.WorkspaceEdit(changes=changes))
    yield from _into_baseline(view, checked, finding, shown)


def _data(content: str, name: str) -> list[Any]:
    return [one.data for one in decode(content.encode("utf-8", "surrogatepass"), name).documents]


def _into_baseline(
    view: View, checked: Checked, finding: Finding, shown: types.Diagnostic
) -> Iterator[types.CodeAction]:
    """Add a finding to the baseline, where the configuration names one."""
    file = checked.report.baseline
    name = name_in(view.folder.root, pathlib.Path(os.path.abspath(file))) if file else ""  # noqa: PTH100
    content = view.texts(name) if name else None
    if content is not None:
        with suppress(VmlintError):
            new = Baseline.of(file).with_findings([finding]).text()
            edit = types.WorkspaceEdit(changes={uri_of(view.folder.root, name): edits_between(content, new)})
            yield types.CodeAction(f"Add this finding to {name}", types.CodeActionKind.QuickFix, [shown], edit=edit)


# What is missing


def _labels(view: View, finding: Finding, shown: types.Diagnostic) -> Iterator[types.CodeAction]:
    """Add the label that an inference looks for to the last object of its chain: for each object that it may name."""
    document = view.document_of(finding.file, finding.line)
    for world, vm in view.objects(document) if document is not None else ():
        if (
            not isinstance(vm, VirtualMachine)
            or vm.fragment
            or finding.resource is None
            or vm.name != finding.resource[3]
        ):
            continue
        for matcher in Matcher:
            chain = world.vms.infer(vm, matcher)
            last = chain.last if chain is not None and chain.end is End.LABEL_MISSING else None
            if last is None or matcher.noun not in finding.field + finding.message or not last.linted:
                continue
            for kind in (matcher.cluster, matcher.namespaced):
                for one in world.cluster.of_kind(kind)[:_MOST_NAMES]:
                    if kind is matcher.cluster or one.namespace == vm.namespace:
                        yield from _label(view, last, matcher, one, shown)
        return


_MOST_NAMES = 5
"""For how many instancetypes of a kind a label is offered."""


def _label(
    view: View, last: Resource, matcher: Matcher, one: Resource, shown: types.Diagnostic
) -> Iterator[types.CodeAction]:
    written = last.written(("metadata",))
    labels = {matcher.label: one.name}
    if one.kind is matcher.namespaced:
        labels[matcher.kind_label] = one.kind.name
    edits = [Put((*written.path, "labels", key), value) for key, value in labels.items()]
    if edit := _edited(view, written.document, edits):
        title = f"Label {last.ref.kind} {last.name} with the {matcher.noun} {one.name}"
        yield types.CodeAction(title, types.CodeActionKind.QuickFix, [shown], edit=edit)


def _additions(view: View, held: Held) -> Iterator[types.CodeAction]:
    """Add the disk of a volume, or the network of an interface, that nobody has written yet."""
    workload = held.resource
    if not isinstance(workload, Workload) or workload.fragment or workload.parts:
        return
    base = (*workload.prefix, *workload.vmi_path)
    spec = workload.vmi_spec
    devices = mapping(spec, "domain", "devices")
    disks = {*_names(devices, "disks"), *_names(devices, "filesystems")}
    for volume in _names(spec, "volumes"):
        if volume not in disks:
            entry = {"name": volume, "disk": {"bus": "virtio"}}
            yield from _entry(
                view, workload, (*base, "domain", "devices", "disks"), entry, f"Add a disk for volume {volume}"
            )
    networks = set(_names(spec, "networks"))
    for number, interface in enumerate(_names(devices, "interfaces")):
        if interface not in networks:
            source = {"pod": {}} if number == 0 and not networks else {"multus": {"networkName": interface}}
            entry = {"name": interface, **source}
            yield from _entry(view, workload, (*base, "networks"), entry, f"Add a network for interface {interface}")


def _names(holder: Any, field: str) -> list[str]:
    entries = get(holder, field)
    return [name for one in entries if (name := text(one, "name"))] if isinstance(entries, list) else []


def _entry(view: View, workload: Resource, path: Path, entry: dict[str, Any], title: str) -> Iterator[types.CodeAction]:
    document = workload.document
    content = view.texts(document.file)
    if content is None or view.texts.is_broken(document.file) or document.json:
        return
    edit = None
    if get(document.data, *path):
        with suppress(Unfit, IndexError):
            edit = workspace_edit(view, {document.file: appended(content.content, document, path, _block(entry))})
    else:
        edit = _edited(view, document, [Put(path, [entry])])
    if edit is not None:
        yield types.CodeAction(title, types.CodeActionKind.RefactorRewrite, edit=edit)


def _block(entry: dict[str, Any]) -> list[str]:
    """The lines of a mapping of names and small mappings."""
    lines = []
    for key, value in entry.items():
        if isinstance(value, dict) and value:
            lines += [f"{key}:", *(f"  {line}" for line in _block(value))]
        else:
            lines.append(f"{key}: {json.dumps(value) if not isinstance(value, str) else value}")
    return lines


def _edited(view: View, document: Document, edits: Sequence[Edit]) -> types.WorkspaceEdit | None:
    content = view.texts(document.file)
    if content is None or view.texts.is_broken(document.file):
        return None
    with suppress(Unfit, IndexError):
        return workspace_edit(
            view, {document.file: with_edits(content.content, document.file, {document.index: [edits]})}
        )
    return None


# Sizes


def _extraction(view: View, held: Held) -> Iterator[types.CodeAction]:
    """Move the sizes of a VM into an instancetype of its own, in a document behind it."""
    vm = held.resource
    if not isinstance(vm, VirtualMachine) or isinstance(vm, VirtualMachinePool) or vm.fragment or vm.parts:
        return
    if vm.matcher(Matcher.INSTANCETYPE) or vm.prefix or vm.document.json:
        return
    domain = mapping(vm.vmi_spec, "domain")
    cores = [get(domain, "cpu", part) for part in ("sockets", "cores", "threads")]
    memory = get(domain, "memory", "guest")
    counted = [1 if one is None else one for one in cores]
    if cores == [None, None, None] or not all(isinstance(one, int) and one > 0 for one in counted) or not memory:
        return
    if mapping(domain, "cpu").keys() - {"sockets", "cores", "threads"} or mapping(domain, "memory").keys() - {"guest"}:
        return
    if get(domain, "resources"):
        return
    kind = Matcher.INSTANCETYPE.namespaced
    taken = {one.name for one in held.world.cluster.of_kind(kind) if one.namespace == vm.namespace}
    if vm.name in taken or not vm.name:
        return
    base = (*vm.template_path, "spec", "domain")
    edits: list[Edit] = [
        Remove((*base, "cpu")),
        Remove((*base, "memory")),
        Put(vm.matcher_path(Matcher.INSTANCETYPE), {"kind": kind.name, "name": vm.name}),
    ]
    content = view.texts(vm.document.file)
    if content is None or view.texts.is_broken(vm.document.file):
        return
    vcpus = counted[0] * counted[1] * counted[2]
    namespace = text(vm.data, "metadata", "namespace")
    made = [
        "---",
        f"apiVersion: {kind.group}/v1beta1",
        f"kind: {kind.name}",
        "metadata:",
        f"  name: {vm.name}",
        *([f"  namespace: {namespace}"] if namespace else []),
        "spec:",
        "  cpu:",
        f"    guest: {vcpus}",
        "  memory:",
        f"    guest: {memory}",
        "",
    ]
    with suppress(Unfit, IndexError):
        new = with_edits(content.content, vm.document.file, {vm.document.index: [edits]})
        end = "\r\n" if "\r\n" in new else "\n"
        new = new if new.endswith(end) else new + end
        new += end.join(made)
        if len(decode_text(new, "").documents) == len(decode_text(content.content, "").documents) + 1:
            edit = workspace_edit(view, {vm.document.file: new})
            topology = " (its vCPUs become sockets)" if counted[1:] != [1, 1] else ""
            title = f"Extract the sizes into an instancetype{topology}"
            yield types.CodeAction(title, types.CodeActionKind.RefactorExtract, edit=edit)
