"""Affinity and topology spread, by the rules that Kubernetes has for pods.

Source: KubeVirt `validate-k8s-utils.go`, which follows Kubernetes `pkg/apis/core/validation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_dns_label, is_dns_subdomain
from vmlint.kubevirt.admission.labels import Flaw, bad_key, selector_flaws
from vmlint.kubevirt.admission.reading import UNDECIDED, look, whole, word
from vmlint.kubevirt.admission.view import Cause, View
from vmlint.kubevirt.admission.wording import choice
from vmlint.model.access import each, get, sequence
from vmlint.model.field import Path
from vmlint.model.unknown import is_unknown

__all__ = ["affinity_flaws", "check"]

_SUBJECT = "scheduling"
_FIELDS = frozenset(("affinity", "topologySpreadConstraints"))
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_SPREAD = "topologySpreadConstraints"
_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
# For each operator of a node selector, the least and the greatest number of values.
_VALUES = {
    "In": (1, None),
    "NotIn": (1, None),
    "Exists": (0, 0),
    "DoesNotExist": (0, 0),
    "Gt": (1, 1),
    "Lt": (1, 1),
}
_FIELD_VALUES = {"In": (1, 1), "NotIn": (1, 1)}


def check(view: View) -> Iterator[Cause]:
    """What Kubernetes would refuse in a pod's affinity and spread constraints."""
    if view.fields.isdisjoint(_FIELDS):
        return
    for flaw in _below(("affinity",), affinity_flaws(get(view.spec, "affinity"))):
        yield Cause(view.at(*flaw.path), flaw.message, flaw.fix, _SUBJECT)
    for flaw in _below((_SPREAD,), _spread(view.spec)):
        yield Cause(view.at(*flaw.path), flaw.message, flaw.fix, _SUBJECT)


def _below(path: Path, flaws: Iterator[Flaw]) -> Iterator[Flaw]:
    return (flaw._replace(path=(*path, *flaw.path)) for flaw in flaws)


def affinity_flaws(affinity: Any) -> Iterator[Flaw]:
    """What the API server refuses in a pod's affinity; paths start there."""
    required = get(affinity, "nodeAffinity", _REQUIRED)
    if required is not None:
        yield from _below(("nodeAffinity", _REQUIRED), _node_selector(required))
    for index, term in each(affinity, "nodeAffinity", _PREFERRED):
        path: Path = ("nodeAffinity", _PREFERRED, index)
        yield from _weight(term, path)
        yield from _below((*path, "preference"), _node_term(get(term, "preference")))
    for kind in ("podAffinity", "podAntiAffinity"):
        for index, term in each(affinity, kind, _REQUIRED):
            yield from _below((kind, _REQUIRED, index), _pod_term(term))
        for index, term in each(affinity, kind, _PREFERRED):
            path = (kind, _PREFERRED, index)
            yield from _weight(term, path)
            yield from _below((*path, "podAffinityTerm"), _pod_term(get(term, "podAffinityTerm")))


def _weight(term: Mapping[str, Any], path: Path) -> Iterator[Flaw]:
    weight = whole(term, "weight")
    if weight is not None and not 1 <= weight <= 100:
        yield Flaw(
            (*path, "weight"), f"the weight is {weight}; it must be from 1 to 100.", "use a weight in that range"
        )


def _node_selector(selector: Any) -> Iterator[Flaw]:
    terms = look(selector, "nodeSelectorTerms")
    if terms is None or terms == []:
        yield Flaw(("nodeSelectorTerms",), "`nodeSelectorTerms` is empty.", "add at least one term")
    for index, term in each(selector, "nodeSelectorTerms"):
        yield from _below(("nodeSelectorTerms", index), _node_term(term))


def _node_term(term: Any) -> Iterator[Flaw]:
    for index, requirement in each(term, "matchExpressions"):
        path: Path = ("matchExpressions", index)
        yield from _below(path, _operator(requirement, _VALUES))
        yield from bad_key(word(requirement, "key"), *path, "key")
    for index, requirement in each(term, "matchFields"):
        path = ("matchFields", index)
        yield from _below(path, _operator(requirement, _FIELD_VALUES))
        yield from _below(path, _node_field(requirement))


def _operator(requirement: Mapping[str, Any], allowed: Mapping[str, tuple[int, int | None]]) -> Iterator[Flaw]:
    operator, values = word(requirement, "operator"), look(requirement, "values")
    if operator is None or values is UNDECIDED:
        return
    if operator not in allowed:
        yield Flaw(
            ("operator",), f"the operator is `{operator}`; it must be {choice(allowed)}.", f"use {choice(allowed)}"
        )
        return
    least, most = allowed[operator]
    count = len(values) if isinstance(values, list) else 0
    if count < least or (most is not None and count > most):
        wanted = "at least one value" if most is None else "exactly one value" if most else "no value"
        yield Flaw(("values",), f"operator `{operator}` needs {wanted}, and `values` has {count}.", f"set {wanted}")


def _node_field(requirement: Mapping[str, Any]) -> Iterator[Flaw]:
    key = word(requirement, "key")
    if key is None:
        return
    if key != "metadata.name":
        yield Flaw(("key",), f"nodes can't be selected by the field `{key}`.", "use `metadata.name`")
        return
    for index, value in enumerate(sequence(requirement, "values")):
        if isinstance(value, str) and not is_unknown(value) and not is_dns_subdomain(value):
            yield Flaw(("values", index), f"`{value}` is not a valid node name.", "write the node's name")


def _pod_term(term: Any) -> Iterator[Flaw]:
    for field in ("labelSelector", "namespaceSelector"):
        yield from _below((field,), selector_flaws(get(term, field)))
    for index, name in enumerate(sequence(term, "namespaces")):
        if isinstance(name, str) and not is_unknown(name) and not is_dns_label(name):
            yield Flaw(("namespaces", index), f"`{name}` is not a valid namespace name.", "write the namespace's name")
    yield from bad_key(word(term, "topologyKey"), "topologyKey")


def _spread(spec: Mapping[str, Any]) -> Iterator[Flaw]:
    seen: dict[tuple[str, str], int] = {}
    for index, constraint in each(spec, _SPREAD):
        skew = whole(constraint, "maxSkew")
        key, action = word(constraint, "topologyKey"), word(constraint, "whenUnsatisfiable")
        if skew is not None and skew <= 0:
            yield Flaw((index, "maxSkew"), f"`maxSkew` is {skew}; it must be 1 or more.", "use 1 or more")
        yield from bad_key(key, index, "topologyKey")
        if action is not None and action not in _ACTIONS:
            yield Flaw(
                (index, "whenUnsatisfiable"),
                f"`whenUnsatisfiable` is `{action}`; it must be {choice(_ACTIONS)}.",
                f"use {choice(_ACTIONS)}",
            )
        yield from _below((index, "labelSelector"), selector_flaws(get(constraint, "labelSelector")))
        if key is None or action is None:
            continue
        first = seen.setdefault((key, action), index)
        if first != index:
            yield Flaw(
                (index,),
                f"the constraint repeats `{_SPREAD}[{first}]`: topology key `{key}`, action `{action}`.",
                "keep one of the two",
            )
