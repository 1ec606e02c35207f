"""The two matchers of a VM, instancetype and preference, and the names that belong to each.

Source: KubeVirt `staging/src/kubevirt.io/api/instancetype/register.go`, `pkg/instancetype/find`.
"""

from __future__ import annotations

import enum
from typing import Any

from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.record import Record

__all__ = ["LABEL_PREFIX", "Matcher"]

LABEL_PREFIX = "instancetype.kubevirt.io/"


class _Facts(Record):
    noun: str
    namespaced: Kind
    cluster: Kind
    label: str
    kind_label: str
    annotations: tuple[str, ...]
    kind_annotations: tuple[str, ...]


def _facts(noun: str, kind: str) -> _Facts:
    word = noun.capitalize()
    return _Facts(
        noun=noun,
        namespaced=BY_GROUP_KIND["instancetype.kubevirt.io", f"VirtualMachine{kind}"],
        cluster=BY_GROUP_KIND["instancetype.kubevirt.io", f"VirtualMachineCluster{kind}"],
        label=f"{LABEL_PREFIX}default-{noun}",
        kind_label=f"{LABEL_PREFIX}default-{noun}-kind",
        # The first design wrote the defaults as annotations, in camel case; an early alpha in the labels' spelling.
        annotations=(f"{LABEL_PREFIX}default-{noun}", f"{LABEL_PREFIX}default{word}"),
        kind_annotations=(f"{LABEL_PREFIX}default-{noun}-kind", f"{LABEL_PREFIX}default{word}Kind"),
    )


class Matcher(enum.Enum):
    """`spec.instancetype` or `spec.preference`."""

    INSTANCETYPE = _facts("instancetype", "Instancetype")
    PREFERENCE = _facts("preference", "Preference")

    def __init__(self, *values: Any) -> None:
        facts = _Facts(*values)
        self.noun = facts.noun
        """`instancetype` or `preference`: the field's name, and the word in messages."""
        self.label = facts.label
        """The label that names the default."""
        self.kind_label = facts.kind_label
        """The label that names the default's kind; absent means the cluster-wide kind."""
        self.annotations = facts.annotations
        """Annotation keys under which people write the default, and which nothing reads."""
        self.kind_annotations = facts.kind_annotations
        """The same for the default's kind."""
        self.namespaced = facts.namespaced
        self.cluster = facts.cluster
        """The cluster-wide kind: also what an absent kind means."""
        kinds = (facts.cluster, facts.namespaced)
        self._kinds = {"": facts.cluster} | {word: kind for kind in kinds for word in (kind.name.lower(), kind.plural)}

    __hash__ = object.__hash__  # each member is one object, and an enum's own hash is slow

    def kind(self, written: str) -> Kind | None:
        """The kind that a matcher's `kind` means: any case, singular or plural, "" for the cluster-wide one."""
        return self._kinds.get(written.lower())
