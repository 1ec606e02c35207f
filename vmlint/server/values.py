"""What a value may be: names of objects and of parts of the same VM, values of enums, kinds, namespaces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.catalog.schemas import PROPOSAL, api_kind
from vmlint.engine.snapshot import Snapshot
from vmlint.graph.links import Link, LinkKind
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.kinds import KINDS, Kind
from vmlint.model.matcher import Matcher
from vmlint.model.ref import Ref
from vmlint.model.subjects import VirtualMachine, VMHolder, Workload, subject_class
from vmlint.server.cursor import Cursor
from vmlint.server.fields import documentation
from vmlint.server.names import Named, link_at, matches, namespaces
from vmlint.server.offers import Completion, CompletionKind, Target, quoted, value
from vmlint.server.patched import namespace_around

__all__ = ["api_versions", "kinds", "values"]


def values(cursor: Cursor, target: Target, snapshot: Snapshot | None, name: str = "") -> Iterator[Completion]:
    """What the value at the cursor may be, what is nearest first; `name` is the name of the file."""
    below = cursor.path[len(target.at) :]
    if below == ("kind",):
        yield from kinds(cursor)
    elif below == ("apiVersion",):
        yield from api_versions(cursor, target.kind.name)
    elif below[-1:] == ("namespace",):
        for one in namespaces(snapshot) if snapshot else ():
            yield value(cursor, one, "namespace", kind=CompletionKind.NAME)
    elif below[:-1] == ("metadata", "labels") and target.is_labelled:
        yield from _label_values(cursor, target, snapshot)
    elif (own := list(_own_names(cursor, target))) or _is_own_name(target, below):
        yield from own
    elif snapshot is not None and (link := _link(target, below, snapshot)) is not None:
        yield from _own_templates(cursor, target, link)
        yield from _names(cursor, target, link, snapshot, name)
    else:
        doc = documentation(target.kind.name, below, target.release, api_version=target.api_version)
        for one, meaning in doc.values.items() if doc else ():
            default = "the default" if doc and one == doc.default else ""
            yield value(cursor, one, meaning or default)


def _link(target: Target, below: Path, snapshot: Snapshot) -> Link | None:
    """The reference that is written at a path; an object's own name is none, although a StorageProfile has it too."""
    if below == ("metadata", "name"):
        return None
    data = {**mapping(target.data), "apiVersion": target.api_version or _newest(target.kind)}
    return link_at(data, below, snapshot.settings.default_namespace)


def kinds(cursor: Cursor) -> Iterator[Completion]:
    """The kinds of the written API group, else all; those of KubeVirt and CDI first."""
    written = text(cursor.data, "apiVersion").rpartition("/")[0]
    for row in sorted(KINDS, key=lambda row: (api_kind(row.group, row.name) is None, row.name)):
        if (not written or row.group == written) and row.group != "flavor.kubevirt.io":
            yield value(cursor, row.name, row.group or "core")


def api_versions(cursor: Cursor, kind: str | None) -> Iterator[Completion]:
    """The API versions of a kind, or of all kinds, that releases serve; the newest first."""
    rows = [row for row in KINDS if row.name == kind] if kind else KINDS
    offered: dict[str, None] = {}
    for row in rows:
        known = api_kind(row.group, row.name)
        for version in reversed(known.versions if known else ()):
            if version.since != PROPOSAL and not version.until and not version.deprecated:
                offered.setdefault(f"{row.group}/{version.name}")
    for name in offered:
        yield value(cursor, name)


def _newest(kind: Kind) -> str:
    known = api_kind(kind.group, kind.name)
    version = known.versions[-1].name if known else "v1"
    return f"{kind.group}/{version}" if kind.group else version


def _label_values(cursor: Cursor, target: Target, snapshot: Snapshot | None) -> Iterator[Completion]:
    """The names of instancetypes and preferences for the labels that inference reads, and their kinds."""
    label = cursor.path[-1]
    namespace = text(target.data, "metadata", "namespace")
    for matcher in Matcher:
        if label == matcher.kind_label:
            for kind, detail in ((matcher.cluster, "cluster-wide"), (matcher.namespaced, "of the VM's namespace")):
                yield value(cursor, kind.name, detail)
        if label == matcher.label and snapshot is not None:
            written = text(target.data, "metadata", "labels", matcher.kind_label)
            kind = matcher.kind(written) or matcher.cluster
            ref = Ref(kind.group, kind.name, namespace if kind.namespaced else "", "")
            yield from (_named(cursor, one) for one in matches(snapshot, ref))


def _vm_paths(target: Target) -> tuple[Path, Path] | None:
    """Where the VM's and the VMI's specifications are in an object; the first is () where there is only a VMI."""
    made = subject_class(target.kind)
    if issubclass(made, VMHolder):
        return (*made.embedded_path, "spec"), (*made.embedded_path, "spec", "template", "spec")
    if not issubclass(made, Workload):
        return None
    vmi = (*made.template_path, "spec")
    return (made.vm_path if issubclass(made, VirtualMachine) else ()), vmi


_DISKS, _FILESYSTEMS = ("domain", "devices", "disks"), ("domain", "devices", "filesystems")
# A part of a VMI whose names are those of other parts, and these.
_PARTNERS: Mapping[Path, tuple[Path, ...]] = {
    _DISKS: (("volumes",),),
    _FILESYSTEMS: (("volumes",),),
    ("domain", "devices", "interfaces"): (("networks",),),
    ("networks",): (("domain", "devices", "interfaces"),),
    ("volumes",): (_DISKS, _FILESYSTEMS),
}


def _is_own_name(target: Target, below: Path) -> bool:
    """Whether a value is the name of a part of the VM, which nothing outside of it knows."""
    paths = _vm_paths(target)
    if paths is None:
        return False
    vmi = paths[1]
    return below[: len(vmi)] == vmi and below[-1:] == ("name",) and _PARTNERS.get(below[len(vmi) : -2]) is not None


def _own_names(cursor: Cursor, target: Target) -> Iterator[Completion]:
    """Names of volumes and networks of the same VM."""
    paths = _vm_paths(target)
    if paths is None:
        return
    vm, vmi = paths
    below = cursor.path[len(target.at) :]
    data = target.data
    if vm and below in {(*vm, matcher.noun, "inferFromVolume") for matcher in Matcher}:
        for _, volume in each(data, *vmi, "volumes"):
            if name := text(volume, "name"):
                yield value(cursor, name, _volume(volume), kind=CompletionKind.NAME)
    elif _is_own_name(target, below):
        part = below[len(vmi) : -2]
        alike = (_DISKS, _FILESYSTEMS) if part in (_DISKS, _FILESYSTEMS) else (part,)
        here = (*vmi, *part, below[-2])
        taken = {
            text(one, "name") for same in alike for at, one in each(data, *vmi, *same) if (*vmi, *same, at) != here
        }
        for other in _PARTNERS[part]:
            for _, one in each(data, *vmi, *other):
                if (name := text(one, "name")) and name not in taken:
                    yield value(cursor, name, _volume(one), kind=CompletionKind.NAME)


def _volume(entry: Mapping[str, Any]) -> str:
    """What a volume, network, disk or interface is: the field beside its name, and what that names."""
    for key, below in entry.items():
        if key != "name" and isinstance(below, dict):
            named = next((text(below, name) for name in _NAMING if text(below, name)), "")
            return f"{key} {named}".strip()
    return ""


_NAMING = ("name", "claimName", "secretName", "image", "networkName", "bus")


def _own_templates(cursor: Cursor, target: Target, link: Link) -> Iterator[Completion]:
    """The DataVolume templates of the same VM: the repository may not know them yet."""
    paths = _vm_paths(target)
    if paths is None or not paths[0] or link.kind is not LinkKind.VOLUME:
        return
    for template in sequence(target.data, *paths[0], "dataVolumeTemplates"):
        if name := text(template, "metadata", "name"):
            yield value(cursor, quoted(name), "template of this VM", kind=CompletionKind.NAME)


def _names(cursor: Cursor, target: Target, link: Link, snapshot: Snapshot, file: str) -> Iterator[Completion]:
    """The objects that a reference may name."""
    below = cursor.path[len(target.at) :]
    holder = get(cursor.data, *cursor.path[:-1])
    written = text(holder, "namespace")
    beside = documentation(target.kind.name, (*below[:-1], "namespace"), api_version=target.api_version)
    own_name = text(target.data, "metadata", "name")
    own = text(target.data, "metadata", "namespace") or namespace_around(file, target.kind, own_name, snapshot)
    templates = {one.label for one in _own_templates(cursor, target, link)}
    here = Ref(target.kind.group, target.kind.name, own, own_name)
    wanted = link.ref._replace(namespace=written or (own if link.ref.namespace else ""))
    for one in matches(snapshot, wanted, file, below):
        elsewhere = bool(one.ref.namespace) and one.ref.namespace != (written or own)
        if one.ref == here or (one.ref.name in templates and not elsewhere):
            continue
        if link.kind is LinkKind.NETWORK:
            name = one.ref.short if elsewhere else one.ref.name
            yield _named(cursor, one, label=name, insert=name)
        elif not elsewhere:
            needs = beside is not None and beside.required and not written and bool(one.ref.namespace)
            yield _named(cursor, one, insert=_with_namespace(cursor, one.ref) if needs else "")
        elif beside is not None and not written:
            yield _named(
                cursor, one, label=f"{one.ref.name} ({one.ref.namespace})", insert=_with_namespace(cursor, one.ref)
            )


def _with_namespace(cursor: Cursor, ref: Ref) -> str:
    """A name with the line of its namespace."""
    before = ", " if cursor.flow else "\n" + " " * cursor.indent
    return f"{quoted(ref.name)}{before}namespace: {quoted(ref.namespace)}"


def _named(cursor: Cursor, one: Named, label: str = "", insert: str = "") -> Completion:
    detail = ", ".join(part for part in (one.detail, one.origin) if part)
    spec = mapping(one.data, "spec")
    shown = f"```yaml\n{_yaml(spec)}\n```" if spec and len(spec) < _MOST_SHOWN else ""
    name = label or one.ref.name
    return Completion(
        name, CompletionKind.NAME, insert or quoted(one.ref.name), cursor.start, cursor.end, detail, shown
    )


_MOST_SHOWN = 30


def _yaml(data: Any, indent: str = "") -> str:
    """Data as people write it, for reading only."""
    lines: list[str] = []
    for key, below in data.items():
        if isinstance(below, dict) and below:
            lines += [f"{indent}{key}:", _yaml(below, indent + "  ")]
        elif isinstance(below, list) and below:
            lines.append(f"{indent}{key}:")
            for entry in below:
                body = _yaml(entry, indent + "  ").lstrip() if isinstance(entry, dict) and entry else _scalar(entry)
                lines.append(f"{indent}- {body}")
        else:
            lines.append(f"{indent}{key}: {_scalar(below)}")
    return "\n".join(lines)


def _scalar(data: Any) -> str:
    return data if isinstance(data, str) and "\n" not in data and data else json.dumps(data, default=str)
