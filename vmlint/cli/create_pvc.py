"""`vmlint create-pvc`: print a whole claim, with the modes that suit its storage class best."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vmlint.cli.arguments import Parser
from vmlint.cli.exits import Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, say, write
from vmlint.errors import UsageError

if TYPE_CHECKING:
    from vmlint.cdi.render import Failure, Rendered
    from vmlint.model.resource import Resource
    from vmlint.world import World
    from vmlint.world.disks import Disk

__all__ = ["GROUPS", "make_parser", "run"]

_DESCRIPTION = (
    "Prints a PersistentVolumeClaim. Access modes and volume mode are the best ones of the storage class: those of its "
    "StorageProfile, else those that CDI knows of its provisioner. Classes, profiles and sources are read from the "
    "files of --from. Nothing is created."
)

_EXAMPLES = (
    ("vmlint create-pvc --name data --size 10Gi --from cluster/", "an empty disk on the default class"),
    ("vmlint create-pvc --generate-name data- --size 10Gi --storage-class ceph --from cluster/", "on a class by name"),
    (
        "vmlint create-pvc --name root --data-source-ref-kind VolumeCloneSource --data-source-ref-name fedora --from .",
        "as large as the claim that it copies",
    ),
)

_EXITS = {
    Exit.CLEAN: "the claim is printed",
    Exit.FINDINGS: "the claim would not work, or the files are not sufficient; the reason is on standard error",
    **{exit: exit.meaning for exit in (Exit.USAGE, Exit.NOTHING_READ, Exit.INTERNAL)},
}

GROUPS = {
    "PersistentVolumeClaim": "",
    "VolumeSnapshot": "snapshot.storage.k8s.io",
    **dict.fromkeys(("VolumeImportSource", "VolumeUploadSource", "VolumeCloneSource"), "cdi.kubevirt.io"),
}
"""The API groups of what fills claims, as far as they are known."""


def make_parser() -> Parser:
    parser = Parser("create-pvc", _DESCRIPTION, _EXAMPLES, _EXITS)
    claim = parser.add_argument_group("the claim")
    name = claim.add_mutually_exclusive_group(required=True)
    name.add_argument("--name", metavar="NAME", help="its name")
    name.add_argument("--generate-name", metavar="PREFIX", help="the beginning of a name that the cluster completes")
    claim.add_argument("--namespace", metavar="NAME", help="its namespace (default: that of the configuration)")
    claim.add_argument("--size", metavar="QUANTITY", help="how large it is, such as 10Gi; a copy may go without")
    claim.add_argument("--storage-class", metavar="NAME", help="its storage class (default: the cluster's default)")
    claim.add_argument("--data-source-ref-kind", metavar="KIND", help="what fills it, such as VolumeImportSource")
    claim.add_argument("--data-source-ref-name", metavar="NAME", help="the name of that object")
    claim.add_argument("--data-source-ref-group", metavar="GROUP", help="its API group, for kinds of other projects")
    read = parser.add_argument_group("what is read")
    read.add_argument(
        "--from",
        dest="paths",
        metavar="PATH",
        action="append",
        default=[],
        help="manifests of the cluster (repeatable)",
    )
    add_options(read, "--help")
    return parser


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    wish = _wish(arguments)

    from vmlint.cdi.render import Failure

    claim, world = _resource(wish, arguments.paths)
    outcome = world.storage.render(_disk(claim))
    missing = [_failed(outcome)] if isinstance(outcome, Failure) else _open(outcome, claim, world, arguments)
    if not isinstance(outcome, Failure) and not missing:
        claim, world = _resource({**wish, "spec": _ordered(outcome.spec)}, arguments.paths)
        missing, doubtful = _faults(claim, world)
        _tell(doubtful)
    if missing:
        _tell(missing)
        return Exit.FINDINGS

    from vmlint.report.manifest import manifest

    write(manifest(claim.data, encoding=encoding(sys.stdout)))
    return Exit.CLEAN


def _tell(reasons: Sequence[str]) -> None:
    for reason in reasons:
        say(f"vmlint create-pvc: {reason}")


def _wish(arguments: Namespace) -> dict[str, Any]:
    """The claim as far as the command line sets it."""
    name = {"name": arguments.name} if arguments.name is not None else {"generateName": arguments.generate_name}
    namespace = {"namespace": arguments.namespace} if arguments.namespace else {}
    spec: dict[str, Any] = {}
    if arguments.storage_class is not None:
        spec["storageClassName"] = arguments.storage_class
    if arguments.size is not None:
        spec["resources"] = {"requests": {"storage": _quantity(arguments.size)}}
    if reference := _reference(arguments):
        spec["dataSourceRef"] = reference
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {**name, **namespace}, "spec": spec}


def _quantity(text: str) -> str:
    from vmlint.model.quantity import Quantity, QuantityError

    try:
        size = Quantity.parse(text)
    except QuantityError as error:
        raise UsageError(f"`--size`: `{text}` is not a valid size, such as `10Gi`") from error
    if size.sign <= 0:
        raise UsageError("`--size` must be above zero")
    return text


def _reference(arguments: Namespace) -> dict[str, str]:
    kind, name, group = (getattr(arguments, f"data_source_ref_{part}") for part in ("kind", "name", "group"))
    if kind is None and name is None and group is None:
        return {}
    if not kind or not name:
        raise UsageError("`--data-source-ref-kind` and `--data-source-ref-name` go together")
    if group is None and kind not in GROUPS:
        raise UsageError(f"the API group of `{kind}` is not known: add `--data-source-ref-group`")
    group = GROUPS.get(kind, "") if group is None else group
    return {**({"apiGroup": group} if group else {}), "kind": kind, "name": name}


def _resource(data: dict[str, Any], paths: Sequence[str]) -> tuple[Resource, World]:
    """The claim as an object of the cluster that the files describe."""
    from vmlint.config import file as configfile
    from vmlint.engine.repository import Repository
    from vmlint.engine.request import RunRequest
    from vmlint.engine.workspace import snapshot_of, world_of
    from vmlint.findings.finding import Counts
    from vmlint.graph.build import resource
    from vmlint.source.document import Document

    settings = configfile.load_for(paths)
    read = Repository((), (), (), Counts())
    if paths:
        read = snapshot_of(RunRequest.of(paths, settings)).repository
    document = Document("the claim", 0, 0, "", data)
    claim = resource(document, (), data, default_namespace=settings.default_namespace)
    assert claim is not None
    return claim, world_of(read._replace(resources=(*read.resources, claim)), settings)


def _disk(claim: Resource) -> Disk:
    from vmlint.world.disks import Disk, Written

    return Disk(claim, (), claim.data, Written.CLAIM_TEMPLATE, claim.name)


def _failed(failure: Failure) -> str:
    from vmlint.cdi.render import FailureReason
    from vmlint.world.storage_phrases import failure_message

    profile = failure.profile.name if failure.profile is not None else ""
    reasons = {
        FailureReason.NO_SIZE: "the size is missing: add `--size`; only a claim that a "
        "VolumeCloneSource fills needs none",
        FailureReason.NO_CLASS: "no such storage class is in the files, and none is the default: use "
        "another `--storage-class`",
        FailureReason.NO_MODES: f"the modes of storage class `{profile}` are not known: fill "
        "`spec.claimPropertySets` of "
        "its StorageProfile, and add that file with `--from`",
    }
    return reasons.get(failure.why) or failure_message(failure)


def _open(outcome: Rendered, claim: Resource, world: World, arguments: Namespace) -> list[str]:
    """What the files don't decide; the size of a copy is looked up here."""
    from vmlint.world.storage_phrases import why_open

    messages = []
    for field, reason in outcome.undecided:
        if field == "resources.requests.storage":
            size = _size_of_source(claim, world)
            if size:
                outcome.spec["resources"] = {"requests": {"storage": size}}
            else:
                messages.append(
                    "the size comes from the source, which is not in the files: add `--size`, or more `--from`"
                )
        elif field == "accessModes":
            messages.append(f"the access modes are not known: {why_open(reason)}; {_more(arguments)}")
    return messages


def _more(arguments: Namespace) -> str:
    what = "the StorageClass or its StorageProfile" if arguments.storage_class else "the default StorageClass"
    return f"add {what} with `--from`"


def _size_of_source(claim: Resource, world: World) -> str:
    """What the claim asks for that a VolumeCloneSource copies, "" where nobody knows."""
    from vmlint.cdi.render import Failure
    from vmlint.model.access import text
    from vmlint.model.ref import Ref
    from vmlint.model.subjects import VolumeCloneSource
    from vmlint.world.disks import Disk

    reference = claim.spec["dataSourceRef"]
    ref = Ref(reference["apiGroup"], reference["kind"], claim.namespace, reference["name"])
    between = world.cluster.resolve(ref, claim).resource
    if not isinstance(between, VolumeCloneSource) or text(between.spec, "source", "kind") != "PersistentVolumeClaim":
        return ""
    source = Ref("", "PersistentVolumeClaim", claim.namespace, text(between.spec, "source", "name"))
    disk = world.storage.claim(world.cluster.resolve(source, claim))
    outcome = world.storage.render(disk) if isinstance(disk, Disk) else None
    if outcome is None or isinstance(outcome, Failure):
        return ""
    if any(field == "resources.requests.storage" for field, _ in outcome.undecided):
        return ""
    size: Mapping[str, Any] = outcome.spec.get("resources", {}).get("requests", {})
    return str(size.get("storage") or "")


def _ordered(spec: Mapping[str, Any]) -> dict[str, Any]:
    fields = ("storageClassName", "accessModes", "volumeMode", "resources", "dataSourceRef")
    return {field: spec[field] for field in fields if field in spec}


def _faults(claim: Resource, world: World) -> tuple[list[str], list[str]]:
    """What `vmlint check` would say of the claim beside the files: its errors, and the rest."""
    from vmlint.registry import rules
    from vmlint.rule import Fault, Level
    from vmlint.world.disks import Written

    ref = _disk(claim)._replace(form=Written.CLAIM).ref
    if ref is not None and len(world.storage.owners(ref)) > 1:
        return [f"the files contain a claim `{ref.short}` already: use another `--name`"], []
    faults = (fault for rule in rules() if isinstance(claim, rule.meta.subject) for fault in rule.check(claim, world))
    messages: tuple[list[str], list[str]] = ([], [])
    for fault in faults:
        if isinstance(fault, Fault):
            messages[fault.effect.level is not Level.ERROR].append(f"{fault.message} Fix: {fault.fix}")
    return messages
