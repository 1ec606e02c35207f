"""The documentation of a field, as hover and completion show it: meaning, type, values, default, releases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from vmlint.catalog.fields import field_text, names_below
from vmlint.catalog.schemas import PROPOSAL, api_kind
from vmlint.kubevirt.releases import NEWEST
from vmlint.model.field import Path, render
from vmlint.model.kinds import BY_GROUP_KIND, BY_NAME
from vmlint.model.resource import Resource
from vmlint.model.subjects import PersistentVolumeClaim, VMHolder, subject_class
from vmlint.record import Record
from vmlint.schema.load import schema_of
from vmlint.schema.meta import FIELDS
from vmlint.schema.node import Node
from vmlint.server.markdown import code

__all__ = ["FieldDoc", "documentation", "fields_below", "node_at"]

_PRODUCTS = {"kubevirt": "KubeVirt", "cdi": "CDI"}
_MAIN = "main"
_TYPES = {
    "array": "list",
    "quantity": "quantity",
    "int-or-string": "integer or string",
    "metadata": "object",
    "any": "any value",
}


class FieldDoc(Record):
    """What is known of a field.

    `text` is "" where only the schema knows it. `values` are the allowed values with what they do ("" where that needs
    no words), none where any value of the type may stand. `since` and `until` are the releases of `product` between
    which the field exists, "" for: always, still. `nested` says what a value looks like: `object`, `list`, or "" for a
    scalar.
    """

    path: Path
    text: str = ""
    type: str = ""
    values: Mapping[str, str] = {}
    default: str = ""
    required: bool = False
    product: str = ""
    since: str = ""
    until: str = ""
    nested: str = ""

    @property
    def name(self) -> str:
        """The field's name."""
        return str(self.path[-1])

    @property
    def summary(self) -> str:
        """One line for a list: type, whether the field is required, its default."""
        parts = [self.type, "required" if self.required else ""]
        return ", ".join(part for part in parts if part)

    @property
    def is_proposal(self) -> bool:
        """Whether no release has the field."""
        return self.since == PROPOSAL

    @property
    def is_deprecated(self) -> bool:
        """Whether another field replaces it, or releases have dropped it."""
        return bool(self.until) or "Deprecated:" in self.text

    @property
    def markdown(self) -> str:
        """The documentation as Markdown."""
        lines = [code(render(self.path)) + (f" · {self.summary}" if self.summary else "")]
        lines += [self.text] if self.text else []
        if any(self.values.values()):
            lines.append("\n".join(_value(value, meaning) for value, meaning in self.values.items()))
        elif len(self.values) > 1 and self.type != "boolean":
            lines.append("One of " + ", ".join(f"`{value}`" for value in self.values) + ".")
        if self.default:
            lines.append(f"Default: {_quoted(self.default)}.")
        return "\n\n".join([*lines, *filter(None, [self._releases])])

    @property
    def _releases(self) -> str:
        if self.is_proposal:
            return f"A proposal: no release of {self.product} has it."
        if self.since == _MAIN:
            return f"Only in {self.product}'s main branch."
        if self.since and self.until:
            return f"{self.product} {self.since} to {self.until}."
        if self.until:
            return f"Up to {self.product} {self.until}."
        return f"Since {self.product} {self.since}." if self.since else ""


def documentation(
    kind: str, path: Path, release: tuple[int, ...] | None = None, *, api_version: str = ""
) -> FieldDoc | None:
    """What is known of a field of a kind, None where neither the schema nor the table of texts has it.

    Indexes of lists may be in the path. Without an `api_version` the newest one counts. With a `release` of the kind's
    product a field that this release lacks is None.
    """
    own = path
    is_claim = _class_of(kind, api_version) is PersistentVolumeClaim
    kind, path, api_version = _of_held(kind, path, api_version)
    names = tuple(step for step in path if isinstance(step, str))
    if not names:
        return None
    root, product = _schema(kind, api_version)
    text = field_text(kind, names)
    parent = node_at(root, names[:-1]) if root else None
    parent = parent.items or parent if parent else None
    node = parent.field(names[-1]) or parent.values if parent else None
    untyped = (parent is not None and parent.type == "metadata") or names[0] == "metadata" or root is None
    if node is None and (text is None or not untyped):
        return None
    since, until = parent.releases.get(names[-1], ("", "")) if parent and not is_claim else ("", "")
    if release and not _serves(since, until, release):
        return None
    values = _values(node, text.values if text else {})
    return FieldDoc(
        own,
        text.text if text else "",
        _type(node) if node else _metadata_type(names[-1]),
        values,
        text.default if text else "",
        bool(parent and names[-1] in (*parent.required, *parent.webhook_required)),
        product,
        since,
        until,
        _nested(node) if node else _metadata_nested(names[-1]),
    )


def fields_below(
    kind: str, path: Path, release: tuple[int, ...] | None = None, *, api_version: str = ""
) -> Iterator[FieldDoc]:
    """The fields that an object has at a path, in the order of the schema; those of a list's entries at the list.

    Without a `release`, proposals are among them, and what is gone in the newest release is not.
    """
    own, below, version = _of_held(kind, path, api_version)
    root, _ = _schema(own, version)
    node = node_at(root, below) if root else None
    node = node.items or node if node else None
    for name in _names(own, below, node):
        doc = documentation(kind, (*path, name), release, api_version=api_version)
        if doc is not None and (release or not doc.until):
            yield doc


def _names(kind: str, path: Path, node: Node | None) -> Iterable[str]:
    """The fields of an object: of the schema, else those that the table of texts has."""
    if node is not None and node.fields:
        return node.fields
    if node is None and not path:
        return ("apiVersion", "kind", "metadata", "spec")
    return names_below(kind, tuple(step for step in path if isinstance(step, str)))


def node_at(root: Node, path: Path) -> Node | None:
    """The schema at a path; steps into a list's entries may be left out."""
    node: Node | None = root
    for step in path:
        if node is None:
            return None
        if isinstance(step, int):
            node = node.items
            continue
        node = node.items or node
        node = node.field(step) or node.values
    return node


def _of_held(kind: str, path: Path, api_version: str) -> tuple[str, Path, str]:
    """The field of the VM that an object holds, where the path leads into one; else the same field."""
    made = _class_of(kind, api_version)
    if made is PersistentVolumeClaim and path[:1] == ("spec",):
        return "DataVolume", ("spec", "pvc", *path[1:]), ""  # the same fields, whose schema is known
    if made is None or not issubclass(made, VMHolder):
        return kind, path, api_version
    depth = len(made.embedded_path)
    held = path[:depth] == made.embedded_path and len(path) >= depth
    return ("VirtualMachine", path[depth:], "") if held else (kind, path, api_version)


def _class_of(kind: str, api_version: str) -> type[Resource] | None:
    row = BY_GROUP_KIND.get((api_version.rpartition("/")[0], kind)) if api_version else BY_NAME.get(kind)
    return subject_class(row) if row else None


@cache
def _schema(kind: str, api_version: str) -> tuple[Node | None, str]:
    """The schema of a kind and the name of its product; that of the newest version where the version is not known."""
    found = schema_of(api_version, kind) if api_version else None
    if found is None and (row := BY_NAME.get(kind)) and (api_kind_row := api_kind(row.group, kind)):
        versions = [version for version in api_kind_row.versions if version.since != PROPOSAL]
        found = schema_of(f"{row.group}/{versions[-1].name}", kind) if versions else None
    return (found.root, _PRODUCTS.get(found.product, "")) if found else (None, "")


def _values(node: Node | None, known: Mapping[str, str]) -> Mapping[str, str]:
    node = node.items or node if node else None
    if node is None:
        return known
    if node.type == "boolean":
        return {"true": "", "false": ""}
    enum = node.webhook_enum or node.enum
    return {str(value): known.get(str(value), "") for value in enum} if enum else known


def _type(node: Node) -> str:
    if node.items is not None:
        return f"list of {_plural(node.items.type)}"
    if node.values is not None and not node.fields:
        return f"map of {_plural(node.values.type)}"
    return _TYPES.get(node.type, node.type)


def _plural(name: str) -> str:
    word = _TYPES.get(name, name)
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


_METADATA_TYPES = {str: "string", int: "integer", dict: "map of strings", list: "list"}


def _metadata_type(name: str) -> str:
    return _METADATA_TYPES[FIELDS[name][0]] if name in FIELDS else ""


def _metadata_nested(name: str) -> str:
    types = FIELDS.get(name, ())
    return "object" if dict in types or name in ("metadata", "spec") else "list" if list in types else ""


def _nested(node: Node) -> str:
    if node.type == "array":
        return "list"
    return "object" if node.type in ("object", "metadata") else ""


def _serves(since: str, until: str, release: tuple[int, ...]) -> bool:
    if since in (PROPOSAL, _MAIN):
        return since == _MAIN and release[:2] > NEWEST[:2]
    return (not since or _numbers(since) <= release[:2]) and (not until or release[:2] <= _numbers(until))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _value(value: str, meaning: str) -> str:
    return f"- `{value}`: {meaning}" if meaning else f"- `{value}`"


def _quoted(default: str) -> str:
    """A default that is one word is a value."""
    return default if " " in default or "`" in default else f"`{default}`"
