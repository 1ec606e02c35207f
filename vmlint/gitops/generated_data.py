"""ConfigMaps and Secrets that a kustomization generates: their content, and the hash behind their names.

Sources: kustomize `api/internal/generators`, `api/kv/kv.go`, `api/hasher/hasher.go`, `api/types/generatoroptions.go`.
"""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vmlint.model.access import get, mapping, sequence, text

__all__ = ["NotGenerated", "data_of", "generated", "hash_of", "merged", "sources"]

Content = Callable[[str], bytes | None]
"""The content of a file that a generator names, by what is written there; None where it is not known."""

_LINE = 70
_HASH_LETTERS = str.maketrans("013ae", "ghkmt")
_BOM = b"\xef\xbb\xbf"


class NotGenerated(Exception):  # noqa: N818 - the name states what the object is
    """Why kustomize does not generate an object; `path` leads from its entry to the field."""

    def __init__(self, reason: str, *path: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def sources(entry: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Every file of a generator: the field, the key ("" for a file of variables) and the path. Raises NotGenerated."""
    for index, written in enumerate(sequence(entry, "envs")):
        if isinstance(written, str):
            yield ("envs", index), "", written
    if text(entry, "env"):
        yield ("env",), "", text(entry, "env")
    for index, written in enumerate(sequence(entry, "files")):
        if isinstance(written, str):
            key, separator, path = written.partition("=")
            if written.count("=") > 1 or (separator and not (key and path)):
                raise NotGenerated(f"`{written}` is not a path or `key=path`", "files", index)
            yield ("files", index), key if separator else posixpath.basename(written), path if separator else written


def data_of(entry: Mapping[str, Any], content: Content) -> dict[str, bytes] | None:
    """What an object holds by its keys, None where a file's content is not known. Raises NotGenerated."""
    pairs: list[tuple[tuple[str | int, ...], str, bytes]] = []
    files = list(sources(entry))
    known = True
    for field, key, path in files:
        data = content(path)
        if data is None:
            known = False
        elif not key:
            pairs += ((field, name, value) for name, value in _variables(data, field))
    for index, literal in enumerate(sequence(entry, "literals")):
        if isinstance(literal, str):
            name, separator, written = literal.partition("=")
            if not separator or not name:
                raise NotGenerated(f"`{literal}` is not `key=value`", "literals", index)
            pairs.append((("literals", index), name, _unquoted(written).encode()))
    for field, key, path in files:
        if key and (data := content(path)) is not None:
            pairs.append((field, key, data))
    made: dict[str, bytes] = {}
    for field, key, value in pairs:
        if key in made:
            raise NotGenerated(f"it has the key `{key}` twice", *field)
        made[key] = value
    return made if known else None


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _variables(content: bytes, field: tuple[str | int, ...]) -> Iterator[tuple[str, bytes]]:
    for number, line in enumerate(content.split(b"\n")):
        line = line.removesuffix(b"\r")
        try:
            line.decode()
        except UnicodeDecodeError:
            raise NotGenerated(f"line {number + 1} of its file is not UTF-8", *field) from None
        line = (line.removeprefix(_BOM) if number == 0 else line).lstrip()
        if not line or line.startswith(b"#"):
            continue
        name, _, value = line.partition(b"=")
        yield name.decode(), value


def generated(
    kind: str, entry: Mapping[str, Any], common: Mapping[str, Any], data: Mapping[str, bytes] | None
) -> dict[str, Any]:
    """The object; without its content where that is not known. `common` are the kustomization's options."""
    metadata: dict[str, Any] = {"name": text(entry, "name")}
    if text(entry, "namespace"):
        metadata["namespace"] = text(entry, "namespace")
    own = mapping(entry, "options")
    for field in ("labels", "annotations"):
        if pairs := {**mapping(common, field), **mapping(own, field)}:
            metadata[field] = pairs
    made: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    if kind == "Secret":
        made["type"] = text(entry, "type") or "Opaque"
    if get(own, "immutable") is True or get(common, "immutable") is True:
        made["immutable"] = True
    if data is not None and kind == "Secret":
        made["data"] = {key: _encoded(value) for key, value in data.items()}
    elif data is not None:
        _fill_config_map(made, data)
    return made


def _encoded(value: bytes) -> str:
    """Base64 as kustomize writes it: one line, or lines of 70 characters."""
    encoded = base64.b64encode(value).decode()
    if len(encoded) < _LINE:
        return encoded
    return "".join(f"{encoded[start : start + _LINE]}\n" for start in range(0, len(encoded), _LINE))


def _fill_config_map(made: dict[str, Any], data: Mapping[str, bytes]) -> None:
    for key, value in data.items():
        try:
            made.setdefault("data", {})[key] = value.decode()
        except UnicodeDecodeError:
            made.setdefault("binaryData", {})[key] = _encoded(value)


def merged(new: Mapping[str, Any], old: Mapping[str, Any], behavior: str) -> dict[str, Any]:
    """What becomes of an object that a generator merges with, or replaces."""
    made = dict(new)
    metadata = dict(mapping(new, "metadata"))
    metadata |= {
        field: pairs
        for field in ("labels", "annotations")
        if (pairs := {**mapping(old, "metadata", field), **mapping(new, "metadata", field)})
    }
    for field in ("name", "namespace"):
        metadata.pop(field, None)
        if value := text(old, "metadata", field):
            metadata[field] = value
    made["metadata"] = metadata
    if behavior == "merge":
        for field in ("data", "binaryData"):
            if pairs := {**mapping(old, field), **mapping(new, field)}:
                made[field] = pairs
    return made


def hash_of(data: Mapping[str, Any]) -> str:
    """The hash behind the name of a ConfigMap or Secret with this content; kustomize leaves the name itself out."""
    kind = text(data, "kind")
    entry: dict[str, Any] = {"kind": kind, "name": "", "data": get(data, "data")}
    if not isinstance(entry["data"], dict):
        entry["data"] = ""
    if kind == "Secret":
        entry["type"] = text(data, "type")
    other = "stringData" if kind == "Secret" else "binaryData"
    if isinstance(get(data, other), dict):
        entry[other] = data[other]
    encoded = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for plain, escaped in (
        ("&", "\\u0026"),
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        encoded = encoded.replace(plain, escaped)  # as Go writes JSON

    from hashlib import sha256  # loads OpenSSL

    return sha256(encoded.encode()).hexdigest()[:10].translate(_HASH_LETTERS)
