"""Which objects matter, decided by the text of their documents.

All that the objects of KubeVirt and CDI may refer to matters, and of the common kinds only what is referred to: a
ConfigMap is nothing to vmlint in a repository in which no machine or disk names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from vmlint.graph.build import objects
from vmlint.graph.makers import makers_of
from vmlint.model.kinds import BY_GROUP_KIND, kind_of, stranger
from vmlint.runtime.pattern import late
from vmlint.source.document import Document
from vmlint.source.waiting import header_of

__all__ = ["may_wait", "woken"]

_DEFINITION = "CustomResourceDefinition"
_CONFIG_MAP = ("onfigMap", "extraArgs")
_NAMED_BY = {
    "ConfigMap": _CONFIG_MAP,
    "Secret": ("ecret",),
    "ServiceAccount": ("erviceAccount",),
    "PriorityClass": ("riorityClassName",),
    "Service": ("irtualMachine",),
    **dict.fromkeys(makers_of(BY_GROUP_KIND["", "Secret"]), ("ecret",)),
    **dict.fromkeys(makers_of(BY_GROUP_KIND["", "ConfigMap"]), _CONFIG_MAP),
}
"""By kind: parts of every field, in objects that matter, which names such an object or what it makes."""

_AT_ONCE = ("kubevirt", "vmlint", "kustomize", "argoproj")
"""Words that stand in all that matters by itself, in comments to vmlint, and in what applies other files."""

_DEFINED = late(r"kind:\s*[\"']?([A-Za-z0-9]+)")


def may_wait(text: str) -> str:
    """The kind of a document's one object that need not be decoded before somebody refers to it, "" for any other."""
    for word in _AT_ONCE:
        if word in text:
            return ""
    header = header_of(text)
    return header[1] if header and _may_wait(*header) else ""


@lru_cache(maxsize=1024)  # a repository has few kinds
def _may_wait(api_version: str, kind: str) -> bool:
    if kind.endswith("List") or kind == "Template":
        return False
    known = kind_of(api_version, kind) or stranger(api_version, kind)
    return known is None or kind in _NAMED_BY or kind == _DEFINITION


def woken(
    waiting: Mapping[Document, str], decided: Sequence[Document], defined: Iterable[str] = ()
) -> Iterator[Document]:
    """Those of the waiting documents that matter after all, beside those that are decided.

    Each of the waiting has the kind of its object. CustomResourceDefinitions matter together with the objects of the
    kinds that they define; `defined` are kinds that are defined elsewhere.
    """
    if not waiting:
        return
    named = {
        kind
        for kind, parts in _NAMED_BY.items()
        if any(part in document.text for document in decided for part in parts)
    }
    named.update(defined)
    definitions = [document for document, kind in waiting.items() if kind == _DEFINITION]
    kinds = {*waiting.values()}
    if definitions:
        kinds.update(kind for document in decided for kind in _kinds(document))
    kinds.discard(_DEFINITION)  # of which no definition is any
    for document in definitions:
        if own := kinds.intersection(_DEFINED.findall(document.text)):
            named |= own
            yield document
    yield from (document for document, kind in waiting.items() if kind in named)


def _kinds(document: Document) -> Iterable[str]:
    """The kinds of a document's objects."""
    return (document.waiting,) if document.waiting else (data["kind"] for _, data in objects(document.data))
