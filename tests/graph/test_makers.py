"""Objects that foreign controllers make of others."""

from __future__ import annotations

import textwrap

import pytest

from tests.build import cluster
from vmlint.graph.resolution import State
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
"""
MAKERS = {
    "Secret": [
        "external-secrets.io/v1 ExternalSecret {metadata: {name: made}}",
        "external-secrets.io/v1beta1 ExternalSecret {metadata: {name: other}, spec: {target: {name: made}}}",
        "bitnami.com/v1alpha1 SealedSecret {metadata: {name: made}}",
        "cert-manager.io/v1 Certificate {metadata: {name: other}, spec: {secretName: made}}",
        "secrets.hashicorp.com/v1beta1 VaultStaticSecret {metadata: {name: o}, spec: {destination: {name: made}}}",
        "onepassword.com/v1 OnePasswordItem {metadata: {name: made}}",
        "secrets.doppler.com/v1alpha1 DopplerSecret"
        " {metadata: {name: o, namespace: far}, spec: {managedSecret: {name: made, namespace: shop}}}",
        "isindir.github.com/v1alpha3 SopsSecret"
        " {metadata: {name: o}, spec: {secretTemplates: [{name: first}, {name: made}]}}",
    ],
    "NetworkAttachmentDefinition": [
        "k8s.ovn.org/v1 UserDefinedNetwork {metadata: {name: made}}",
        "sriovnetwork.openshift.io/v1 SriovNetwork"
        " {metadata: {name: made, namespace: operator}, spec: {networkNamespace: shop}}",
        "operator.openshift.io/v1 Network"
        " {metadata: {name: cluster}, spec: {additionalNetworks: [{name: made, namespace: shop}]}}",
    ],
}
EVERYWHERE = {
    "Secret": "external-secrets.io/v1 ClusterExternalSecret {metadata: {name: o}, spec: {externalSecretName: made}}",
    "NetworkAttachmentDefinition": "k8s.ovn.org/v1 ClusterUserDefinedNetwork {metadata: {name: made}}",
}


def manifest(line: str) -> str:
    version, kind, body = line.split(" ", 2)
    return f"{{apiVersion: {version}, kind: {kind}, {body[1:]}\n"


def state_of(kind: str, maker: str, name: str = "made") -> State:
    found = cluster(("vm.yaml", textwrap.dedent(VM)), ("maker.yaml", manifest(maker)))
    group = next(row.group for row in BY_GROUP_KIND.values() if row.name == kind)
    return found.resolve(Ref(group, kind, "shop", name), found.resources[0]).state


@pytest.mark.parametrize(("kind", "maker"), [(kind, maker) for kind, makers in MAKERS.items() for maker in makers])
def test_what_is_made_is_found(kind: str, maker: str) -> None:
    assert state_of(kind, maker) is State.FOUND
    assert state_of(kind, maker, "other-name") is State.MISSING


@pytest.mark.parametrize(("kind", "maker"), EVERYWHERE.items())
def test_what_selected_namespaces_get_may_be_there(kind: str, maker: str) -> None:
    assert state_of(kind, maker) is State.UNKNOWN
    assert state_of(kind, maker, "other-name") is State.MISSING


@pytest.mark.parametrize("spec", ["[]", "{target: []}", "{target: {name: 7}}", "7"])
def test_strange_makers_make_what_their_name_says(spec: str) -> None:
    maker = f"external-secrets.io/v1 ExternalSecret {{metadata: {{name: made}}, spec: {spec}}}"
    assert state_of("Secret", maker) is State.FOUND
