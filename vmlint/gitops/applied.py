"""Who applies which folder: Flux's Kustomizations and Argo CD's Applications, as the repository has them.

Sources: Flux `kustomize-controller` API v1 (KustomizationSpec) and `pkg/kustomize/kustomize_generator.go`; Argo CD
`docs/operator-manual/application.yaml`, `docs/user-guide/directory.md`, `docs/operator-manual/applicationset`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from vmlint.gitops.problem import BuildCode, BuildProblem
from vmlint.gitops.tree import Tree, beside
from vmlint.graph.build import objects
from vmlint.model.access import each, get, mapping, sequence, text
from vmlint.model.field import Path
from vmlint.model.resource import Written
from vmlint.model.unknown import is_unknown
from vmlint.record import Record
from vmlint.source.document import Document, SourceFile
from vmlint.source.waiting import header_of

__all__ = ["FLUX", "Applied", "Named", "Tool", "applied", "lost", "named_paths", "tool_objects"]

_FLUX = "kustomize.toolkit.fluxcd.io"
_ARGO = "argoproj.io"
_MOST_GENERATED = 1000
"""How many Applications of one ApplicationSet are looked at."""

_NUMBER = re.compile(r"\d+")

_SLIP = 0.8
"""How alike two names are of which one is taken for the other misspelt: `prd` and `prod` are, `dev` and `prod` not."""

_LONGEST = 100_000
"""The most characters of a text that an ApplicationSet fills in."""


class Tool(Record):
    """A tool that deploys: its name, whether it reads the folders below a folder, what it does to namespaces.

    `forces` means that its namespace counts before what objects write.
    """

    name: str
    recurses: bool
    forces: bool


FLUX = Tool("Flux Kustomization", recurses=True, forces=True)
ARGO = Tool("Argo CD Application", recurses=False, forces=False)
_OBJECTS: Mapping[tuple[str, str], str] = {
    (_FLUX, "Kustomization"): FLUX.name,
    (_ARGO, "Application"): ARGO.name,
    (_ARGO, "ApplicationSet"): "Argo CD ApplicationSet",
}
"""The names of the tools by group and kind of their objects."""


class Applied(Record):
    """A folder that a tool applies: by which object, into which namespace, with which changes.

    `spec` holds what a kustomization could hold too (patches, components, names); `at` is its place. `variables` is
    None where no text is substituted.
    """

    tool: Tool
    name: str
    folder: str
    namespace: str
    recurses: bool
    spec: Mapping[str, Any]
    at: Written
    post_build: Mapping[str, Any] | None = None

    @property
    def deployment(self) -> str:
        """The name of what it applies."""
        return f"{self.tool.name} {self.name}"

    @property
    def own_object(self) -> Mapping[str, Any]:
        """The object by which the tool applies the folder: a Kustomization, an Application or an ApplicationSet."""
        path = self.at.path
        return mapping(self.at.document.data, *path[: path.index("spec")])

    @property
    def own_name(self) -> str:
        """The name that `tool_objects` gives that object."""
        return _tool_name(self.own_object)


def applied(files: Iterable[SourceFile], tree: Tree) -> Iterator[Applied]:
    """Every folder of the tree that an object of Flux or Argo CD in it applies."""
    for file in files:
        for document in file.documents:
            if _may_hold(document):
                for path, data in objects(document.data):
                    yield from _of(document, path, data, tree)


class Named(Record):
    """A path of a repository that an object of Flux or Argo CD names: which one (its address or source, and the
    revision), the tool with the kind of its object, the object, and where the path is written."""

    repository: tuple[str, str]
    path: str
    tool: str
    name: str
    at: Written


def named_paths(documents: Iterable[Document]) -> Iterator[Named]:
    """Every path that is to be applied, in the order of the files; none that holds a variable."""
    for document in documents:
        if _may_hold(document) and not document.problem:
            for path, data in objects(document.data):
                for reference in _named(document, path, data):
                    if reference.path and not is_unknown(reference.path) and ".." not in reference.path.split("/"):
                        yield reference


def tool_objects(files: Iterable[SourceFile]) -> Iterator[tuple[str, Written]]:
    """The Kustomizations, Applications and ApplicationSets in files, whatever they apply: the name that deployments of
    the first two have, and the place."""
    for document in (document for file in files for document in file.documents if _may_hold(document)):
        for path, data in objects(document.data):
            if name := _tool_name(data):
                yield name, Written(document, path)


def _tool_name(data: Mapping[str, Any]) -> str:
    """The name of a tool's object with its tool, "" for an object of another kind."""
    tool = _OBJECTS.get((text(data, "apiVersion").partition("/")[0], text(data, "kind")))
    return f"{tool} {_full_name(data)}" if tool else ""


def _full_name(data: Mapping[str, Any]) -> str:
    return f"{text(data, 'metadata', 'namespace')}/{text(data, 'metadata', 'name')}".lstrip("/")


def _named(document: Document, at: Path, data: Mapping[str, Any]) -> Iterator[Named]:
    group, kind = text(data, "apiVersion").partition("/")[0], text(data, "kind")
    namespace, name = text(data, "metadata", "namespace"), text(data, "metadata", "name")
    if group == _FLUX and kind == "Kustomization":
        reference = mapping(data, "spec", "sourceRef")
        words = (text(reference, "kind"), text(reference, "namespace") or namespace, text(reference, "name"))
        place = Written(document, (*at, "spec", "path"))
        yield Named(("/".join(words), ""), text(data, "spec", "path"), FLUX.name, name, place)
    elif group == _ARGO and kind in ("Application", "ApplicationSet"):
        prefix: Path = ("spec",) if kind == "Application" else ("spec", "template", "spec")
        spec = mapping(data, *prefix)
        for source_at, source in _sources(spec):
            place = Written(document, (*at, *prefix, *source_at, "path"))
            repository = (text(source, "repoURL"), text(source, "targetRevision"))
            values = [] if any("{{" in word for word in repository) else _listed_values(mapping(data, "spec"))
            if not text(source, "chart"):
                for written in _filled_paths(text(source, "path"), values):
                    yield Named(repository, written, f"Argo CD {kind}", name, place)


def _filled_paths(path: str, values: Iterable[Mapping[str, str]]) -> Iterable[str]:
    """The paths that a path means: itself, or what an ApplicationSet makes of it with values that are known."""
    if "{{" not in path:
        return [path]
    filled = (_filled(path, one) for one in islice(values, _MOST_GENERATED))
    return dict.fromkeys(written for written in filled if "{{" not in written)


def _listed_values(spec: Mapping[str, Any]) -> Iterable[Mapping[str, str]]:
    """The values that are written in the lists of an ApplicationSet's generators."""
    generators = [generator for _, generator in each(spec, "generators")]
    if any(_is_special(generator) for generator in generators):
        return []
    return (one for generator in generators for one in _values(generator, None))


def _is_special(generator: Mapping[str, Any]) -> bool:
    """Whether a generator, or one in it, has a template of its own, or makes only some of its Applications."""
    if "selector" in generator or any("template" in mapping(value) for value in generator.values()):
        return True
    return any(_is_special(child) for _, child in each(generator, "matrix", "generators"))


def lost(files: Iterable[SourceFile], tree: Tree) -> Iterator[BuildProblem]:
    """The paths of this repository that are to be applied and are not there.

    A path is taken for one of this repository where another one of the same repository and revision is here; and,
    where none is known to be here, where a folder of almost the same path is. Of those that an ApplicationSet makes of
    one path, the first that is lost counts.
    """
    paths = tree.known.applied
    if not paths:
        return
    named = list(named_paths(document for file in files for document in file.documents))
    here = {reference.repository for reference in named if paths.get(reference.path)}
    folders = sorted({kustomization.folder for kustomization in tree.kustomizations} - {""})
    reported: set[Written] = set()
    for reference in named:
        if paths.get(reference.path, True) or (here and reference.repository not in here) or reference.at in reported:
            continue
        almost, near = _nearest(reference.path, folders)
        if almost or here:
            reported.add(reference.at)
            values = {"path": reference.path, "tool": reference.tool, "object": reference.name, "near": near}
            yield BuildProblem(BuildCode.PATH_NOT_APPLIED, reference.at, "", values)


def _nearest(path: str, folders: Sequence[str]) -> tuple[bool, str]:
    """Whether a folder has almost this path, and the folder that is most likely meant, "" for none.

    Almost the same is a path with a slip or another number in one name: most repositories of an organization share the
    names above and below. Of folders without a slip, the only one that differs in a name above its own is meant.
    """
    wanted = path.strip("./").split("/")
    slips, numbered, others = [], [], []
    for folder in folders:
        names = folder.split("/")
        different = [pair for pair in zip(wanted, names, strict=False) if pair[0] != pair[1]]
        if len(names) != len(wanted) or len(different) != 1:
            continue
        name, other = different[0]
        if _NUMBER.sub("", name) == _NUMBER.sub("", other):
            numbered.append(folder)
        elif _is_slip(name, other):
            slips.append(folder)
        elif names[-1] == wanted[-1]:
            others.append(folder)
    meant = slips or (others if len(others) == 1 else [])
    return bool(slips or numbered), meant[0] if meant else ""


def _is_slip(name: str, other: str) -> bool:
    """Whether a name may be another one misspelt."""
    from difflib import SequenceMatcher

    return sorted(name) == sorted(other) or SequenceMatcher(None, name, other).ratio() >= _SLIP


def is_of_no_tool(text: str) -> str:
    """The kind of a document's one object that is surely none of Flux or Argo CD; "" for any other."""
    header = header_of(text)
    if header is None or header[0].partition("/")[0] in (_FLUX, _ARGO) or header[1].endswith(("List", "Template")):
        return ""
    return header[1]


def _may_hold(document: Document) -> bool:
    return not document.waiting and (_FLUX in document.text or _ARGO in document.text)


def _of(document: Document, path: Path, data: Mapping[str, Any], tree: Tree) -> Iterator[Applied]:
    group = text(data, "apiVersion").partition("/")[0]
    at = Written(document, (*path, "spec"))
    name = _full_name(data)
    kind = text(data, "kind")
    if group == _FLUX and kind == "Kustomization":
        yield from _flux(mapping(data, "spec"), name, at, tree)
    elif group == _ARGO and kind == "Application":
        yield from _argo(mapping(data, "spec"), name, at, tree)
    elif group == _ARGO and kind == "ApplicationSet":
        template = mapping(data, "spec", "template")
        at = Written(document, (*path, "spec", "template", "spec"))
        for values in islice(_generated(mapping(data, "spec"), at, tree), _MOST_GENERATED):
            filled = _filled(template, values)
            yield from _argo(mapping(filled, "spec"), text(filled, "metadata", "name") or name, at, tree)


def _flux(spec: Mapping[str, Any], name: str, at: Written, tree: Tree) -> Iterator[Applied]:
    folder = _folder(text(spec, "path") or ".", at, tree)
    if folder is not None:
        post_build = spec.get("postBuild")
        yield Applied(
            FLUX,
            name,
            folder,
            text(spec, "targetNamespace"),
            True,
            spec,
            at,
            post_build if isinstance(post_build, dict) else None,
        )


def _argo(spec: Mapping[str, Any], name: str, at: Written, tree: Tree) -> Iterator[Applied]:
    for path, source in _sources(spec):
        written = text(source, "path")
        folder = _folder(written, at, tree) if written and not text(source, "chart") else None
        if folder is not None and get(source, "plugin") is None and get(source, "helm") is None:
            yield Applied(
                ARGO,
                name,
                folder,
                text(spec, "destination", "namespace"),
                get(source, "directory", "recurse") is True,
                mapping(source, "kustomize"),
                Written(at.document, (*at.path, *path, "kustomize")),
            )


def _sources(spec: Mapping[str, Any]) -> Sequence[tuple[Path, Mapping[str, Any]]]:
    """The sources of an Application, each with the path to it."""
    sources: list[tuple[Path, Mapping[str, Any]]] = [
        (("sources", index), source) for index, source in each(spec, "sources")
    ]
    if not sources and isinstance(spec.get("source"), dict):
        sources = [(("source",), spec["source"])]
    return sources


def _folder(path: str, at: Written, tree: Tree) -> str | None:
    """The folder that a path of a repository means: seen from the outermost folder in which it leads somewhere."""
    path = path.lstrip("/")
    if is_unknown(path) or ".." in path.split("/"):
        return None
    for root in tree.above(at.document.file):
        folder = beside(root, path or ".")
        if tree.has_folder(folder) and (path.strip("./") or root == ""):
            return folder
    return None


def _generated(spec: Mapping[str, Any], at: Written, tree: Tree) -> Iterator[dict[str, str]]:
    """The values of an ApplicationSet's generators that are in the repository: lists, and folders of it."""
    for _, generator in each(spec, "generators"):
        yield from _values(generator, lambda wanted, refused: _folders(wanted, refused, at, tree))


_FindFolders = Callable[[list[str], list[str]], Iterable[str]]


def _values(generator: Mapping[str, Any], find: _FindFolders | None) -> Iterator[dict[str, str]]:
    """The values of a generator that are in the repository; without `find`, those of lists alone.

    A matrix has two generators, of which the second may use the values of the first, and those of the first win
    (GenerateParams in `applicationset/generators/matrix.go`). Of one that only the cluster can evaluate, no value is
    known, and what the other gives counts.
    """
    for _, element in each(generator, "list", "elements"):
        yield {key: value for key, value in element.items() if isinstance(value, str)}
    wanted: list[str] = []
    refused: list[str] = []
    for _, entry in each(generator, "git", "directories"):
        (refused if entry.get("exclude") is True else wanted).append(text(entry, "path"))
    for folder in find(wanted, refused) if find else ():
        base = folder.rpartition("/")[2]
        steps = {f"path[{index}]": step for index, step in enumerate(folder.split("/"))}
        yield {
            "path": folder,
            "path.path": folder,
            "path.basename": base,
            "path.basenameNormalized": base.lower().replace("_", "-"),
            **steps,
        }
    children = [child for _, child in each(generator, "matrix", "generators")]
    if len(children) == 2:
        for first in _known_values(children[0], find):
            for second in _known_values(_filled(children[1], first), find):
                if first or second:
                    yield {**second, **first}


def _known_values(generator: Mapping[str, Any], find: _FindFolders | None) -> Iterable[dict[str, str]]:
    """The values of a generator in a matrix; one without any where only the cluster knows them."""
    is_written = "list" in generator or "matrix" in generator or get(generator, "git", "directories") is not None
    return _values(generator, find) if is_written else [{}]


def _folders(wanted: list[str], refused: list[str], at: Written, tree: Tree) -> Iterator[str]:
    """The folders whose paths fit a pattern, in which `*` represents one step."""
    for root in tree.above(at.document.file):
        found = [
            folder
            for pattern in wanted
            for folder in _fitting(root, [step for step in pattern.split("/") if step and step != "."], tree)
            if not any(_fits(_relative(folder, root), other) for other in refused)
        ]
        if found:
            yield from dict.fromkeys(_relative(folder, root) for folder in found)
            return


def _fitting(folder: str, steps: list[str], tree: Tree) -> Iterator[str]:
    if not steps:
        yield folder
        return
    for below in tree.folders_in(folder):
        if fnmatchcase(below.rpartition("/")[2], steps[0]):
            yield from _fitting(below, steps[1:], tree)


def _fits(path: str, pattern: str) -> bool:
    """Whether a path fits a pattern, in which `*` represents one step."""
    steps, patterns = path.split("/"), pattern.strip("/").split("/")
    return len(steps) == len(patterns) and all(map(fnmatchcase, steps, patterns))


def _relative(folder: str, root: str) -> str:
    return folder.removeprefix(f"{root}/") if root else folder


def _filled(data: Any, values: Mapping[str, str]) -> Any:
    """A template with its `{{name}}` and `{{.name}}` filled in; what is not known stays."""
    if isinstance(data, str):
        for key, value in values.items() if "{{" in data else ():
            for form in (f"{{{{{key}}}}}", f"{{{{ {key} }}}}", f"{{{{.{key}}}}}", f"{{{{ .{key} }}}}"):
                if len(data) + data.count(form) * len(value) > _LONGEST:  # values that name each other grow
                    return data
                data = data.replace(form, value)
        return data
    if isinstance(data, dict):
        return {key: _filled(value, values) for key, value in data.items()}
    return [_filled(entry, values) for entry in sequence(data)] if isinstance(data, list) else data
