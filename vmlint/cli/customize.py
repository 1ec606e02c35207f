"""`vmlint customize`: make a custom instancetype or preference from another."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vmlint.cli.arguments import Parser, one_of
from vmlint.cli.exits import PLAIN_EXITS, Exit
from vmlint.cli.options import add_options
from vmlint.cli.output import encoding, write
from vmlint.cli.reading import say_unread
from vmlint.errors import UsageError
from vmlint.model.spelling import nearest

if TYPE_CHECKING:
    from vmlint.engine.repository import Repository
    from vmlint.model.kinds import Kind
    from vmlint.model.matcher import Matcher
    from vmlint.model.resource import Resource
    from vmlint.source.document import Document
    from vmlint.world.outside import AnyCatalog

__all__ = ["make_parser", "run"]

_DESCRIPTION = (
    "Prints a copy of an instancetype or preference with another size, name or kind. The original is "
    "one of common-instancetypes, or of a repository. Labels and annotations of `instancetype.kubevirt.io`, "
    "which describe the original, are not copied; `maxSockets` and `maxGuest` rise to the new size."
)

_EXAMPLES = (
    ("vmlint customize u1.medium --name mine --vcpus 4 --memory 6Gi", "another size"),
    ("vmlint customize fedora --namespace shop", "a preference to edit"),
    ("vmlint customize cx1.large --name cx1.mine --cluster", "for the whole cluster"),
    ("vmlint customize small --from manifests/", "one of a repository"),
    ("vmlint customize u1.small | kubectl apply -f -", "straight into the cluster"),
)


def make_parser() -> Parser:
    parser = Parser("customize", _DESCRIPTION, _EXAMPLES, PLAIN_EXITS)
    original = parser.add_argument_group("the original")
    original.add_argument(
        "original",
        metavar="NAME",
        nargs="?",
        help="its name: of a cluster-wide one, else of a namespaced one; NAMESPACE/NAME is always namespaced",
    )
    original.add_argument(
        "--from", dest="sources", metavar="PATH", action="append", default=[], help="files to search first (repeatable)"
    )
    original.add_argument(
        "--kind", metavar="KIND", type=one_of("instancetype", "preference"), help="instancetype or preference"
    )
    original.add_argument(
        "--target", metavar="RELEASE", help="take the original from the catalog of this KubeVirt release"
    )

    made = parser.add_argument_group("the copy")
    made.add_argument("--name", metavar="NEW", type=_name, help="the new name (default: the same)")
    made.add_argument("--vcpus", metavar="N", type=_vcpus, help="the vCPUs of an instancetype")
    made.add_argument("--memory", metavar="QUANTITY", type=_memory, help="the memory of an instancetype, such as 6Gi")
    scope = made.add_mutually_exclusive_group()
    scope.add_argument("--cluster", action="store_true", help="print the cluster-wide kind")
    scope.add_argument("--namespaced", action="store_true", help="print the namespaced kind (the default)")
    made.add_argument("--namespace", metavar="NAME", type=_namespace, help="the namespace to write into it")
    add_options(made, "--help")
    return parser


def _name(text: str) -> str:
    from vmlint.kubevirt.admission.forms import is_dns_subdomain

    if not is_dns_subdomain(text):
        raise ArgumentTypeError(f"`{text}` is not a valid name: use lower-case letters, digits, `-` and `.`")
    return text


def _namespace(text: str) -> str:
    from vmlint.kubevirt.admission.forms import is_dns_label

    if not is_dns_label(text):
        raise ArgumentTypeError(f"`{text}` is not a valid namespace: use lower-case letters, digits and `-`")
    return text


def _vcpus(text: str) -> int:
    from vmlint.kubevirt.customize import MOST_VCPUS

    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= MOST_VCPUS):
        raise ArgumentTypeError(f"must be a whole number above zero, not `{text}`")
    return int(text)


def _memory(text: str) -> str:
    from vmlint.kubevirt.customize import LEAST_MEMORY
    from vmlint.model.quantity import Quantity, crd_pattern_ok

    amount = Quantity.try_parse(text)
    if amount is None or not crd_pattern_ok(text):
        raise ArgumentTypeError(f"`{text}` is not a valid quantity: write a number with a unit, such as `6Gi`")
    if amount < LEAST_MEMORY:
        raise ArgumentTypeError(f"`{text}` is less than a megabyte: write a unit, such as `6Gi`")
    return text


def run(words: Sequence[str]) -> Exit:
    arguments = make_parser().read(words)
    if arguments.original is None:
        raise UsageError("name the original, such as `vmlint customize u1.medium` (see `vmlint customize --help`)")
    if arguments.cluster and arguments.namespace:
        raise UsageError("`--cluster` and `--namespace` exclude each other: a cluster-wide object has no namespace")

    from vmlint.kubevirt.customize import customize
    from vmlint.report.manifest import manifest

    original = _original(arguments)
    kind = _kind(original, cluster=arguments.cluster)
    made = customize(
        original.data,
        kind=kind,
        name=arguments.name or original.name,
        namespace=(arguments.namespace or original.namespace) if kind.namespaced else "",
        vcpus=arguments.vcpus,
        memory=arguments.memory,
    )
    write(manifest(made, encoding=encoding(sys.stdout)))
    return Exit.CLEAN


def _kind(original: Resource, *, cluster: bool) -> Kind:
    """The kind to print: that of the original in the requested scope."""
    from vmlint.model.matcher import Matcher

    matcher = next(one for one in Matcher if original.kind in (one.cluster, one.namespaced))
    return matcher.cluster if cluster else matcher.namespaced


def _original(arguments: Namespace) -> Resource:
    """The original. UsageError if it does not exist, or if several objects have its name."""
    from vmlint.model.matcher import Matcher

    matchers = [matcher for matcher in Matcher if arguments.kind in (None, matcher.noun)]
    stock = _Stock(arguments)
    namespace, slash, name = arguments.original.rpartition("/")
    cluster_wide = [] if slash else [one for matcher in matchers for one in stock.cluster_wide(matcher, name)]
    found = cluster_wide or [
        one
        for matcher in matchers
        for one in stock.namespaced(matcher, name)
        if not slash or one.namespace == namespace
    ]
    if not found:
        what = arguments.kind or "instancetype or preference"
        where = "in the files or in common-instancetypes" if arguments.sources else "in common-instancetypes"
        hint = nearest(arguments.original, stock.names(matchers))
        advice = "" if arguments.sources else "; to look in files, add `--from PATH`"
        raise UsageError(f"{what} `{arguments.original}` does not exist {where}{hint or advice}")
    if len(found) > 1:
        places = " and ".join(sorted({f"{one.ref} ({one.document.file})" for one in found}))
        ways = "a narrower `--from`" if len({one.ref for one in found}) == 1 else "`--kind` or `NAMESPACE/NAME`"
        raise UsageError(f"`{arguments.original}` names {len(found)} objects: {places}; choose one with {ways}")
    return found[0]


def _whole(repository: Repository) -> Iterator[Resource]:
    """The objects of the files without patches."""
    applied = [resource for deployment in repository.deployments for resource in deployment.resources]
    own = {_place(resource.document) for resource in applied if not resource.fragment}
    written = {_place(part.document) for resource in applied for part in (resource.parts or {}).values()}
    patches = {_place(resource.document) for resource in applied if resource.fragment} | written
    yield from (one for one in repository.resources if _place(one.document) not in patches - own)


def _place(document: Document) -> tuple[str, int]:
    return document.file, document.index


class _Stock:
    """The originals: those in the files of `--from`, then those of the catalogs."""

    def __init__(self, arguments: Namespace) -> None:
        from vmlint.config import file as configfile
        from vmlint.kubevirt.releases import Release
        from vmlint.world.outside import catalogs

        config = configfile.load_for(arguments.sources)
        if arguments.target is not None:
            config = config.replace(target_kubevirt=arguments.target)
        self._resources: tuple[Resource, ...] = ()
        if arguments.sources:
            from vmlint.engine.request import RunRequest
            from vmlint.engine.workspace import snapshot_of

            files = snapshot_of(RunRequest.of(arguments.sources, config))
            say_unread(files)
            self._resources = tuple(_whole(files.repository))
        release = Release.parse(config.target_kubevirt or "")
        self._catalogs: list[AnyCatalog] = catalogs(config.catalogs, release)

    def cluster_wide(self, matcher: Matcher, name: str) -> list[Resource]:
        from vmlint.model.ref import Ref

        kind = matcher.cluster
        found = [one for one in self._of(kind) if one.name == name]
        ref = Ref(kind.group, kind.name, "", name)
        return found or [one for catalog in self._catalogs if (one := catalog.find(ref))][:1]

    def namespaced(self, matcher: Matcher, name: str) -> list[Resource]:
        return [one for one in self._of(matcher.namespaced) if one.name == name]

    def names(self, matchers: Sequence[Matcher]) -> list[str]:
        """All names; those of namespaced objects with and without the namespace."""
        names: dict[str, None] = {}
        for matcher in matchers:
            names |= dict.fromkeys(one.name for one in self._of(matcher.cluster))
            names |= dict.fromkeys(name for one in self._of(matcher.namespaced) for name in (one.name, one.ref.short))
            names |= dict.fromkeys(name for catalog in self._catalogs for name in catalog.names(matcher.cluster))
        return list(names)

    def _of(self, kind: Kind) -> list[Resource]:
        return [one for one in self._resources if one.kind == kind and not one.fragment]
