"""A real-looking repository with something wrong in it: bytes, lines, or values."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import yaml

from .case import Case, Link

__all__ = ["TOKENS", "VALUES", "mutated"]

TOKENS = (
    *(
        b"---\n",
        b"...\n",
        b"--- x\n",
        b"%YAML 1.1\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\x00",
        b"\x80",
        b"\xed\xa0\x80",
    ),
    *(b"\r\n", b"\r", b"\xc2\x85", b"\xe2\x80\xa8", b"\t", b"\x1b[31m", b"\x1b]0;x\x07", b"\x07", b"\xe2\x80\xae"),
    *(b"{", b"}", b"[", b"]", b"? ", b": ", b"- ", b"# ", b"&a ", b"*a", b"<<: *a\n", b"!!binary ", b"!!int ", b"!x "),
    *(b"|\n", b">-\n", b'"', b"'", b"\\", b'"\\ud83d"', b"~", b"null", b".inf", b".nan", b"0x", b"1e999", b"1_000"),
    *(b"{{ .Values.x }}", b"{{", b"${X}", b"$(X)", b"$${X}", b"${X:=y}", b"%%", b"::error::x", b"##[error]x"),
    *(b"$patch: delete\n", b"$patch: replace\n", b"apiVersion: ", b"kind: List\n", b"items:\n", b"metadata:\n"),
    *(b"# vmlint: ignore[VM1] x\n", b"# vmlint: ignore-file[", b"# vmlint: ", b"# Source: a/b\n", b"spec:\n"),
    *(b'{"a": 1}{"b"', b"-0", b"-1", b"00", b"0b1", b"1:30", b"2001-01-01", b"9" * 40, b"1" + b"0" * 5000, b"10Gi"),
)
"""What means something to a reader of YAML, JSON, a template, or a log."""

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 1.5, 1e308, float("inf"), float("nan")),
    *(
        "",
        " ",
        "a",
        "A",
        "a/b",
        "a.b",
        "-",
        ".",
        "..",
        "../..",
        "/",
        "~",
        "*",
        "${X}",
        "$(X)",
        "{{x}}",
        "a\nb",
        "\x1b[31m",
    ),
    *("1", "-1", "0", "1Gi", "1.5Gi", "1e3", "-1Gi", "1Ki1", "100000000000000000000Ei", "0.0000000000001", "10%", "1h"),
    *("Always", "true", "docker://x", "http://", "http://[", "http://x:99999/", "\u202e", "é", "a" * 300),
    *([], {}, [None], [[]], [{}], {"": None}, {"a": {"b": []}}, {"name": None}, {"name": []}, [1, "a", None]),
    *({"labels": []}, {"kind": "VirtualMachine"}, {"$patch": "delete"}, {"matchLabels": None}, {"items": [1]}),
    *(["*"], {"x": {"x": {"x": {"x": 1}}}}, "2024-13-45", "* * * * *", "99 * * * *", "@every 1s", "kubevirt.io/v1"),
)
"""What may stand where something else is expected."""


def mutated(case: Case, others: tuple[Case, ...], random: Random) -> dict[str, bytes]:
    """The case with one to four mutations, at times with files of another one."""
    files = dict(case)
    if random.random() < 0.3:
        files |= random.choice(others)
    for _ in range(random.randint(1, 4)):
        name = random.choice(sorted(files))
        files[name] = random.choice(_MUTATIONS)(files[name], random)
        if random.random() < 0.05:
            files[_renamed(name, random)] = files.pop(name)
    if random.random() < 0.1:
        name = random.choice(sorted(files))
        files[name] = _regrouped(files[name], random)
    if random.random() < 0.1:
        name = random.choice(sorted(files))
        files[_undecodable(name, random)] = files[name] if random.random() < 0.5 else files.pop(name)
    if random.random() < 0.1:
        _link(files, random)
    return files


def _regrouped(data: bytes, random: Random) -> bytes:
    """The same kinds in another API group, of which there may be a definition."""
    group = random.choice((b"example.org", b"kubevirt.io", b"pool.kubevirt.io", b"cdi.kubevirt.io", b"apps"))
    kinds = sorted(set(re.findall(rb"(?m)^kind: (\w+)", data)))
    changed = re.sub(rb"(?m)^apiVersion: [\w./-]+$", b"apiVersion: " + group + b"/v1", data)
    for kind in kinds if random.random() < 0.7 else ():
        changed += _DEFINITION % {b"group": group, b"kind": kind}
    return changed


_DEFINITION = b"""
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: x%(kind)s.%(group)s}
spec:
  group: %(group)s
  scope: Namespaced
  names: {kind: %(kind)s, plural: x}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {x-kubernetes-preserve-unknown-fields: true}}}
"""


def _undecodable(name: str, random: Random) -> str:
    """A name that is not UTF-8, of a file or of a folder."""
    folder, _, base = name.rpartition("/")
    odd = random.choice((b"\xff", b"\xfe", b"\xed\xa0\x80", b"\xc3", b"a\n\xff")).decode("utf-8", "surrogateescape")
    return "/".join(filter(None, (folder, *random.choice(((odd + base,), (odd, base))))))


_TARGETS = (
    *(b"../outside/target.yaml", b"../outside/folder", b"../outside/new.yaml", b"..", b".", b"/etc/passwd", b"nowhere"),
    *(b"self.yaml", b"/dev/null", b"\xff.yaml"),
)
_LINKS = (
    *(
        "self.yaml",
        "linked.yaml",
        "vm.yml",
        "kustomization.yaml",
        "Chart.yaml",
        ".vmlint-baseline.json",
        ".vmlint.yaml",
    ),
    *("report.json", ".gitignore", "folder", "x.json"),
)


def _link(files: dict[str, bytes], random: Random) -> None:
    """A link in the place of a file or beside one: to a file of the repository, out of it, or nowhere."""
    beside = random.choice(sorted(files))
    folder = beside.rpartition("/")[0]
    name = "/".join(filter(None, (folder, random.choice(_LINKS))))
    if any(other == name or other.startswith(f"{name}/") for other in files):
        return
    up = b"../" * name.count("/")
    inside = os.fsencode(random.choice(sorted(files)))
    target = random.choice((*_TARGETS, inside, inside))
    files[name] = Link(target if target.startswith(b"/") else up + target)


def _renamed(name: str, random: Random) -> str:
    folder, _, base = name.rpartition("/")
    other = random.choice(
        ("kustomization.yaml", "Kustomization", "Chart.yaml", "x.json", "a b.yml", "é\n.yaml", ".yaml")
    )
    return "/".join(filter(None, (folder, *random.choice(((other,), (base, other), ("templates", other))))))


# Bytes


def _flipped(data: bytes, random: Random) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(random.randint(1, 8)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _inserted(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(TOKENS) * random.choice((1, 1, 1, 2, 50)) + data[at:]


def _cut(data: bytes, random: Random) -> bytes:
    start = random.randint(0, len(data))
    return data[:start] + data[min(start + random.choice((1, 5, 50, len(data))), len(data)) :]


def _overwritten(data: bytes, random: Random) -> bytes:
    token = random.choice(TOKENS)
    at = random.randint(0, len(data))
    return data[:at] + token + data[at + len(token) :]


# Lines


def _lines_moved(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b"\n"]
    start = random.randrange(len(lines))
    taken = lines[start : start + random.randint(1, 6)]
    if random.random() < 0.5:
        del lines[start : start + len(taken)]
    indent = b" " * random.choice((0, 0, 1, 2, 4))
    at = random.randint(0, len(lines))
    return b"".join([*lines[:at], *(indent + line for line in taken), *lines[at:]])


def _reindented(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b"\n"]
    at = random.randrange(len(lines))
    lines[at] = random.choice((b"  " + lines[at], lines[at].lstrip(), b"- " + lines[at].lstrip()))
    return b"".join(lines)


# Values


def _revalued(data: bytes, random: Random) -> bytes:
    """Some values of the documents replaced, removed, repeated, or put elsewhere."""
    try:
        documents = [document for document in yaml.safe_load_all(data) if document]
    except (yaml.YAMLError, ValueError, IndexError, RecursionError, AttributeError, TypeError):
        return _inserted(data, random)
    if not documents:
        return random.choice(TOKENS)
    for _ in range(random.randint(1, 5)):
        if not (holders := list(_holders(documents, 0))):
            return b""
        holder, key = random.choice(holders)
        _replace(holder, key, random, holders)
    try:
        return yaml.safe_dump_all(documents, sort_keys=False).encode("utf-8", "surrogatepass")
    except (yaml.YAMLError, RecursionError):
        return data


def _holders(value: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items if depth < 40 else ():
        yield value, key
        yield from _holders(inner, depth + 1)


def _replace(holder: Any, key: Any, random: Random, holders: list[tuple[Any, Any]]) -> None:
    chance = random.random()
    if chance < 0.55:
        holder[key] = copy.deepcopy(random.choice(VALUES))
    elif chance < 0.7:
        del holder[key]
    elif chance < 0.85:
        other, name = random.choice(holders)
        if (isinstance(other, dict) and name in other) or (isinstance(other, list) and name < len(other)):
            holder[key] = copy.deepcopy(other[name])
    elif isinstance(holder, list):
        holder.extend(copy.deepcopy([holder[key]] * random.randint(1, 3)))
    else:
        holder[random.choice(("name", "spec", "kind", "metadata", "labels", "", "x", 1, None, True))] = holder[key]


_MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flipped, _inserted, _inserted, _cut, _overwritten),
    *(_lines_moved, _lines_moved, _reindented),
    *(_revalued, _revalued, _revalued, _revalued, _revalued, _revalued),
)
