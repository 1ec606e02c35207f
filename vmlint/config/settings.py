"""The table of all settings: the configuration file's reader, its JSON Schema, `vmlint config show` and the
documentation come from it."""

from __future__ import annotations

from typing import Any

from vmlint.config.cluster import CATALOGS, CLOSED_WORLD, NAMESPACE, OUTSIDE, RELEASE, TARGET
from vmlint.config.exceptions import IGNORES, OVERRIDES
from vmlint.config.levels import FAIL_ON, LEVELS, UNKNOWN_FIELDS
from vmlint.config.names import IGNORE, SELECT
from vmlint.config.paths import BASELINE, PACKS, PATHS, globs
from vmlint.config.shape import FLAG, Shape
from vmlint.config.size import SIZE
from vmlint.record import Codes, Record

__all__ = ["SETTINGS", "Scope", "Setting"]


class Scope(Codes):
    """Which configuration may give a setting."""

    FOLDER = "folder"
    """Every one; that of a folder sets it for the files there."""
    RUN = "run"
    """The one that is found upward from the first path, or named."""
    NAMED = "named"
    """Only one that is named with `--config`: what comes with the linted files does not decide that programs run."""


class Setting(Record):
    """A key of the file, with what it means, how it is read and who may set it."""

    key: str
    shape: Shape
    doc: str
    """What it means, as editors and the documentation show it."""
    examples: tuple[Any, ...]
    """Values as in a file."""
    default: Any = None
    """The value that applies without it, as in a file; None for an empty one."""
    scope: Scope = Scope.RUN
    keyword: Shape | None = None
    """The shape as a keyword of `vmlint.check`, where it differs."""
    fills: str = ""
    """The field of `Config`, where it has another name."""

    @property
    def field(self) -> str:
        """The field of `Config` that it fills."""
        return self.fills or self.key.replace("-", "_")

    @property
    def keyword_shape(self) -> Shape:
        """How the value of a keyword is read."""
        return self.keyword or self.shape


SETTINGS: tuple[Setting, ...] = (
    Setting("paths", PATHS, "What to lint when the command names nothing.", (["manifests/"],)),
    Setting(
        "exclude",
        globs('exclude: ["charts/**/templates/"]'),
        "Files that are not read, not even when the command names them; patterns as in a .gitignore.",
        (["charts/**/templates/"],),
        scope=Scope.FOLDER,
    ),
    Setting(
        "context",
        PATHS,
        "Files and folders with objects that exist in the cluster and are not linted.",
        (["cluster/"],),
    ),
    Setting("crds", PATHS, "CustomResourceDefinitions to check custom resources against.", (["crds/"],)),
    Setting(
        "outside",
        OUTSIDE,
        "Objects that exist in the cluster and are in no file.",
        (["DataSource golden-images/*", "StorageClass ceph-*"],),
    ),
    Setting(
        "closed-world",
        CLOSED_WORLD,
        "Whether what is not in the files does not exist: `true`, `false`, or the namespaces (globs) that are "
        "wholly in the repository.",
        (["shop", "team-*"], True),
        default=False,
    ),
    Setting(
        "target",
        TARGET,
        "The release of KubeVirt to check against; without it, everything known is accepted.",
        ({"kubevirt": "1.8"},),
        keyword=RELEASE,
        fills="target_kubevirt",
    ),
    Setting(
        "default-namespace",
        NAMESPACE,
        "The namespace of objects that name none.",
        ("shop",),
        default="default",
    ),
    Setting(
        "catalogs",
        CATALOGS,
        "Published sets of objects that the cluster has. Without it, instancetypes and preferences of "
        "common-instancetypes are known as KubeVirt itself deploys them.",
        (["common-instancetypes@v1.5.1"],),
    ),
    Setting(
        "render",
        FLAG,
        "Whether kustomizations are built with the installed `kustomize` or `kubectl`. This runs a program, so it "
        "is in effect only in a file that `--config` names; `--render` does the same.",
        (True,),
        default=False,
        scope=Scope.NAMED,
    ),
    Setting(
        "select",
        SELECT,
        "The rules to run: numbers, prefixes of numbers, names or families. Without it, all.",
        (["inference", "VM2"],),
        scope=Scope.FOLDER,
    ),
    Setting(
        "ignore",
        IGNORE,
        "Rules not to run, though selected.",
        (["instancetype-field-deprecated"],),
        scope=Scope.FOLDER,
    ),
    Setting(
        "levels",
        LEVELS,
        "Levels that differ from the effect's; of several names for a rule, the most specific one applies.",
        ({"infer-drops-memory": "error", "hygiene": "off"},),
        scope=Scope.FOLDER,
    ),
    Setting(
        "overrides",
        OVERRIDES,
        "What is different for some files. It can only narrow: a rule that is not chosen stays off.",
        ([{"paths": ["legacy/"], "ignore": ["preference"]}],),
        scope=Scope.FOLDER,
    ),
    Setting(
        "ignores",
        IGNORES,
        "Findings that are suppressed, and counted: of a rule, on the objects and in the files that the patterns "
        "mean (without them: all), until a last day.",
        (
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
        scope=Scope.FOLDER,
    ),
    Setting("baseline", BASELINE, "The file of the findings that are known.", (".vmlint-baseline.json",)),
    Setting(
        "rules",
        PACKS,
        "Additional packs of rules: YAML files or folders of them, at the configuration or below it. "
        "Python packs are code, and are named with `--rules` or installed.",
        (["policies/vm.yaml"],),
    ),
    Setting(
        "fail-on",
        FAIL_ON,
        "The least level of a finding that makes the command fail.",
        ("warning",),
        default="error",
    ),
    Setting(
        "strict",
        FLAG,
        "Whether skipped files and documents, undecided questions and external references make the command fail, "
        "as errors do; `--strict` does the same.",
        (True,),
        default=False,
    ),
    Setting(
        "unknown-fields",
        UNKNOWN_FIELDS,
        "`error` for those whose tools apply with strict field validation, which refuses an unknown or repeated "
        "field that the API server otherwise drops: kubectl since 1.25 by default, Flux, and Argo CD with "
        "`ServerSideApply=true`.",
        ("error",),
        default="default",
    ),
    Setting(
        "max-file-size",
        SIZE,
        "The size above which a file is not read: bytes, or a quantity.",
        ("16Mi",),
        default="16Mi",
    ),
)
