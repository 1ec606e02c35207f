"""What a configuration states about the cluster: objects outside the files, its release, namespaces and catalogs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from vmlint.config.shape import TEXT, Schema, Shape, list_of, record_schema
from vmlint.model.kinds import KINDS
from vmlint.model.spelling import nearest
from vmlint.source.authored import At, wrong

__all__ = ["CATALOGS", "CLOSED_WORLD", "NAMESPACE", "OBJECT", "OUTSIDE", "RELEASE", "TARGET", "object_definition"]

# Patterns of objects

_NAMESPACED = {kind.name: kind.namespaced for kind in KINDS}


def _name_glob(text: str, at: At) -> str | None:
    """A glob for names, as `fnmatch` reads it."""
    if re.search(r"\[[^\]]*$", text):
        at.report(f"the glob `{text}` has a `[` without its `]`")
        return None
    return text


def _object(text: str, at: At) -> str | None:
    """A pattern of objects, as `Cluster` matches it: a kind, one space, `namespace/name` or a name."""
    words = text.split()
    if len(words) != 2 or words[1].count("/") > 1 or not all(words[1].split("/")):
        at.report(
            f"`{text}` is not a valid object pattern: write `Kind namespace/name`, such as `DataSource "
            "golden-images/*`, or `Kind name` for a kind without namespace"
        )
        return None
    kind, name = words
    if _NAMESPACED.get(kind) is True and "/" not in name:
        at.report(f"the kind {kind} is namespaced: write `{kind} */{name}`, or name the namespace")
        return None
    if _NAMESPACED.get(kind) is False and "/" in name:
        at.report(f"the kind {kind} has no namespace: write `{kind} {name.partition('/')[2]}`")
        return None
    if kind not in _NAMESPACED:
        from difflib import get_close_matches

        if like := get_close_matches(kind, _NAMESPACED, n=1, cutoff=0.9):
            at.report(f"no kind is called `{kind}`; did you mean `{like[0]}`?")
            return None
    return f"{kind} {name}" if _name_glob(kind, at) and _name_glob(name, at) else None


OBJECT = Shape(_object, lambda: {"$ref": "#/definitions/object"})
OUTSIDE = list_of(OBJECT, 'outside: ["DataSource golden-images/*"]')


def object_definition() -> Schema:
    """The schema's definition of a pattern of objects."""
    return {
        "description": "A kind and a name, with globs: `Kind namespace/name`, or `Kind name` for a kind "
        "without namespace",
        "type": "string",
        "pattern": _object_pattern(),
    }


def _object_pattern() -> str:
    """A kind and a name, with a namespace where the kind has one; with or without one for an unknown kind."""
    namespaced = _any(kind.name for kind in KINDS if kind.namespaced)
    wide = _any(kind.name for kind in KINDS if not kind.namespaced)
    part = r"[^/\s]+"
    forms = (
        rf"{namespaced}\s+{part}/{part}",
        rf"{wide}\s+{part}",
        rf"(?!({namespaced}|{wide})\s)\S+\s+{part}(/{part})?",
    )
    return rf"^\s*({'|'.join(forms)})\s*$"


def _any(words: Iterable[str]) -> str:
    return f"({'|'.join(sorted(set(words)))})"


# Namespaces

_NAMESPACES = list_of(Shape(_name_glob, TEXT.schema), "closed-world: [team-*]")


def _closed_world(value: Any, at: At) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return _NAMESPACES.read(value, at)  # type: ignore[no-any-return]
    wrong(at, "true, false or a list of namespaces", "closed-world: true", value)
    return False


CLOSED_WORLD = Shape(_closed_world, lambda: {"anyOf": [{"type": "boolean"}, _NAMESPACES.schema()]})

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


def _namespace(value: Any, at: At) -> str:
    if not isinstance(value, str):
        wrong(at, "the name of a namespace", "default-namespace: my-team", value)
    elif not re.fullmatch(_LABEL, value):
        at.report(f"`{value}` is not a valid namespace: use lower-case letters, digits and `-`, such as `my-team`")
    else:
        return value
    return ""


NAMESPACE = Shape(_namespace, lambda: {"type": "string", "pattern": f"^{_LABEL}$"})

# The release of KubeVirt


def _release(value: Any, at: At) -> str | None:
    example = f'{at.name}: "1.8"'
    if isinstance(value, int | float) and not isinstance(value, bool):
        at.report(
            f"`{at.name}: {value}` is a number, in which 1.10 and 1.1 are the same: write it in quotes, `{example}`"
        )
        return None
    if not isinstance(value, str):
        wrong(at, "a release in quotes", example, value)
        return None
    if value == "main":
        return value
    parts = re.fullmatch(r"v?(\d{1,4})\.(\d{1,4})(\.\d+)?([-+][\w.+-]+)?", value, re.ASCII)
    if parts is None:
        at.report(f"`{value}` is not a release of KubeVirt: write one such as `1.8`, or `main`")
        return None
    from vmlint.kubevirt.releases import RELEASES

    release = int(parts[1]), int(parts[2])
    if release not in RELEASES:
        lines = [sorted(one for one in RELEASES if one[0] == major) for major in sorted({one[0] for one in RELEASES})]
        known = ", ".join(f"{line[0][0]}.{line[0][1]} to {line[-1][0]}.{line[-1][1]}" for line in lines)
        at.report(f"KubeVirt `{value}` is not a release that vmlint knows: write one from {known}, or `main`")
        return None
    return f"{release[0]}.{release[1]}"


def _release_schema() -> Schema:
    from vmlint.kubevirt.releases import RELEASES

    lines = "|".join(rf"0*{major}\.0*{minor}" for major, minor in RELEASES)
    return {"type": "string", "pattern": rf"^(main|v?({lines})(\.[0-9]+)?([-+][A-Za-z0-9_.+-]+)?)$"}


RELEASE = Shape(_release, _release_schema)


def _target(value: Any, at: At) -> str | None:
    if not isinstance(value, dict):
        wrong(at, "a mapping", 'target: {kubevirt: "1.8"}', value)
        return None
    for key in value:
        if key != "kubevirt":
            (at / str(key)).report(f"unknown key `{key}` in `target`: the only key is `kubevirt`", key=True)
    return _release(value["kubevirt"], at / "kubevirt") if "kubevirt" in value else None


TARGET = Shape(_target, lambda: record_schema({"kubevirt": RELEASE.schema()}))

# Catalogs


def _catalog(text: str, at: At) -> str | None:
    from vmlint.catalog.images import IMAGES
    from vmlint.catalog.instancetypes import versions

    if text in IMAGES:
        return text
    known = [*(f"common-instancetypes@v{version}" for version in reversed(versions())), *IMAGES]
    name, _, version = text.partition("@")
    full = f"{name}@v{version.removeprefix('v')}"
    if full not in known:
        at.report(f"no catalog is called `{text}`{nearest(text, known) or f'; the newest is `{known[0]}`'}")
        return None
    return full


def _catalog_schema() -> Schema:
    from vmlint.catalog.images import IMAGES
    from vmlint.catalog.instancetypes import versions

    known = versions()
    newest_first = [f"common-instancetypes@v{version}" for version in reversed(known)]
    bare = "|".join(version.replace(".", r"\.") for version in known)
    return {
        "anyOf": [{"enum": [*newest_first, *IMAGES]}, {"type": "string", "pattern": f"^common-instancetypes@({bare})$"}]
    }


CATALOGS = list_of(Shape(_catalog, _catalog_schema), "catalogs: [common-instancetypes@v1.5.1]")
