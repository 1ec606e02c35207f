#!/usr/bin/env python3
"""Distil the schemas of KubeVirt's and CDI's kinds, with the history of their fields, from clones of the two.

usage: tools/distil_schemas.py KUBEVIRT_CLONE CDI_CLONE

Reads the newest patch release of each line vX.Y of both clones (bare ones will do), and of the newest line vX.Y.0.
Writes vmlint/catalog/schemas.json: the schemas of the newest tag in the normal form of vmlint/schema/openapi.py, equal
ones kept once. Descriptions are left out, and so is `status`, which the API server takes from nobody who creates an
object. A field that an older tag lacks gets its first release, one that the newest lacks stays with its last release. A
new release is one run of this; a new kind or API version is a row of vmlint/catalog/schemas-kinds.json besides.
"""

import json
import pathlib
import re
import subprocess
import sys

import yaml

from vmlint.schema.openapi import normalise

OUT = pathlib.Path(__file__).parent.parent / "vmlint" / "catalog"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Where each product keeps the schemas, its API's Go types and its swagger, and the first tag whose history is told.
PRODUCTS = {
    "kubevirt": {
        "schemas": "pkg/virt-operator/resource/generate/components/validations_generated.go",
        "types": "staging/src/kubevirt.io/api",
        "first": (0, 53),
    },
    "cdi": {
        "schemas": "pkg/operator/resources/crds_generated.go",
        "types": "staging/src/kubevirt.io/containerized-data-importer-api",
        "first": (1, 40),
    },
}
SWAGGER = "api/openapi-spec/swagger.json"
PROPOSAL = ["proposal", ""]
MAIN = ["main", ""]
STALL_FACTORS = ("ewmaAlpha", "precopyPossibleFactor", "patienceWindowDecayFactor", "completionTimeoutFactor")
"""Texts in 1.9, quantities in the main branch."""
MACHINE = "VirtualMachineInstanceSpec"


def git(clone, *arguments):
    return subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True, text=True).stdout


def tags(clone, first):
    """The newest patch release of each line from a release on, oldest first; of the newest line its first."""
    found = (re.fullmatch(r"v(\d{1,2})\.(\d{1,2})\.(\d{1,2})", tag) for tag in git(clone, "tag").split())
    releases = sorted(tuple(map(int, match.groups())) for match in found if match)
    newest = {release[:2]: release for release in releases if release[:2] >= first}
    *older, last = newest.values()
    return [*older, (*last[:2], 0)]


def schemas(clone, path, release):
    """The schemas of a tag in normal form, by the kind's name in lower case."""
    text = git(clone, "show", f"v{'.'.join(map(str, release))}:{path}")
    out = {}
    for name, body in re.findall(r'^\t"(\w+)": `(.*?)`,$', text, re.M | re.S):
        data = yaml.load(body, LOADER)
        if data.get("kind") == "CustomResourceDefinition":
            versions = [version for version in data["spec"]["versions"] if version.get("served")]
            schema = max(versions, key=lambda version: version["storage"])["schema"]["openAPIV3Schema"]
        else:
            schema = data["openAPIV3Schema"]
        schema.get("properties", {}).pop("status", None)
        out[name] = prepare(normalise(schema, patterns=True))
    return out


def prepare(node):
    """The node with the metadata of templates marked as such: the API server keeps any, and decoding reads it."""
    fields = node.get("fields", {})
    for name, child in fields.items():
        if name == "metadata" and child.get("open"):
            child["type"] = "metadata"
        prepare(child)
    for name in ("items", "values"):
        if name in node:
            prepare(node[name])
    return node


def remember(new, trees, releases):
    """Write into the newest tree when its fields came, and add those that went, with their last release."""
    history = {}
    known = {name for tree in trees for name in tree.get("fields", {})}
    for name in sorted(known) if new["type"] == "object" and "values" not in new else ():
        present = [release for release, tree in zip(releases, trees, strict=True) if name in tree.get("fields", {})]
        since = "" if present[0] == releases[0] else "{}.{}".format(*present[0])
        until = "" if present[-1] == releases[-1] else "{}.{}".format(*present[-1])
        if since or until:
            history[name] = [since, until]
        if until:
            new.setdefault("fields", {})[name] = next(
                t["fields"][name] for t in reversed(trees) if name in t.get("fields", {})
            )
            continue
        pairs = [(r, t["fields"][name]) for r, t in zip(releases, trees, strict=True) if name in t.get("fields", {})]
        remember(new["fields"][name], [tree for _, tree in pairs], [release for release, _ in pairs])
    if history:
        new["releases"] = history
    for part in ("items", "values"):
        if part in new:
            pairs = [(release, tree[part]) for release, tree in zip(releases, trees, strict=True) if part in tree]
            remember(new[part], [tree for _, tree in pairs], [release for release, _ in pairs])


def overlay(node, swagger, definitions, go, *, enforced):
    """Add what decoding and KubeVirt's own validation demand beyond the CRD.

    That validation fills an inline default in before it looks for required fields; a default beside a reference is
    lost when the reference is expanded.
    """
    fields = swagger.get("properties", {})
    if enforced:
        demands = {}
        if required := sorted(
            name for name in swagger.get("required", []) if "default" not in fields[name] or "$ref" in fields[name]
        ):
            demands["required"] = required
        if swagger.get("enum"):
            demands["enum"] = swagger["enum"]
        if demands:
            node["webhook"] = demands
        if node["type"] == "integer" and node.get("format") is None and swagger.get("format") == "int32":
            node["format"] = "int32"
    for name, child in node.get("fields", {}).items():
        if name in fields:
            if child["type"] == "integer" and name in go["unsigned"]:
                child["unsigned"] = True
            if "enum" in child and name in go["pointers"]:
                child["kept"] = True
            follow(child, fields[name], definitions, go, enforced=enforced)
    if "items" in node and "items" in swagger:
        follow(node["items"], swagger["items"], definitions, go, enforced=enforced)
    if "values" in node and isinstance(swagger.get("additionalProperties"), dict):
        follow(node["values"], swagger["additionalProperties"], definitions, go, enforced=enforced)


def follow(node, swagger, definitions, go, *, enforced):
    if reference := swagger.get("$ref", "").rpartition("/")[2]:
        if reference.endswith("v1.Duration"):
            node["duration"] = True
        swagger = definitions[reference]
    if node["type"] not in ("metadata", "quantity", "int-or-string"):
        overlay(node, swagger, definitions, go, enforced=enforced)


def unsigned_names(clone, tag, folder):
    """The JSON names of the fields that are unsigned in Go wherever they are numbers."""
    found = git(clone, "grep", "-hE", r"\*?u?int(8|16|32|64)? +`json:", tag, "--", folder)
    names = re.findall(r"\*?(u?)int\d* +`json:\"(\w+)", found)
    return {name for sign, name in names if sign} - {name for sign, name in names if not sign}


def pointer_names(clone, tag, folder):
    """The JSON names of the fields that are pointers wherever they stand: Go writes an empty text back."""
    found = git(clone, "grep", "-hE", r"\w +`json:", tag, "--", folder)
    names = re.findall(r"(\*?)[\w.]+ +`json:\"(\w+)", found)
    return {name for star, name in names if star} - {name for star, name in names if not star}


def propose(trees):
    """Add what the proposals bring, and no release serves yet."""
    whole = {"type": "integer", "format": "int32", "unsigned": True}
    for name, steps in {
        "virtualmachine": "spec template spec",
        "virtualmachineinstance": "spec",
        "virtualmachineinstancereplicaset": "spec template spec",
        "virtualmachinepool": "spec virtualMachineTemplate spec template spec",
        "virtualmachineinstancepreset": "spec",
    }.items():
        add(trees[name], f"{steps} domain cpu".split(), "guest", whole)
    for name, steps in {"virtualmachine": "spec", "virtualmachinepool": "spec virtualMachineTemplate spec"}.items():
        spec = at(trees[name], steps.split())
        claim = at(spec, ["dataVolumeTemplates"])["items"]["fields"]["spec"]["fields"]["pvc"]
        template = {"type": "object", "fields": {"metadata": {"type": "metadata", "open": True}, "spec": claim}}
        add(trees[name], steps.split(), "volumeClaimTemplates", {"type": "array", "items": template})
    for name in ("virtualmachineinstancetype", "virtualmachineclusterinstancetype"):
        tree = json.loads(json.dumps(trees[name]))
        for steps, field in (("spec", "cpu"), ("spec", "memory"), ("spec cpu", "guest"), ("spec memory", "guest")):
            at(tree, steps.split())["required"].remove(field)
        trees[f"{name}@v1beta2"] = tree


def come(trees):
    """Add the fields of KubeVirt's main branch, which the next release brings."""
    steps = ["spec", "experimental"]
    tuning = {
        "type": "object",
        "fields": {
            name: {"type": "integer", "format": width, "minimum": 1}
            for name, width in {
                "initialMs": "int64",
                "steps": "int32",
                "startAfterIteration": "int64",
                "cooldownSeconds": "int32",
            }.items()
        },
    }
    add(trees["migrationpolicy"], steps, "downtimeTuning", tuning, MAIN)
    detector = at(trees["migrationpolicy"], [*steps, "stallDetector"])
    detector["fields"].update({key: {"type": "quantity"} for key in STALL_FACTORS})


def at(tree, steps):
    for step in steps:
        tree = tree["fields"][step]
    return tree


def add(tree, steps, name, node, since=PROPOSAL):
    parent = at(tree, steps)
    parent["fields"][name] = node
    parent.setdefault("releases", {})[name] = since


class Table:
    """Nodes kept once, children as indexes."""

    def __init__(self):
        self.rows, self.index = [], {}

    def put(self, node):
        row = dict(node)
        if "fields" in row:
            row["fields"] = {name: self.put(child) for name, child in sorted(row["fields"].items())}
        for name in ("items", "values"):
            if name in row:
                row[name] = self.put(row[name])
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if text not in self.index:
            self.index[text] = len(self.rows)
            self.rows.append(text)
        return self.index[text]


def main():
    kinds = json.loads((OUT / "schemas-kinds.json").read_text())
    table, roots, newest = Table(), {}, {}
    for product, clone in zip(PRODUCTS, sys.argv[1:], strict=True):
        facts = PRODUCTS[product]
        releases = tags(clone, facts["first"])
        newest[product] = "{}.{}".format(*releases[-1])
        tag = f"v{newest[product]}.0"
        history = [schemas(clone, facts["schemas"], release) for release in releases]
        definitions = json.loads(git(clone, "show", f"{tag}:{SWAGGER}"))["definitions"]
        go = {
            "unsigned": unsigned_names(clone, tag, facts["types"]),
            "pointers": pointer_names(clone, tag, facts["types"]),
        }
        trees = {}
        wanted = {key: row for key, row in kinds.items() if row["product"] == product}
        for key, row in wanted.items():
            kind = key.partition("/")[2]
            name = kind.lower()
            past = [(release, tree[name]) for release, tree in zip(releases, history, strict=True) if name in tree]
            if not past or past[-1][0] != releases[-1] or key.startswith("flavor."):
                continue  # a kind that is gone has versions and no schema
            tree = json.loads(json.dumps(past[-1][1]))
            remember(tree, [old for _, old in past], [release for release, _ in past])
            enforced = row["admission"] in ("swagger", "reserialised")
            spec = f"{kind.replace('Cluster', '')}Spec"
            swagger = [f"v1.{spec}"] if enforced else [n for n in definitions if n.partition(".")[2] == spec]
            if "spec" in tree["fields"] and swagger:
                follow(tree["fields"]["spec"], {"$ref": swagger[0]}, definitions, go, enforced=enforced)
            if enforced:
                tree["webhook"] = {"required": ["spec"]}
            trees[name] = tree
        if product == "kubevirt":
            propose(trees)
            come(trees)
        for key in wanted:
            name = key.partition("/")[2].lower()
            for variant in (name, f"{name}@v1beta2"):
                if variant in trees and not key.startswith("flavor."):
                    roots[key + variant.removeprefix(name)] = table.put(trees[variant])
    body = ",\n".join(table.rows)
    head = f'"newest": {json.dumps(newest)},\n"roots": {json.dumps(dict(sorted(roots.items())), indent=0)}'
    (OUT / "schemas.json").write_text(f'{{\n{head},\n"nodes": [\n{body}\n]\n}}\n')
    print(f"{len(table.rows)} nodes, {(OUT / 'schemas.json').stat().st_size} bytes, {newest}")


if __name__ == "__main__":
    main()
