#!/usr/bin/env python3
"""Add a release of common-instancetypes to the catalog, from its bundles (the YAML files of the release).

usage: tools/instancetypes.py VERSION BUNDLE... [--kubevirt RELEASE]...

BUNDLE are the release's cluster-wide instancetypes and preferences, as KubeVirt carries them under
`pkg/virt-operator/resource/generate/components/data/`. --kubevirt names the KubeVirt releases that deploy this one.
Versions are added in rising order; adding one that is there replaces it.

The catalog keeps each spec and each set of labels once, as a line of `instancetypes-specs.jsonl` and of
`instancetypes-labels.jsonl`. An object is a list of [first, last, spec, labels]: the range of versions, as positions,
in which it has that spec and those labels. A `/` in front of a label's key stands for `instancetype.kubevirt.io/`.
"""

import argparse
import json
import pathlib

import yaml

CATALOG = pathlib.Path(__file__).parent.parent / "vmlint" / "catalog" / "instancetypes.json"
STORES = ("specs", "labels")
PREFIX = "instancetype.kubevirt.io/"
KINDS = {"VirtualMachineClusterInstancetype": "instancetypes", "VirtualMachineClusterPreference": "preferences"}
# The release's own version, which would make every set of labels a new one.
DROPPED = {f"{PREFIX}common-instancetypes-version"}


def read(bundles):
    """The objects of some bundles: section, then name, then spec and labels."""
    out = {section: {} for section in KINDS.values()}
    for bundle in bundles:
        for data in yaml.load_all(bundle.read_text(), Loader=yaml.CSafeLoader):
            if data and data["kind"] in KINDS:
                labels = {k: v for k, v in data["metadata"].get("labels", {}).items() if k not in DROPPED}
                out[KINDS[data["kind"]]][data["metadata"]["name"]] = data["spec"], labels
    return out


def unpack(catalog):
    """The catalog as version, section, name, then spec and labels."""
    out = {version: {section: {} for section in KINDS.values()} for version in catalog["versions"]}
    for section in KINDS.values():
        for name, rows in catalog[section].items():
            for first, last, spec, labels in rows:
                for version in catalog["versions"][first : last + 1]:
                    own = {k if k[0] != "/" else PREFIX + k[1:]: v for k, v in catalog["labels"][labels].items()}
                    out[version][section][name] = catalog["specs"][spec], own
    return out


def pack(releases, pins):
    specs, labels = [], []
    catalog = {"versions": list(releases), "pins": pins, **{section: {} for section in KINDS.values()}}
    for at, sections in enumerate(releases.values()):
        for section, objects in sections.items():
            for name, (spec, own) in objects.items():
                short = {k.replace(PREFIX, "/"): v for k, v in own.items()}
                entry = [index(specs, spec), index(labels, short)]
                rows = catalog[section].setdefault(name, [])
                if rows and rows[-1][1] == at - 1 and rows[-1][2:] == entry:
                    rows[-1][1] = at
                else:
                    rows.append([at, at, *entry])
    return {**catalog, "specs": specs, "labels": labels}


def index(store, value):
    if value not in store:
        store.append(value)
    return store.index(value)


def lines(catalog):
    """JSON with one line an entry, so that a change shows as what it is."""

    def short(value):
        return json.dumps(value, separators=(",", ":"), sort_keys=True)

    sections = []
    for key, value in catalog.items():
        if key in KINDS.values():
            body = ",\n".join(f"{short(name)}:{short(rows)}" for name, rows in sorted(value.items()))
            sections.append(f'"{key}":{{\n{body}\n}}')
        elif key not in STORES:
            sections.append(f'"{key}":{json.dumps(value, separators=(",", ":"))}')
    return "{\n" + ",\n".join(sections) + "\n}\n"


def stored(values):
    return "".join(f"{json.dumps(value, separators=(',', ':'), sort_keys=True)}\n" for value in values)


def file_of(store):
    return CATALOG.with_name(f"instancetypes-{store}.jsonl")


def load():
    catalog = json.loads(CATALOG.read_text())
    return {
        **catalog,
        **{store: [json.loads(line) for line in file_of(store).read_text().splitlines()] for store in STORES},
    }


def save(catalog):
    CATALOG.write_text(lines(catalog))
    for store in STORES:
        file_of(store).write_text(stored(catalog[store]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("bundles", nargs="+", type=pathlib.Path)
    parser.add_argument("--kubevirt", action="append", default=[])
    args = parser.parse_args()
    catalog = load()
    releases = unpack(catalog)
    releases[args.version.removeprefix("v")] = read(args.bundles)
    order = sorted(releases, key=lambda version: [int(part) for part in version.split(".")])
    pins = {
        **catalog["pins"],
        **{release.removeprefix("v"): args.version.removeprefix("v") for release in args.kubevirt},
    }
    save(pack({version: releases[version] for version in order}, pins))


if __name__ == "__main__":
    main()
