"""The words for what is wrong with an object's form: a sentence without its full stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmlint.model.field import render
from vmlint.model.refusal import Refusal
from vmlint.schema.code import KeyFlaw, SchemaCode
from vmlint.schema.hints import Hint
from vmlint.source.edit import Edit, Move, Put, Quote, Remove

from .._values import TYPE_WORDS, quote_edit, quote_fix, shown, the_value
from .._wording import Wording, Words

__all__ = ["KEY_FLAWS", "WORDS", "taken_words"]


def _name(refusal: Refusal) -> str:
    """How a message calls the field: by its key, or by the index of an entry."""
    key = refusal.path[-1] if refusal.path else ""
    return f"entry {key}" if isinstance(key, int) else f"`{shown(key)}`" if key else "the object"


def _value_in(refusal: Refusal) -> str:
    value = refusal.values["value"]
    return f"`{shown(str(value))}` in {_name(refusal)}" if value != "" else _name(refusal)


def _listed(choices: Any) -> str:
    return ", ".join(f"`{choice}`" for choice in choices)


def _put(refusal: Refusal, value: Any) -> Callable[[Refusal], tuple[Edit, ...]]:
    return lambda _: (Put(refusal.path, value),)


def _type(refusal: Refusal) -> Words:
    kind, value = refusal.values["type"], refusal.values["value"]
    wrong = f"{_name(refusal)} must be {TYPE_WORDS.get(kind, kind)}; it is {the_value(value)}"
    return Words(wrong, _type_fix(kind, value), _edits_at(refusal, _type_edit(kind, value)))


def _edits_at(refusal: Refusal, edit: Put | Quote | None) -> Callable[[Refusal], tuple[Edit, ...]] | None:
    return None if edit is None else lambda _: (edit._replace(path=refusal.path),)


_BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "y"), True),
    **dict.fromkeys(("false", "no", "off", "n"), False),
}
"""Words that are booleans where they have no quotes: all of them to kubectl, `true` and `false` alone to kustomize."""


def _type_fix(kind: str, value: Any) -> str:
    if kind == "string" and not isinstance(value, dict | list) and value is not None:
        return quote_fix(value)
    if kind == "boolean" and isinstance(value, str) and value.lower() in _BOOLEANS:
        meant = str(_BOOLEANS[value.lower()]).lower()
        return "write it without quotes" if value == meant else f"write `{meant}`"
    if kind in ("integer", "number", "boolean") and isinstance(value, str):
        is_number = kind != "boolean" and value.removeprefix("-").isdecimal()
        return "write it without quotes" if is_number else f"write {TYPE_WORDS[kind]}"
    if kind in ("quantity", "int-or-string") and isinstance(value, float):
        return f'quote it: `"{value}"`'
    if kind == "array" and value is not None:
        return "put `- ` before its first line to make it a list"
    if kind == "object" and isinstance(value, list):
        return "remove the `- ` to make it a mapping"
    return f"write {TYPE_WORDS.get(kind, kind)}, or remove it"


def _type_edit(kind: str, value: Any) -> Put | Quote | None:
    """The edit of a scalar that is of the wrong type by its quotes alone."""
    if kind == "string" or (kind in ("quantity", "int-or-string") and isinstance(value, float)):
        return quote_edit(value)
    if kind == "boolean" and isinstance(value, str) and value.lower() in _BOOLEANS:
        return Put((), _BOOLEANS[value.lower()])
    if kind in ("integer", "number") and isinstance(value, str) and value.isdecimal() and str(int(value)) == value:
        return Put((), int(value))
    return None


def _range(refusal: Refusal) -> Words:
    bounds = f"from {refusal.values['low']} to {refusal.values['high']}"
    wrong = f"{_name(refusal)} must be {bounds}; it is {the_value(refusal.values['value'])}"
    return Words(wrong, f"write a number {bounds}")


def _int32(refusal: Refusal) -> Words:
    return Words(f"{_name(refusal)} is {the_value(refusal.values['value'])}; it must fit in 32 bits", "fix the value")


def _pattern(refusal: Refusal) -> Words:
    value, pattern = refusal.values["value"], refusal.values["pattern"]
    return Words(f"{_name(refusal)} is {the_value(value)}; it must match `{pattern}`", "fix the value")


def _duration(refusal: Refusal) -> Words:
    return Words(f"{_value_in(refusal)} is not a valid duration", "write a duration such as `1h30m`")


def _quantity(refusal: Refusal) -> Words:
    bare, wrong = refusal.values["bare"], f"{_value_in(refusal)} is not a valid quantity"
    if not bare:
        return Words(wrong, "write a quantity such as `4Gi` or `500m`")
    return Words(wrong, f"write `{bare}`", _put(refusal, bare), refusal.values["sure"])


def _enum(refusal: Refusal) -> Words:
    value, near, choices = refusal.values["value"], refusal.values["near"], _listed(refusal.values["choices"])
    wrong = f"{_name(refusal)} is {the_value(value)}; it must be one of {choices}"
    if near is None:
        return Words(wrong, f"use one of {choices}")
    return Words(wrong, f"write `{near}`", _put(refusal, near))


def _rule(refusal: Refusal) -> Words:
    return Words(f"{_name(refusal)} breaks a rule of the schema: {refusal.values['message']}", "fix the value")


_UNITS = {"Properties": "entries", "Items": "entries", "Length": "characters"}


def _too_long(refusal: Refusal) -> Words:
    length, unit, most = refusal.values["length"], _UNITS[refusal.values["unit"]], refusal.values["most"]
    return Words(f"{_name(refusal)} has {length} {unit}; at most {most} are allowed", "shorten it")


def _too_short(refusal: Refusal) -> Words:
    length, unit, least = refusal.values["length"], _UNITS[refusal.values["unit"]], refusal.values["least"]
    return Words(f"{_name(refusal)} has {length} {unit}; at least {least} must be set", "add more")


def _duplicate(refusal: Refusal) -> Words:
    keys = _listed(refusal.values["keys"])
    same = f": the same {keys}" if keys else ""
    return Words(f"{_name(refusal)} repeats entry {refusal.values['first']} of its list{same}", "remove one of the two")


def _missing(then: str) -> Callable[[Refusal], Words]:
    def words(refusal: Refusal) -> Words:
        name, null = refusal.path[-1], refusal.values["null"]
        lack = f"no value for `{name}` (null counts as missing)" if null else f"no `{name}`"
        wrong = f"{_mapping(refusal)} has {lack}{then}"
        return Words(wrong, f"give `{name}` a value" if null else f"add `{name}`")

    return words


def _mapping(refusal: Refusal) -> str:
    """The mapping in which the field of a refusal is, or should be."""
    return f"`{render(refusal.path[:-1])}`" if refusal.path[:-1] else "the object"


def _unknown(refusal: Refusal) -> Words:
    path, meant = refusal.path, refusal.values.get("hint", Hint())
    wrong = f"{_mapping(refusal)} has no field `{shown(str(path[-1]))}`"
    if meant.name:
        return Words(wrong, f"write `{meant.name}`", _moved(path, (*path[:-1], meant.name)), meant.misspelt)
    if meant.place:
        return Words(wrong, f"move it to `{render(meant.place)}`", _moved(path, meant.place), meant.misspelt)
    if meant.candidates:
        return Words(
            wrong, f"remove it, or did you mean {' or '.join(f'`{candidate}`' for candidate in meant.candidates)}?"
        )
    if meant.elsewhere:
        return Words(
            wrong,
            "remove it: the CDI object sets them for all pods that fill disks, `spec.config.podResourceRequirements`",
        )
    return Words(wrong, "remove it, or move it to its place")


def _moved(source: Any, target: Any) -> Callable[[Refusal], tuple[Edit, ...]]:
    return lambda _: (Move(source, target),)


def taken_words(refusal: Refusal) -> Words | None:
    """The words for an unknown field whose right place has a value already; None for another fault."""
    meant = refusal.values.get("hint", Hint())
    if not meant.occupied:
        return None
    place, wrong = f"`{render(meant.place)}`", _unknown(refusal).wrong
    if meant.same:
        return Words(wrong, f"remove it: {place} is set already", lambda _: (Remove(refusal.path),))
    if refusal.values["nested"]:
        return Words(wrong, f"remove it, or merge it into {place}, which is set")
    return Words(wrong, f"remove it: {place} is set already")


def _newer(refusal: Refusal) -> Words:
    product, release = refusal.values["product"], refusal.values["release"]
    bringer = f"the main branch of {product}" if release == "main" else f"{product} {release}"
    return Words(f"`{refusal.path[-1]}` exists only since {bringer}", f"remove it, or upgrade to {bringer}")


def _removed(refusal: Refusal) -> Words:
    product, release = refusal.values["product"], refusal.values["release"]
    return Words(f"`{refusal.path[-1]}` exists only up to {product} {release}", "remove it")


def _proposal(refusal: Refusal) -> Words:
    return Words(f"`{refusal.path[-1]}` is a proposal, which no release supports", "remove it")


_SUBDOMAIN = "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part"
_LABEL = "lower-case letters, digits and `-`, with a letter or digit at both ends"
_FORMS = {"label": _LABEL, "subdomain": _SUBDOMAIN}

KEY_FLAWS: Mapping[KeyFlaw, str] = {
    KeyFlaw.PREFIX: f"the part before `/` must be a DNS name of at most 253 characters: {_SUBDOMAIN}",
    KeyFlaw.NAME: "its name must be 1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
}
_METADATA_TYPES = {"str": "a string", "int": "a whole number", "dict": "a mapping", "list": "a list"}
_FIX_NAME = "fix the name"


def _metadata_type(refusal: Refusal) -> Words:
    return Words(f"`metadata` must be a mapping; it is {the_value(refusal.values['value'])}", _FIX_NAME)


def _metadata_field_type(refusal: Refusal) -> Words:
    kind, value = refusal.values["type"], refusal.values["value"]
    wrong = f"`{refusal.path[-1]}` must be {_METADATA_TYPES[kind]}; it is {the_value(value)}"
    return Words(wrong, quote_fix(value) if kind == "str" else _FIX_NAME)


def _not_text(noun: str) -> Callable[[Refusal], Words]:
    def words(refusal: Refusal) -> Words:
        key, value = refusal.values["key"], refusal.values["value"]
        wrong = f"the {noun} `{shown(key)}` must be a string; it is {the_value(value)}"
        return Words(wrong, quote_fix(value), _edits_at(refusal, quote_edit(value)))

    return words


def _key(noun: str) -> Callable[[Refusal], Words]:
    def words(refusal: Refusal) -> Words:
        key, flaw = refusal.values["key"], KEY_FLAWS[refusal.values["flaw"]]
        return Words(f"the {noun} key `{shown(key)}` is not allowed: {flaw}", _FIX_NAME)

    return words


def _label_value(refusal: Refusal) -> Words:
    key, value = refusal.values["key"], refusal.values["value"]
    return Words(
        f"the label `{shown(key)}` has the value `{shown(value)}`, which is not allowed",
        "use up to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends, or an annotation",
    )


def _name_invalid(refusal: Refusal) -> Words:
    return Words(f"`{shown(refusal.values['value'])}` is not a valid name", f"use {_FORMS[refusal.values['form']]}")


def _name_too_long(refusal: Refusal) -> Words:
    value, most = refusal.values["value"], refusal.values["most"]
    wrong = f"`{shown(value)}` has {len(value)} characters; at most {most} are allowed"
    return Words(wrong, f"use {_FORMS[refusal.values['form']]}")


def _namespace(refusal: Refusal) -> Words:
    return Words(f"`{shown(refusal.values['value'])}` is not a valid namespace", f"use up to 63 {_LABEL}")


# What replaces a kind that has gone, or goes.
_SUCCESSORS = {
    "VirtualMachineFlavor": "use `VirtualMachineInstancetype` of `instancetype.kubevirt.io`",
    "VirtualMachineClusterFlavor": "use `VirtualMachineClusterInstancetype` of `instancetype.kubevirt.io`",
    "VirtualMachinePreference": "use `VirtualMachinePreference` of `instancetype.kubevirt.io`",
    "VirtualMachineClusterPreference": "use `VirtualMachineClusterPreference` of `instancetype.kubevirt.io`",
    "VirtualMachineInstancePreset": "use instancetypes and preferences",
}


def _successor(refusal: Refusal) -> str:
    without = "upgrade the cluster, or remove the object" if refusal.values["upgrade"] else "remove the object"
    return _SUCCESSORS.get(refusal.values["kind"], without)


def _version(template: str, *, editable: bool = True) -> Callable[[Refusal], Words]:
    def words(refusal: Refusal) -> Words:
        wrong, served = template.format(**refusal.values), refusal.values["served"]
        if not served:
            return Words(wrong, _successor(refusal))
        return Words(wrong, f"write `{served}`", _put(refusal, served) if editable else None, sure=False)

    return words


def _version_deprecated(refusal: Refusal) -> Words:
    wrong = "`{api_version}` of `{kind}` is deprecated since {product} {release}".format(**refusal.values)
    instead = refusal.values["instead"]
    if not instead:
        return Words(wrong, _successor(refusal))
    return Words(wrong, f"write `{instead}`", _put(refusal, instead), refusal.values["sure"])


def _kind_misspelt(refusal: Refusal) -> Words:
    group, kind, meant = (refusal.values[key] for key in ("group", "kind", "meant"))
    return Words(f"`{group}` has no kind `{shown(kind)}`", f"write `{meant}`")


def _neighbour(wrong: str) -> Words:
    return Words(wrong, "write `{meant}`", lambda refusal: (Put(refusal.path, refusal.values["meant"]),), sure=False)


WORDS: Mapping[SchemaCode, Wording] = {
    SchemaCode.UNKNOWN: _unknown,
    SchemaCode.NEWER: _newer,
    SchemaCode.REMOVED: _removed,
    SchemaCode.PROPOSAL: _proposal,
    SchemaCode.TYPE: _type,
    SchemaCode.METADATA_TYPE: _metadata_type,
    SchemaCode.METADATA_FIELD_TYPE: _metadata_field_type,
    SchemaCode.LABEL_TYPE: _not_text("label"),
    SchemaCode.ANNOTATION_TYPE: _not_text("annotation"),
    SchemaCode.MISSING: _missing(", which the schema requires"),
    SchemaCode.BLANK: _missing("; KubeVirt uses an empty value instead"),
    SchemaCode.NAMELESS: Words("the object has no name", "set `metadata.name`"),
    SchemaCode.ENUM: _enum,
    SchemaCode.PATTERN: _pattern,
    SchemaCode.DURATION: _duration,
    SchemaCode.QUANTITY: _quantity,
    SchemaCode.RANGE: _range,
    SchemaCode.INT32: _int32,
    SchemaCode.TOO_LONG: _too_long,
    SchemaCode.TOO_SHORT: _too_short,
    SchemaCode.ANNOTATIONS_TOO_LONG: Words(
        "the annotations have {length} bytes; at most {most} are allowed", _FIX_NAME
    ),
    SchemaCode.DUPLICATE: _duplicate,
    SchemaCode.RULE: _rule,
    SchemaCode.NAME_INVALID: _name_invalid,
    SchemaCode.NAME_TOO_LONG: _name_too_long,
    SchemaCode.NAMESPACE_INVALID: _namespace,
    SchemaCode.LABEL_KEY: _key("label"),
    SchemaCode.ANNOTATION_KEY: _key("annotation"),
    SchemaCode.LABEL_VALUE: _label_value,
    SchemaCode.VERSION_UNKNOWN: _version("`{kind}` has no version `{version}` in `{group}`"),
    SchemaCode.VERSION_GONE: _version("`{api_version}` of `{kind}` is served only up to {product} {release}"),
    SchemaCode.VERSION_NOT_YET: _version("`{api_version}` of `{kind}` is served only since {product} {release}"),
    SchemaCode.VERSION_PROPOSED: _version(
        "`{api_version}` is a proposal: no release of {product} serves it", editable=False
    ),
    SchemaCode.VERSION_DEPRECATED: _version_deprecated,
    SchemaCode.KIND_MISSPELT: _kind_misspelt,
    SchemaCode.KIND_ELSEWHERE: Words("`{api_version}` has no kind `{kind}`", "write `{meant}`"),
    SchemaCode.NEIGHBOUR_ELSEWHERE: _neighbour("`{api_version}` has no kind `{kind}`"),
    SchemaCode.NEIGHBOUR_GONE: _neighbour("current releases no longer serve `{api_version}`"),
    SchemaCode.NEIGHBOUR_UNKNOWN: _neighbour("no release serves `{api_version}`"),
}
