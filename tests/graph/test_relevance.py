"""Documents that wait to be decoded make no difference to what is found."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import vmlint
from tests.cases import FIXTURES, repos
from vmlint.cli.fixtures import cases
from vmlint.graph.relevance import may_wait, woken
from vmlint.source.decode import decode
from vmlint.source.document import Document

VM = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nspec: {a: %s}\n"
OTHER = "apiVersion: %s\nkind: %s\nmetadata:\n  name: x\n"
DEFINITION = OTHER % ("apiextensions.k8s.io/v1", "CustomResourceDefinition") + "spec:\n  names:\n    kind: Widget\n"


def documents(*texts: str) -> tuple[Document, ...]:
    return decode("---\n".join(texts).encode(), "all.yaml", may_wait=may_wait).documents


def awake(*texts: str) -> list[bool]:
    """Which of the documents are decoded before anybody asks for them."""
    found = documents(*texts)
    waiting = {one: one.waiting for one in found if one.waiting}
    woke = set(map(id, woken(waiting, [one for one in found if not one.waiting])))
    return [not one.waiting or id(one) in woke for one in found]


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("apps/v1", "Deployment"),
        ("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "ServiceAccount"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ],
)
def test_what_nothing_names_waits(version: str, kind: str) -> None:
    assert awake(VM % "b", OTHER % (version, kind)) == [True, False]


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("v1", "Namespace"),
        ("v1", "PersistentVolumeClaim"),
        ("v1", "List"),
        ("storage.k8s.io/v1", "StorageClass"),
        ("cdi.kubevirt.io/v1beta1", "DataVolume"),
        ("1", "VirtualMachine"),
        ("kubevirt.io/v1", "Strange"),
        ("template.openshift.io/v1", "Template"),
        ("argoproj.io/v1alpha1", "Application"),
        ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ],
)
def test_what_acts_without_being_named_does_not(version: str, kind: str) -> None:
    assert awake(OTHER % (version, kind)) == [True]


@pytest.mark.parametrize(
    ("field", "version", "kind"),
    [
        ("configMap", "v1", "ConfigMap"),
        ("certConfigMap", "v1", "ConfigMap"),
        ("secretRef", "v1", "Secret"),
        ("networkDataSecretRef", "external-secrets.io/v1", "ExternalSecret"),
        ("serviceAccountName", "v1", "ServiceAccount"),
    ],
)
def test_what_may_be_named_is_woken(field: str, version: str, kind: str) -> None:
    assert awake(VM % field, OTHER % (version, kind)) == [True, True]


def test_a_definition_is_woken_with_the_objects_that_it_defines() -> None:
    widget, gadget = OTHER % ("example.com/v1", "Widget"), OTHER % ("example.com/v1", "Gadget")
    assert awake(DEFINITION, widget, gadget) == [True, True, False]
    assert awake(DEFINITION, gadget) == [False, False]
    assert awake(DEFINITION, "{apiVersion: example.com/v1, kind: Widget}\n") == [True, True]


def test_what_a_definition_that_is_decoded_at_once_defines_is_woken(tmp_path: Path) -> None:
    definition = DEFINITION.replace("name: x", "name: x # kubevirt").lstrip()
    spec = "spec: {group: example.com, names: {kind: Widget, plural: widgets}}\n"
    (tmp_path / "crd.yaml").write_text(definition.partition("spec:")[0] + spec)
    (tmp_path / "widget.yaml").write_text(OTHER % ("example.com/v1", "Widget"))
    assert vmlint.check([tmp_path]).counts.objects == 2


def found(tree: Path) -> Any:
    with chdir(tree):
        report = vmlint.check()
    return report.findings, report.undecided, report.skipped, report.suppressed


@pytest.mark.slow
@pytest.mark.parametrize(
    "tree",
    [*cases(FIXTURES), *repos(), FIXTURES / "quickstart"],
    ids=lambda tree: tree.relative_to(FIXTURES).as_posix(),
)
def test_the_same_is_found_when_nothing_waits(tree: Path) -> None:
    said = found(tree)
    with patch("vmlint.engine.repository.may_wait", None):
        assert said == found(tree)
