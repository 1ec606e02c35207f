"""A repository of manifests as people write them, with what goes wrong when they are edited: the fixtures of the rules,
each many times in a namespace of its own, with an edit here and there. The same bytes on every run.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.benchmarks.fleet import write

__all__ = ["real"]

_SEED = 7_2026
_FIXTURES = Path(__file__).parents[2] / "fixtures"
_EDITED = 0.5
"""The share of documents with an edit."""
_CLUSTER = re.compile(
    r"^kind: (?:\w*Cluster\w+|StorageClass|StorageProfile|KubeVirt|CDI\w*|HyperConverged|Namespace|VolumeSnapshotClass"
    r"|CustomResourceDefinition|PersistentVolume|Kustomization|Application\w*|GitRepository|MigrationPolicy|Template"
    r"|ResourceQuota|LimitRange)$",
    re.MULTILINE,
)
"""What acts on other namespaces, or belongs to a tool."""
_VM = re.compile(r"^kind: VirtualMachine(?:Pool)?$", re.MULTILINE)
_NAMESPACE = re.compile(r"(\bnamespace: )([a-z][a-z0-9-]*)")
_METADATA = re.compile(r"^metadata:\n", re.MULTILINE)
_HAS_NAMESPACE = re.compile(r"^metadata:\n(?: .*\n)*?  namespace: ", re.MULTILINE)
_KEY = re.compile(r"^( *(?:- )?)([a-z]\w{4,})(?=:)")
_VALUE = re.compile(r"^( *(?:- )?\w+: )(\S+)$")


def real(folder: Path, vms: int) -> int:
    """Write a repository of at least so many VMs and pools; how many bytes it has."""
    return write(folder, _files(vms))


def _files(vms: int) -> Iterator[tuple[str, str]]:
    cases = _cases()
    copy = written = 0
    while written < vms:
        for case in cases:
            chance = random.Random(f"{_SEED} {copy}")
            for name, documents in case:
                own = [_edited(_moved(text, copy), chance) for text in documents]
                written += sum(_VM.search(text) is not None for text in documents)
                yield f"case-{copy}/{name}", "---\n".join(own)
            copy += 1
            if written >= vms:
                return


@cache
def _cases() -> Sequence[Sequence[tuple[str, Sequence[str]]]]:
    """The cases of the fixtures that are nothing but manifests of VMs and what these need, without their settings."""
    cases = []
    for folder in sorted(_FIXTURES.glob("*/*/")):
        if folder.name.startswith("outside") or folder.parent.name == "packs" or (folder / "before").exists():
            continue
        case = []
        for file in sorted(folder.rglob("*.yaml")):
            documents = [one for one in file.read_text("utf-8").split("---\n") if one.strip() and _is_plain(one)]
            if documents:
                case.append((file.relative_to(folder).as_posix(), documents))
        if any(_VM.search(text) for _, documents in case for text in documents):
            cases.append(case)
    return cases


def _is_plain(document: str) -> bool:
    own = _METADATA.search(document) and "vmlint" not in document and "$" not in document
    return bool(own) and not _CLUSTER.search(document) and document.endswith("\n")


def _moved(document: str, copy: int) -> str:
    """The document in a namespace of its copy."""
    moved = _NAMESPACE.sub(rf"\g<1>\g<2>-{copy}", document)
    if _HAS_NAMESPACE.search(moved):
        return moved
    return _METADATA.sub(f"metadata:\n  namespace: default-{copy}\n", moved, count=1)


def _edited(document: str, chance: random.Random) -> str:
    if chance.random() >= _EDITED:
        return document
    lines = document.splitlines(keepends=True)
    index = chance.randrange(len(lines))
    line = lines[index]
    match chance.randrange(6):
        case 0:  # a letter twice
            lines[index] = _KEY.sub(lambda found: f"{found[1]}{_slipped(found[2], chance)}", line)
        case 1:  # a line lost
            del lines[index]
        case 2:  # other indentation
            lines[index] = f"  {line}" if chance.random() < 0.5 else line.removeprefix("  ")
        case 3:  # another value
            value = chance.choice(("true", "2", '"2"', "web", "10Gi", "0", "virtio", "[]", "{}", "null"))
            lines[index] = _VALUE.sub(rf"\g<1>{value}", line)
        case 4:  # another name
            lines[index] = _VALUE.sub(lambda found: f"{found[1]}{_slipped(found[2], chance)}", line)
        case 5:  # a comment
            lines[index] = f"{line.rstrip()}  # {chance.choice(('check', 'old value', 'see ticket'))}\n"
    return "".join(lines)


def _slipped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return word[:at] + word[at] + word[at:] if word[at].isalnum() else word
