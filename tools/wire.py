#!/usr/bin/env python3
"""Distil how Go writes a VirtualMachine, an instancetype and a preference as JSON, from a checkout of KubeVirt.

usage: tools/wire.py CHECKOUT > vmlint/catalog/wire.json

The result maps a Go type to its JSON fields, grouped by what decoding and encoding again does to them:

  omit    a scalar by value with omitempty: "", 0 and false vanish
  keep    a scalar by value without omitempty: always written
  ptr     a scalar behind a pointer: survives, whatever its value
  qty     a quantity by value: always written, "0" where absent;  *qty  behind a pointer
  list    a list of scalars, []T a list of structs: vanish when empty;  list! and []!T  without omitempty
  map     a map of scalars;  mapqty  of quantities
  T       a struct by value: always written;  *T  behind a pointer: survives, even empty
  any     what is not looked into
"""

import json
import pathlib
import re
import sys

SOURCES = {
    "v1": ["staging/src/kubevirt.io/api/core/v1/schema.go", "staging/src/kubevirt.io/api/core/v1/types.go"],
    "v1beta1": ["staging/src/kubevirt.io/api/instancetype/v1beta1/types.go"],
    "k8sv1": ["vendor/k8s.io/api/core/v1/types.go"],
    "metav1": ["vendor/k8s.io/apimachinery/pkg/apis/meta/v1/types.go"],
    "cdiv1": ["vendor/kubevirt.io/containerized-data-importer-api/pkg/apis/core/v1beta1/types.go"],
}
ROOTS = ["v1.VirtualMachineSpec", "v1beta1.VirtualMachineInstancetypeSpec", "v1beta1.VirtualMachinePreferenceSpec"]
# The same package goes by several names in the sources.
ALIASES = {
    "v1": {"v1": "k8sv1", "k8sv1": "k8sv1", "cdiv1": "cdiv1", "metav1": "metav1"},
    "v1beta1": {"v1": "v1", "metav1": "metav1"},
    "k8sv1": {"metav1": "metav1"},
    "metav1": {},
    "cdiv1": {"corev1": "k8sv1", "metav1": "metav1"},
}
OPAQUE = {"Time", "MicroTime", "FieldsV1", "IntOrString", "RawExtension", "ManagedFieldsEntry", "OwnerReference"}
SCALARS = {"string", "bool", "int", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "byte", "UID"}

STRUCT = re.compile(r"^type (\w+) struct\s*\{(.*?)^\}", re.M | re.S)
NAMED = re.compile(r"^(?:type )?\s*(\w+) (\[\]|map\[\w+\])?([\w.]+)$", re.M)
FIELD = re.compile(r"^\s*(?:(\w+)\s+)?(\S+)\s+`json:\"([^\"]*)\"", re.M)


def read(checkout):
    structs, named = {}, {}
    for package, files in SOURCES.items():
        text = "".join((checkout / file).read_text() for file in files)
        text = re.sub(r"//[^\n]*", "", text)
        text = re.sub(r"struct\s*\{\s*\}", "struct {\n}", text)
        for name, body in STRUCT.findall(text):
            structs[f"{package}.{name}"] = FIELD.findall(body)
        for line in re.findall(r"^type .*$", text, re.M):
            if match := re.fullmatch(r"type (\w+) (\[\]|map\[\w+\])?([\w.]+)\s*", line):
                named[f"{package}.{match[1]}"] = (match[2] or "") + match[3]
    return structs, named


def main():
    structs, named = read(pathlib.Path(sys.argv[1]))
    out, queue = {}, list(ROOTS)

    def resolve(package, name):
        if "." in name:
            prefix, name = name.split(".")
            return f"{ALIASES[package].get(prefix, prefix)}.{name}"
        return f"{package}.{name}"

    def code(package, go, omitempty):
        pointer, go = go.startswith("*"), go.lstrip("*")
        full = resolve(package, go) if not go.startswith(("[]", "map")) else go
        if full in named:
            return code(full.split(".")[0], ("*" if pointer else "") + named[full], omitempty)
        if go.startswith("[]"):
            element = code(package, go[2:], True)
            mark = "" if omitempty else "!"
            scalar = element in ("omit", "keep", "ptr")
            return f"list{mark}" if scalar else "any" if element == "any" else f"[]{mark}{element.lstrip('*')}"
        if go.startswith("map["):
            element = code(package, go.split("]", 1)[1], True)
            return {"qty": "mapqty", "omit": "map"}.get(element, "any")
        short = go.split(".")[-1]
        if short == "Quantity":
            return "*qty" if pointer else "qty"
        if short in OPAQUE:
            return "any"
        if short in SCALARS:
            return "ptr" if pointer else "omit" if omitempty else "keep"
        queue.append(full)
        return ("*" if pointer else "") + full.removeprefix("v1.")

    def fields(full):
        package = full.split(".")[0]
        for _, go, tag in structs[full]:
            name, *options = tag.split(",")
            if "inline" in options or not name:
                yield from fields(resolve(package, go.lstrip("*")))
            elif name != "-":
                yield name, code(package, go, "omitempty" in options)

    while queue:
        full = queue.pop()
        name = full.removeprefix("v1.")
        if name in out:
            continue
        groups = out[name] = {}
        for field, kind in fields(full):
            groups.setdefault(kind, []).append(field)
    table = {n: {k: " ".join(names) for k, names in sorted(groups.items())} for n, groups in sorted(out.items())}
    print("{\n" + ",\n".join(f"{json.dumps(n)}: {json.dumps(v)}" for n, v in table.items()) + "\n}")


if __name__ == "__main__":
    main()
