"""Affinity and topology spread, by the rules that Kubernetes has for pods.

Source: KubeVirt `validate-k8s-utils.go`, which follows Kubernetes `pkg/apis/core/validation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vmlint.kubevirt.admission.forms import is_dns_label, is_dns_subdomain
from vmlint.kubevirt.admission.labels import bad_key, selector_flaws
from vmlint.kubevirt.admission.reading import UNDECIDED, look, whole, word
from vmlint.kubevirt.admission.view import View
from vmlint.model.access import each, get, sequence
from vmlint.model.field import Path
from vmlint.model.refusal import Refusal
from vmlint.model.unknown import is_unknown
from vmlint.record import Codes

__all__ = ["Code", "affinity_flaws", "check"]

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


class Code(Codes):
    """What is wrong with affinity and topology spread."""

    WEIGHT = "scheduling/weight"
    TERMS_MISSING = "scheduling/terms-missing"
    OPERATOR_UNKNOWN = "scheduling/operator-unknown"
    FIELD_UNKNOWN = "scheduling/field-unknown"
    NODE_NAME_INVALID = "scheduling/node-name-invalid"
    NAMESPACE_INVALID = "scheduling/namespace-invalid"
    MAX_SKEW = "scheduling/max-skew"
    ACTION_UNKNOWN = "scheduling/action-unknown"
    CONSTRAINT_REPEATED = "scheduling/constraint-repeated"
    VALUES_TOO_FEW = "scheduling/values-too-few"
    VALUES_NOT_ONE = "scheduling/values-not-one"
    VALUES_UNEXPECTED = "scheduling/values-unexpected"
    LABEL_INVALID = "scheduling/label-invalid"


def check(view: View) -> Iterator[Refusal]:
    """What Kubernetes would refuse in a pod's affinity and spread constraints."""
    for flaw in _below(("affinity",), affinity_flaws(get(view.spec, "affinity"))):
        yield flaw.below(*view.at())
    for flaw in _below((_SPREAD,), _spread(view.spec)):
        yield flaw.below(*view.at())


def _below(path: Path, flaws: Iterator[Refusal]) -> Iterator[Refusal]:
    return (flaw.below(*path) for flaw in flaws)


def _labels(flaws: Iterator[Refusal]) -> Iterator[Refusal]:
    """What is wrong with labels, as faults of scheduling."""
    return (Refusal(Code.LABEL_INVALID, flaw.path, {"inner": flaw}) for flaw in flaws)


def affinity_flaws(affinity: Any) -> Iterator[Refusal]:
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


def _weight(term: Mapping[str, Any], path: Path) -> Iterator[Refusal]:
    weight = whole(term, "weight")
    if weight is not None and not 1 <= weight <= 100:
        yield Refusal(Code.WEIGHT, (*path, "weight"), {"weight": weight})


def _node_selector(selector: Any) -> Iterator[Refusal]:
    terms = look(selector, "nodeSelectorTerms")
    if terms is None or terms == []:
        yield Refusal(Code.TERMS_MISSING, ("nodeSelectorTerms",))
    for index, term in each(selector, "nodeSelectorTerms"):
        yield from _below(("nodeSelectorTerms", index), _node_term(term))


def _node_term(term: Any) -> Iterator[Refusal]:
    for index, requirement in each(term, "matchExpressions"):
        path: Path = ("matchExpressions", index)
        yield from _below(path, _operator(requirement, _VALUES))
        yield from _labels(bad_key(word(requirement, "key"), *path, "key"))
    for index, requirement in each(term, "matchFields"):
        path = ("matchFields", index)
        yield from _below(path, _operator(requirement, _FIELD_VALUES))
        yield from _below(path, _node_field(requirement))


def _operator(requirement: Mapping[str, Any], allowed: Mapping[str, tuple[int, int | None]]) -> Iterator[Refusal]:
    operator, values = word(requirement, "operator"), look(requirement, "values")
    if operator is None or values is UNDECIDED:
        return
    if operator not in allowed:
        yield Refusal(Code.OPERATOR_UNKNOWN, ("operator",), {"operator": operator, "known": tuple(allowed)})
        return
    least, most = allowed[operator]
    count = len(values) if isinstance(values, list) else 0
    if count < least or (most is not None and count > most):
        code = Code.VALUES_TOO_FEW if most is None else Code.VALUES_NOT_ONE if most else Code.VALUES_UNEXPECTED
        yield Refusal(code, ("values",), {"operator": operator, "count": count})


def _node_field(requirement: Mapping[str, Any]) -> Iterator[Refusal]:
    key = word(requirement, "key")
    if key is None:
        return
    if key != "metadata.name":
        yield Refusal(Code.FIELD_UNKNOWN, ("key",), {"key": key})
        return
    for index, value in enumerate(sequence(requirement, "values")):
        if isinstance(value, str) and not is_unknown(value) and not is_dns_subdomain(value):
            yield Refusal(Code.NODE_NAME_INVALID, ("values", index), {"value": value})


def _pod_term(term: Any) -> Iterator[Refusal]:
    for field in ("labelSelector", "namespaceSelector"):
        yield from _labels(_below((field,), selector_flaws(get(term, field))))
    for index, name in enumerate(sequence(term, "namespaces")):
        if isinstance(name, str) and not is_unknown(name) and not is_dns_label(name):
            yield Refusal(Code.NAMESPACE_INVALID, ("namespaces", index), {"name": name})
    yield from _labels(bad_key(word(term, "topologyKey"), "topologyKey"))


def _spread(spec: Mapping[str, Any]) -> Iterator[Refusal]:
    seen: dict[tuple[str, str], int] = {}
    for index, constraint in each(spec, _SPREAD):
        skew = whole(constraint, "maxSkew")
        key, action = word(constraint, "topologyKey"), word(constraint, "whenUnsatisfiable")
        if skew is not None and skew <= 0:
            yield Refusal(Code.MAX_SKEW, (index, "maxSkew"), {"skew": skew})
        yield from _labels(bad_key(key, index, "topologyKey"))
        if action is not None and action not in _ACTIONS:
            yield Refusal(Code.ACTION_UNKNOWN, (index, "whenUnsatisfiable"), {"action": action, "known": _ACTIONS})
        yield from _labels(_below((index, "labelSelector"), selector_flaws(get(constraint, "labelSelector"))))
        if key is None or action is None:
            continue
        first = seen.setdefault((key, action), index)
        if first != index:
            yield Refusal(
                Code.CONSTRAINT_REPEATED, (index,), {"field": _SPREAD, "first": first, "key": key, "action": action}
            )
