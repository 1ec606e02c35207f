"""Objects that are in no file because a controller makes them of others: Secrets that come out of a store, bundles of
certificates, network attachments that a cluster's networking lays out.

Sources: the API references of External Secrets, Sealed Secrets, cert-manager, trust-manager, Vault Secrets Operator,
1Password, Doppler, Infisical, Bitwarden and sops-secrets-operator; OVN-Kubernetes, the SR-IOV network operator and
OpenShift's cluster-network-operator.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmlint.model.access import each, get, text
from vmlint.model.field import Path
from vmlint.model.kinds import BY_GROUP_KIND, Kind
from vmlint.model.ref import Ref
from vmlint.model.resource import Resource
from vmlint.record import Record

__all__ = ["made", "makers_of"]

_SECRET = BY_GROUP_KIND["", "Secret"]
_CONFIG_MAP = BY_GROUP_KIND["", "ConfigMap"]
_NETWORK = BY_GROUP_KIND["k8s.cni.cncf.io", "NetworkAttachmentDefinition"]
_NAME: Path = ("metadata", "name")
_SOME_NAMESPACE = "${namespace}"  # of those that a selector chooses


class _Maker(Record):
    """What a kind makes. Of `names` the first that is in the object counts; the object's own is the last resort.

    With `entries`, each entry of that list makes one, and the names stand in the entry. `namespace` is a field that
    names another namespace. A cluster-wide maker makes one in each namespace that it selects.
    """

    made: Kind
    names: tuple[Path, ...] = ()
    entries: Path = ()
    namespace: Path = ()


_MAKERS: dict[tuple[str, str], _Maker] = {
    ("external-secrets.io", "ExternalSecret"): _Maker(_SECRET, (("spec", "target", "name"),)),
    ("external-secrets.io", "ClusterExternalSecret"): _Maker(
        _SECRET, (("spec", "externalSecretSpec", "target", "name"), ("spec", "externalSecretName"))
    ),
    ("bitnami.com", "SealedSecret"): _Maker(_SECRET),
    ("cert-manager.io", "Certificate"): _Maker(_SECRET, (("spec", "secretName"),)),
    ("secrets.hashicorp.com", "VaultStaticSecret"): _Maker(_SECRET, (("spec", "destination", "name"),)),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): _Maker(_SECRET, (("spec", "destination", "name"),)),
    ("secrets.hashicorp.com", "VaultPKISecret"): _Maker(_SECRET, (("spec", "destination", "name"),)),
    ("onepassword.com", "OnePasswordItem"): _Maker(_SECRET),
    ("secrets.doppler.com", "DopplerSecret"): _Maker(
        _SECRET, (("spec", "managedSecret", "name"),), namespace=("spec", "managedSecret", "namespace")
    ),
    ("secrets.infisical.com", "InfisicalSecret"): _Maker(
        _SECRET,
        (("spec", "managedSecretReference", "secretName"),),
        namespace=("spec", "managedSecretReference", "secretNamespace"),
    ),
    ("k8s.bitwarden.com", "BitwardenSecret"): _Maker(_SECRET, (("spec", "secretName"),)),
    ("isindir.github.com", "SopsSecret"): _Maker(_SECRET, (("name",),), entries=("spec", "secretTemplates")),
    ("trust.cert-manager.io", "Bundle"): _Maker(_CONFIG_MAP),
    ("k8s.ovn.org", "UserDefinedNetwork"): _Maker(_NETWORK),
    ("k8s.ovn.org", "ClusterUserDefinedNetwork"): _Maker(_NETWORK),
    ("sriovnetwork.openshift.io", "SriovNetwork"): _Maker(_NETWORK, namespace=("spec", "networkNamespace")),
    ("sriovnetwork.openshift.io", "OVSNetwork"): _Maker(_NETWORK, namespace=("spec", "networkNamespace")),
    ("operator.openshift.io", "Network"): _Maker(
        _NETWORK, (("name",),), entries=("spec", "additionalNetworks"), namespace=("namespace",)
    ),
}


def makers_of(kind: Kind) -> Iterator[str]:
    """The names of the kinds of which foreign controllers make objects of a kind."""
    return (name for (_, name), maker in _MAKERS.items() if maker.made is kind)


def made(resource: Resource) -> Iterator[tuple[Ref, Path]]:
    """The objects that a foreign controller makes of this one, each with the field that names it."""
    maker = _MAKERS.get(resource.ref[:2])
    if maker is None:
        return
    if not maker.entries:
        yield _made(maker, resource, ())
        return
    for index, _ in each(resource.data, *maker.entries):
        yield _made(maker, resource, (*maker.entries, index))


def _made(maker: _Maker, resource: Resource, base: Path) -> tuple[Ref, Path]:
    paths = [(*base, *path) for path in maker.names]
    path = next((path for path in paths if text(resource.data, *path)), _NAME)
    named = text(resource.data, *base, *maker.namespace) if maker.namespace else ""
    namespace = named or resource.namespace or _SOME_NAMESPACE
    return Ref(maker.made.group, maker.made.name, namespace, str(get(resource.data, *path) or "")), path
