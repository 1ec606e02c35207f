#!/usr/bin/env python3
"""Distil since which release line the fields of KubeVirt's Go types are there, from a clone of KubeVirt.

usage: python -m tools.wire_since CLONE > vmlint/catalog/wire-since.json

Compares the types of vmlint/catalog/wire.json in the newest patch release of each line from v0.49 on. Fields that the
first of these has are left out, and so are types that came later: then what holds them is in the table.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from tools.wire import FIELD, SOURCES, STRUCT

WIRE = Path(__file__).parent.parent / "vmlint" / "catalog" / "wire.json"
FIRST = (0, 49)
GROWN = {"TLBFlush": {"direct": "1.8", "extended": "1.8"}}
"""Types that took the place of a smaller one of another name."""


def git(clone, *arguments):
    return subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True, text=True).stdout


def lines(clone):
    """The newest patch release of each line."""
    tags = (re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)", tag) for tag in git(clone, "tag").split())
    releases = sorted(tuple(map(int, match.groups())) for match in tags if match)
    return {release[:2]: release for release in releases if release[:2] >= FIRST}


def types(clone, release):
    """The JSON names of the fields of each type."""
    tag = f"v{'.'.join(map(str, release))}"
    text = "".join(git(clone, "show", f"{tag}:{file}") for file in SOURCES["v1"])
    text = re.sub(r"struct\s*\{\s*\}", "struct {\n}", re.sub(r"//[^\n]*", "", text))
    structs = {name: FIELD.findall(body) for name, body in STRUCT.findall(text)}

    def names(struct):
        for _, go, tag in structs[struct]:
            name, *options = tag.split(",")
            if name and "inline" not in options:
                yield name
            elif go.lstrip("*") in structs:
                yield from names(go.lstrip("*"))

    return {struct: set(names(struct)) for struct in structs}


def since(field, struct, history):
    """The line since which a type has the field; None for the type's own first line."""
    found = None
    for line, known in reversed(history):
        if struct not in known:
            return None
        if field not in known[struct]:
            return found
        found = line
    return None


def main():
    clone = sys.argv[1]
    history = [(line, types(clone, release)) for line, release in lines(clone).items()]
    table = {}
    for struct, groups in json.loads(WIRE.read_text()).items():
        for field in sorted(" ".join(groups.values()).split()):
            if line := since(field, struct, history):
                table.setdefault(struct, {})[field] = "{}.{}".format(*line)
    rows = sorted({**table, **GROWN}.items())
    print("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(fields)}" for name, fields in rows) + "\n}")


if __name__ == "__main__":
    main()
