"""The configuration's form as JSON Schema, with what each key means: for editors and for the documentation.

It refuses nothing that the reader takes. What it can't know the reader alone tells: whether a path is there, whether a
glob or a day makes sense, and which rules a pack adds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from vmlint.catalog.images import IMAGES
from vmlint.catalog.instancetypes import versions
from vmlint.kubevirt.releases import RELEASES
from vmlint.model.kinds import KINDS
from vmlint.rule import Level

if TYPE_CHECKING:
    from vmlint.rule import Rule

__all__ = ["schema"]

_Schema = dict[str, Any]

_DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors know best."""

_TEXT: _Schema = {"type": "string", "pattern": r"\S"}
_RULE: _Schema = {"$ref": "#/definitions/rule"}
_LEVEL: _Schema = {"$ref": "#/definitions/level"}
_OBJECT: _Schema = {"$ref": "#/definitions/object"}
_LEVELS = tuple(level.value for level in reversed(Level))


def schema(rules: Sequence[Rule]) -> _Schema:
    """The schema of a configuration file. The names of the rules are suggested; others may come from packs."""
    families = dict.fromkeys(rule.family for rule in rules)
    names = [*families, *(name for rule in rules for name in (rule.slug, rule.id))]
    return {
        "$schema": _DRAFT,
        "title": "Configuration of vmlint",
        "description": "`.vmlint.yaml`, or the table `[tool.vmlint]` of a pyproject.toml",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": _properties(),
        "definitions": {
            "rule": {
                "description": "A rule by its number, a beginning of the number, its name or its family",
                "anyOf": [{"enum": names}, _TEXT],
            },
            "level": {"description": "What findings count as", "enum": [*_LEVELS, "off", False]},
            "object": {
                "description": "A kind and a name, with globs: `Kind namespace/name`, or `Kind name` for a kind "
                "without namespace",
                "type": "string",
                "pattern": _object_pattern(),
            },
        },
    }


def _list(entry: _Schema) -> _Schema:
    return {"type": "array", "items": entry}


def _mapping(properties: dict[str, _Schema], *required: str) -> _Schema:
    said: _Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**said, "required": list(required)} if required else said


def _key(about: str, shape: _Schema, *examples: Any, default: Any = None) -> _Schema:
    said = {} if default is None else {"default": default}
    return {"description": about, **shape, **said, "examples": list(examples)}


def _properties() -> dict[str, _Schema]:
    levels = {"type": "object", "propertyNames": _RULE, "additionalProperties": _LEVEL}
    return {
        "paths": _key("What to lint when the command names nothing.", _list(_TEXT), ["manifests/"]),
        "exclude": _key(
            "Files that are not read, not even when the command names them; patterns as in a .gitignore.",
            _list(_TEXT),
            ["charts/**/templates/"],
        ),
        "context": _key(
            "Files and folders with objects that exist in the cluster and are not linted.", _list(_TEXT), ["cluster/"]
        ),
        "crds": _key("CustomResourceDefinitions to judge custom resources by.", _list(_TEXT), ["crds/"]),
        "outside": _key(
            "Objects that exist and stand in no file.",
            _list(_OBJECT),
            ["DataSource golden-images/*", "StorageClass ceph-*"],
        ),
        "closed-world": _key(
            "Whether what is not in the files does not exist: `true`, `false`, or the namespaces (globs) that are "
            "wholly in the repository.",
            {"anyOf": [{"type": "boolean"}, _list(_TEXT)]},
            ["shop", "team-*"],
            True,
            default=False,
        ),
        "target": _key(
            "The release of KubeVirt to judge by; without it, everything known is accepted.",
            _mapping({"kubevirt": {"type": "string", "pattern": _RELEASE}}),
            {"kubevirt": "1.8"},
        ),
        "default-namespace": _key(
            "The namespace of objects that name none.",
            {"type": "string", "pattern": _NAMESPACE},
            "shop",
            default="default",
        ),
        "catalogs": _key(
            "Published sets of objects that the cluster holds. Without it, instancetypes and preferences of "
            "common-instancetypes are known as KubeVirt itself deploys them.",
            _list(_catalogs()),
            ["common-instancetypes@v1.5.1"],
        ),
        "render": _key(
            "Whether kustomizations are built with the installed `kustomize` or `kubectl`. This runs a program, so it "
            "is in effect only in a file that `--config` names; `--render` does the same.",
            {"type": "boolean"},
            True,
            default=False,
        ),
        "select": _key(
            "The rules to run: numbers, beginnings of numbers, names or families. Without it, all.",
            _list(_RULE),
            ["inference", "VM2"],
        ),
        "ignore": _key("Rules not to run, though selected.", _list(_RULE), ["instancetype-field-deprecated"]),
        "levels": _key(
            "Levels that differ from the effect's; of several names for a rule, the one that says most holds.",
            levels,
            {"infer-drops-memory": "error", "hygiene": "off"},
        ),
        "overrides": _key(
            "What is different for some files. It can only narrow: a rule that is not chosen stays off.",
            _list(
                _mapping(
                    {"paths": _list(_TEXT), "select": _list(_RULE), "ignore": _list(_RULE), "levels": levels}, "paths"
                )
            ),
            [{"paths": ["legacy/"], "ignore": ["preference"]}],
        ),
        "ignores": _key(
            "Findings that are suppressed, and counted: of a rule, on the objects and in the files that the patterns "
            "mean (without them: all), until a last day.",
            _list(
                _mapping(
                    {
                        "rule": _RULE,
                        "object": _OBJECT,
                        "path": _TEXT,
                        "reason": _TEXT,
                        "until": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
                    },
                    "rule",
                )
            ),
            [
                {
                    "rule": "running-deprecated",
                    "object": "VirtualMachine shop/*",
                    "path": "legacy/",
                    "reason": "the portal writes it so",
                    "until": "2030-12-31",
                }
            ],
        ),
        "baseline": _key("The file of the findings that are known.", _TEXT, ".vmlint-baseline.json"),
        "rules": _key(
            "Packs of rules besides vmlint's own: YAML files or folders of them, at the configuration or below it. "
            "Python packs are code, and are named with `--rules` or installed.",
            _list(_TEXT),
            ["policies/vm.yaml"],
        ),
        "fail-on": _key(
            "The least level of a finding that makes the command fail.",
            {"enum": [*_LEVELS, "never"]},
            "warning",
            default="error",
        ),
        "strict": _key(
            "Whether skipped files and documents, undecided questions and external references make the command fail, "
            "as errors do; `--strict` does the same.",
            {"type": "boolean"},
            True,
            default=False,
        ),
        "unknown-fields": _key(
            "`error` for those whose tools apply with strict field validation, which refuses an unknown or repeated "
            "field that the API server otherwise drops: kubectl since 1.25 by default, Flux, and Argo CD with "
            "`ServerSideApply=true`.",
            {"enum": ["default", "error"]},
            "error",
            default="default",
        ),
        "max-file-size": _key(
            "The size above which a file is not read: bytes, or a quantity.",
            {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": _SIZE}]},
            "16Mi",
            default="16Mi",
        ),
    }


_LINES = "|".join(rf"0*{major}\.0*{minor}" for major, minor in RELEASES)
_RELEASE = rf"^(main|v?({_LINES})(\.[0-9]+)?([-+][A-Za-z0-9_.+-]+)?)$"
_NAMESPACE = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
_SIZE = r"^\+?(?=[0-9.]*[1-9])([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"


def _catalogs() -> _Schema:
    known = versions()
    newest_first = [f"common-instancetypes@v{version}" for version in reversed(known)]
    bare = "|".join(version.replace(".", r"\.") for version in known)
    return {
        "anyOf": [{"enum": [*newest_first, *IMAGES]}, {"type": "string", "pattern": f"^common-instancetypes@({bare})$"}]
    }


def _object_pattern() -> str:
    """A kind and a name, with a namespace where the kind has one; of a kind that is not known either may be."""
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
