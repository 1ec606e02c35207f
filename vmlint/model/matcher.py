"""The two matchers of a VM, instancetype and preference, and the names that belong to each.

Source: KubeVirt `staging/src/kubevirt.io/api/instancetype/register.go`, `pkg/instancetype/find`.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from vmlint.model.kinds import BY_GROUP_KIND, Kind

__all__ = ["LABEL_PREFIX", "Matcher"]

LABEL_PREFIX = "instancetype.kubevirt.io/"


class _Facts(NamedTuple):
    field: str
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
        field=noun,
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

    @property
    def noun(self) -> str:
        """`instancetype` or `preference`: the field's name, and the word in messages."""
        return self.value.noun

    @property
    def label(self) -> str:
        """The label that names the default."""
        return self.value.label

    @property
    def kind_label(self) -> str:
        """The label that names the default's kind; absent means the cluster-wide kind."""
        return self.value.kind_label

    @property
    def annotations(self) -> tuple[str, ...]:
        """Annotation keys under which people write the default, and which nothing reads."""
        return self.value.annotations

    @property
    def kind_annotations(self) -> tuple[str, ...]:
        """The same for the default's kind."""
        return self.value.kind_annotations

    @property
    def namespaced(self) -> Kind:
        return self.value.namespaced

    @property
    def cluster(self) -> Kind:
        """The cluster-wide kind: also what an absent kind means."""
        return self.value.cluster

    def kind(self, written: str) -> Kind | None:
        """The kind that a matcher's `kind` means: any case, singular or plural, "" for the cluster-wide one."""
        lower = written.lower()
        for kind in (self.namespaced, self.cluster):
            if lower in (kind.name.lower(), kind.plural):
                return kind
        return self.cluster if not written else None
