"""API versions of the kinds beside KubeVirt's and CDI's that machines and disks refer to.

Sources: Kubernetes "Deprecated API Migration Guide" (versions removed up to 1.29); external-snapshotter CHANGELOG 7.0;
k8snetworkplumbingwg/network-attachment-definition-client `artifacts/networks-crd.yaml`; external-secrets
`config/crds/bases`; the CustomResourceDefinitions of the other projects.
"""

from __future__ import annotations

from vmlint.record import Record

__all__ = ["NEIGHBOURS", "Neighbour"]


class Neighbour(Record):
    """The versions in which a kind is served, the newest first, and those that current releases no longer serve."""

    served: tuple[str, ...]
    gone: tuple[str, ...] = ()


_V1 = Neighbour(("v1",))
_RBAC = Neighbour(("v1",), ("v1beta1", "v1alpha1"))
_VAULT = Neighbour(("v1beta1",))
_ALPHA = Neighbour(("v1alpha1",))

NEIGHBOURS: dict[tuple[str, str], Neighbour] = {
    **{("", kind): _V1 for kind in ("PersistentVolumeClaim", "PersistentVolume", "Secret", "ConfigMap")},
    **{("", kind): _V1 for kind in ("ServiceAccount", "Namespace", "ResourceQuota")},
    **{
        ("rbac.authorization.k8s.io", kind): _RBAC
        for kind in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
    },
    ("storage.k8s.io", "StorageClass"): Neighbour(("v1",), ("v1beta1",)),
    ("scheduling.k8s.io", "PriorityClass"): Neighbour(("v1",), ("v1beta1", "v1alpha1")),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): Neighbour(("v1",), ("v1beta1", "v1alpha1")),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Neighbour(("v1",), ("v1beta1",)),
    ("apps", "ControllerRevision"): Neighbour(("v1",), ("v1beta2", "v1beta1")),
    ("k8s.cni.cncf.io", "NetworkAttachmentDefinition"): _V1,
    ("external-secrets.io", "ExternalSecret"): Neighbour(("v1", "v1beta1"), ("v1alpha1",)),
    ("external-secrets.io", "ClusterExternalSecret"): Neighbour(("v1", "v1beta1")),
    ("bitnami.com", "SealedSecret"): _ALPHA,
    ("cert-manager.io", "Certificate"): Neighbour(("v1",), ("v1beta1", "v1alpha3", "v1alpha2")),
    ("secrets.hashicorp.com", "VaultStaticSecret"): _VAULT,
    ("secrets.hashicorp.com", "VaultDynamicSecret"): _VAULT,
    ("secrets.hashicorp.com", "VaultPKISecret"): _VAULT,
    ("onepassword.com", "OnePasswordItem"): _V1,
    ("secrets.doppler.com", "DopplerSecret"): _ALPHA,
    ("secrets.infisical.com", "InfisicalSecret"): Neighbour(("v1alpha1", "v1beta1")),
    ("k8s.ovn.org", "UserDefinedNetwork"): _V1,
    ("k8s.ovn.org", "ClusterUserDefinedNetwork"): _V1,
    ("sriovnetwork.openshift.io", "SriovNetwork"): _V1,
    ("sriovnetwork.openshift.io", "OVSNetwork"): _V1,
    ("operator.openshift.io", "Network"): _V1,
}
"""By group and kind."""
