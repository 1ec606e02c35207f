"""Namespaces whose content operators make: a repository shows no more than a part of what is in them.

Sources: kubevirt/ssp-operator `internal/constants.go` and kubevirt/hyperconverged-cluster-operator
`pkg/util/util.go` (golden images); OpenShift reserves `openshift-*` for its platform; Harvester
`pkg/util/constants.go` (images and system objects); KubeVirt `pkg/virt-operator/resource/generate/components/crds.go`
(NewKubeVirtPriorityClassCR).
"""

from __future__ import annotations

from vmlint.model.ref import Ref

__all__ = ["is_everywhere", "is_operated", "is_operators"]

_NAMESPACES = frozenset(
    (
        "harvester-public",
        "harvester-system",
        "kube-system",
        "kubevirt-hyperconverged",
        "kubevirt-os-images",
        "openshift",
    )
)
_PLATFORM = "openshift-"


_USERS = "VirtualMachine"
"""How the kinds begin that no operator makes: machines, instancetypes, preferences."""


_EVERYWHERE = frozenset(
    (
        ("", "ConfigMap", "kube-root-ca.crt"),
        ("", "ConfigMap", "openshift-service-ca.crt"),
        ("", "ServiceAccount", "builder"),
        ("", "ServiceAccount", "default"),
        ("", "ServiceAccount", "deployer"),
        ("scheduling.k8s.io", "PriorityClass", "kubevirt-cluster-critical"),
        ("scheduling.k8s.io", "PriorityClass", "openshift-user-critical"),
        ("scheduling.k8s.io", "PriorityClass", "system-cluster-critical"),
        ("scheduling.k8s.io", "PriorityClass", "system-node-critical"),
    )
)
"""What Kubernetes, OpenShift and KubeVirt's operator make in each cluster, of namespaced kinds in each namespace."""


def is_everywhere(ref: Ref) -> bool:
    """Whether an object is one that each cluster has, in each namespace."""
    return (ref.group, ref.kind, ref.name) in _EVERYWHERE


def is_operators(namespace: str) -> bool:
    """Whether an operator makes objects in a namespace that no repository holds."""
    return namespace in _NAMESPACES or namespace.startswith(_PLATFORM)


def is_operated(ref: Ref) -> bool:
    """Whether an object may be one that an operator makes."""
    return is_operators(ref.namespace) and not ref.kind.startswith(_USERS)
