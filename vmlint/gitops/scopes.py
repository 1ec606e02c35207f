"""What kustomize knows of Kubernetes' own kinds: which have no namespace, and the order of its output.

Sources: kustomize `kyaml/openapi/openapi.go` (precomputedIsNamespaceScoped),
`api/internal/builtins/SortOrderTransformer.go`.
"""

from __future__ import annotations

__all__ = ["is_cluster_wide", "sort_key"]

_CLUSTER_WIDE = frozenset(
    (f"{group}/{version}" if group else version, kind)
    for group, versions, kinds in (
        ("", "v1", "ComponentStatus Namespace Node NodeProxyOptions PersistentVolume"),
        ("admissionregistration.k8s.io", "v1 v1beta1", "MutatingWebhookConfiguration ValidatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"),
        ("apiextensions.k8s.io", "v1 v1beta1", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "v1 v1beta1", "APIService"),
        ("certificates.k8s.io", "v1 v1beta1", "CertificateSigningRequest"),
        ("flowcontrol.apiserver.k8s.io", "v1beta1", "FlowSchema PriorityLevelConfiguration"),
        ("networking.k8s.io", "v1 v1beta1", "IngressClass"),
        ("node.k8s.io", "v1 v1beta1", "RuntimeClass"),
        ("policy", "v1beta1", "PodSecurityPolicy"),
        ("rbac.authorization.k8s.io", "v1 v1beta1", "ClusterRole ClusterRoleBinding"),
        ("scheduling.k8s.io", "v1 v1beta1", "PriorityClass"),
        ("storage.k8s.io", "v1 v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment"),
    )
    for version in versions.split()
    for kind in kinds.split()
)

_FIRST = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
]
_RANK = {kind: index - len(_FIRST) for index, kind in enumerate(_FIRST)} | {
    "MutatingWebhookConfiguration": 1,
    "ValidatingWebhookConfiguration": 2,
}


def is_cluster_wide(api_version: str, kind: str) -> bool:
    """Whether kustomize knows that a kind has no namespace. It takes every kind of a CRD for one that has."""
    return (api_version, kind) in _CLUSTER_WIDE


def sort_key(api_version: str, kind: str, namespace: str, name: str) -> tuple[int, str, str]:
    """The place of an object in the output of `kubectl kustomize`."""
    group, _, version = api_version.rpartition("/")
    gvk = f"{group or '~G'}_{version or '~V'}_{kind or '~K'}"
    return _RANK.get(kind, 0), gvk, f"{namespace or '~X'}|{name or '~N'}"
