"""From a name to what it means, and to everybody who means the same."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from lsprotocol import types

from tests.server.repository import cursor, opened, written
from vmlint.server import navigation
from vmlint.server.rename import CannotRename, prepared, renamed
from vmlint.server.view import View


@pytest.fixture
def view(tmp_path: Path) -> View:
    return opened(written(tmp_path))


def lines(view: View, found: Iterable[types.Location]) -> list[str]:
    """The places with the text at each."""
    shown = []
    for one in found:
        name = Path(one.uri).name
        content = view.texts(name)
        assert content is not None
        text = content.content[content.offset(one.range.start) : content.offset(one.range.end)]
        shown.append(f"{name}:{one.range.start.line + 1} {text}")
    return shown


@pytest.mark.parametrize(
    ("file", "words", "at", "place"),
    [
        ("web.yaml", "fedora, namespace", 2, "images.yaml:4 fedora"),
        ("web.yaml", "dataVolume:\n          name: web-root", 25, "web.yaml:13 web-root"),
        ("web.yaml", "storageClassName: rbd", 19, "images.yaml:26 rbd"),
        ("web.yaml", "shop/vlan7", 7, "others.yaml:12 vlan7"),
        ("web.yaml", "{name: web-seed}", 8, "others.yaml:4 web-seed"),
        ("web.yaml", "inferFromVolume: root", 18, "web.yaml:39 root"),
        ("web.yaml", "- name: root\n            disk", 9, "web.yaml:39 root"),
        ("web.yaml", "- name: storage\n            bridge", 9, "web.yaml:36 storage"),
        ("images.yaml", "default-instancetype: small", 24, "sizes.yaml:4 small"),
        ("images.yaml", "name: fedora-disk, ", 8, "images.yaml:13 fedora-disk"),
        ("cache.yaml", "name: large", 7, "sizes.yaml:12 large"),
    ],
)
def test_definitions(view: View, file: str, words: str, at: int, place: str) -> None:
    assert lines(view, navigation.definitions(view, cursor(view, file, words, at))) == [place]


def test_what_a_matcher_comes_to(view: View) -> None:
    found = navigation.given_by(view, cursor(view, "web.yaml", "inferFromVolume: root", 18))
    assert lines(view, found) == ["sizes.yaml:4 small"]


def test_no_word_means_nothing(view: View) -> None:
    here = cursor(view, "web.yaml", "  runStrategy", 0)
    assert navigation.definitions(view, here) == []
    assert navigation.references(view, here, declaration=True) == []


@pytest.mark.parametrize(
    ("file", "words", "at", "places"),
    [
        ("images.yaml", "name: fedora\n", 7, ["images.yaml:4 fedora", "web.yaml:15 fedora"]),
        ("sizes.yaml", "name: small", 7, ["images.yaml:16 small", "sizes.yaml:4 small"]),
        ("sizes.yaml", "name: large", 7, ["cache.yaml:10 large", "sizes.yaml:12 large"]),
        ("web.yaml", "name: web-root", 8, ["web.yaml:13 web-root", "web.yaml:41 web-root"]),
        ("web.yaml", "inferFromVolume: root", 18, ["web.yaml:10 root", "web.yaml:26 root", "web.yaml:39 root"]),
        ("others.yaml", "name: vlan7", 7, ["others.yaml:12 vlan7", "web.yaml:37 shop/vlan7"]),
    ],
)
def test_references(view: View, file: str, words: str, at: int, places: list[str]) -> None:
    here = cursor(view, file, words, at)
    assert lines(view, navigation.references(view, here, declaration=True)) == places
    shown = navigation.highlights(view, here)
    assert len(shown) == sum(place.startswith(file) for place in places)


def test_symbols(view: View) -> None:
    symbols = navigation.document_symbols(view, "web.yaml")
    assert [(one.name, one.detail) for one in symbols] == [("web", "VirtualMachine")]
    assert [one.name for one in symbols[0].children or ()] == ["root", "seed", "default", "storage", "web-root"]
    for one in (*symbols, *(symbols[0].children or ())):
        assert one.range.start <= one.selection_range.start <= one.selection_range.end <= one.range.end
    found = navigation.workspace_symbols(view, "fed")
    assert [one.name for one in found] == ["fedora", "fedora-disk"]
    assert navigation.workspace_symbols(view, "vmx") == []


# Renaming


def after(view: View, edit: types.WorkspaceEdit) -> dict[str, str]:
    """The texts of the files that an edit changes."""
    made = {}
    for uri, edits in (edit.changes or {}).items():
        name = Path(uri).name
        content = view.texts(name)
        assert content is not None
        for one in sorted(edits, key=lambda one: one.range.start, reverse=True):
            assert isinstance(one, types.TextEdit)
            content = content.changed(one.range, one.new_text)
        made[name] = content.content
    return made


@pytest.mark.parametrize(
    ("file", "words", "at", "changed"),
    [
        ("sizes.yaml", "name: small", 7, {"sizes.yaml", "images.yaml"}),
        ("images.yaml", "default-instancetype: small", 24, {"sizes.yaml", "images.yaml"}),
        ("cache.yaml", "name: large", 7, {"sizes.yaml", "cache.yaml"}),
        ("web.yaml", "fedora, namespace", 2, {"images.yaml", "web.yaml"}),
        ("images.yaml", "name: fedora-disk, ", 8, {"images.yaml"}),
        ("web.yaml", "name: web-root", 8, {"web.yaml"}),
        ("others.yaml", "name: web-seed", 8, {"others.yaml", "web.yaml"}),
        ("web.yaml", "shop/vlan7", 7, {"others.yaml", "web.yaml"}),
        ("web.yaml", "- name: root\n            disk", 9, {"web.yaml"}),
    ],
)
def test_after_renaming_nothing_is_lost(view: View, file: str, words: str, at: int, changed: set[str]) -> None:
    """The name is changed everywhere: the findings are what they were, but for the name."""
    here = cursor(view, file, words, at)
    found = prepared(view, here)
    assert found is not None
    old = found[1]
    texts = after(view, renamed(view, here, "other"))
    assert set(texts) == changed
    before = view.folder.check().report
    for name, content in texts.items():
        view.folder.opened(name, content)
    report = view.folder.check().report
    assert [one.slug for one in report.findings] == [one.slug for one in before.findings]
    assert any(old in (view.texts(name) or view.texts(file)).content for name in texts)  # type: ignore[union-attr]


def test_names_that_can_not_be_changed(view: View) -> None:
    here = cursor(view, "sizes.yaml", "name: large", 7)
    for new, reason in (("Large", "not a valid name"), ("a_b", "not a valid name"), ("x" * 254, "not a valid name")):
        with pytest.raises(CannotRename, match=reason):
            renamed(view, here, new)
    with pytest.raises(CannotRename, match="has a volume `seed` already"):
        renamed(view, cursor(view, "web.yaml", "inferFromVolume: root", 18), "seed")
    with pytest.raises(CannotRename, match="exists already, in `images"):
        view.folder.opened("more.yaml", FEDORA)
        more = opened(view.folder.root)
        more.folder.opened("more.yaml", FEDORA)
        snapshot = more.folder.snapshot()
        assert snapshot is not None
        again = View(more.folder, snapshot, more.texts.encoding)
        renamed(again, cursor(again, "more.yaml", "name: debian", 7), "fedora")
    assert prepared(view, cursor(view, "web.yaml", "runStrategy: Always", 15)) is None


FEDORA = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata:
  name: debian
  namespace: golden
spec:
  source:
    pvc: {name: fedora-disk, namespace: golden}
"""

KUSTOMIZED = {
    "base/kustomization.yaml": "resources:\n- vm.yaml\n- size.yaml\n",
    "base/vm.yaml": """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: web
spec:
  runStrategy: Always
  instancetype:
    kind: VirtualMachineInstancetype
    name: small
  template: {spec: {domain: {devices: {}}}}
""",
    "base/size.yaml": """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata:
  name: small
spec:
  cpu: {guest: 1}
  memory: {guest: 1Gi}
""",
    "dev/kustomization.yaml": """\
namespace: dev
resources:
- ../base
patches:
- path: size.yaml
- target: {kind: VirtualMachineInstancetype, name: small}
  patch: |-
    - op: replace
      path: /spec/cpu/guest
      value: 2
""",
    "dev/size.yaml": """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata:
  name: small
spec:
  memory: {guest: 2Gi}
""",
    "prod/kustomization.yaml": "namespace: prod\nresources:\n- ../base\n",
}


def test_patches_name_the_object_too(tmp_path: Path) -> None:
    view = opened(written(tmp_path, KUSTOMIZED))
    here = cursor(view, "base/vm.yaml", "name: small", 7)
    edit = renamed(view, here, "tiny")
    changed = {
        Path(uri).relative_to(view.folder.root.as_uri()): len(edits) for uri, edits in (edit.changes or {}).items()
    }
    assert {str(name): number for name, number in changed.items()} == {
        "base/size.yaml": 1,
        "base/vm.yaml": 1,
        "dev/kustomization.yaml": 1,
        "dev/size.yaml": 1,
    }
    uses = navigation.references(view, here, declaration=False)
    assert [Path(one.uri).name for one in uses] == ["vm.yaml"]


def test_a_reference_counts_although_a_patch_writes_it_again(tmp_path: Path) -> None:
    """The base, the patch, and a base whose patch names something else: all of them name the instancetype."""
    patch = (
        "kind: VirtualMachine\napiVersion: kubevirt.io/v1\nmetadata: {name: web}\nspec:\n  instancetype: {name: NAME}\n"
    )
    vm = KUSTOMIZED["base/vm.yaml"]
    kind = "kind: VirtualMachineInstancetype"
    size = f"apiVersion: instancetype.kubevirt.io/v1beta1\n{kind}\nmetadata: {{name: NAME}}\nspec: {{}}\n"
    overlay = "resources: [vm.yaml, ../sizes]\npatches: [{path: patch.yaml}]\n"
    files = {
        "sizes/kustomization.yaml": "resources: [small.yaml, large.yaml]\n",
        "sizes/small.yaml": size.replace("NAME", "small"),
        "sizes/large.yaml": size.replace("NAME", "large"),
        "same/kustomization.yaml": "namespace: dev\n" + overlay,
        "same/vm.yaml": vm,
        "same/patch.yaml": patch.replace("NAME", "small"),
        "other/kustomization.yaml": "namespace: qa\n" + overlay,
        "other/vm.yaml": vm,
        "other/patch.yaml": patch.replace("NAME", "large"),
    }
    assert kind in vm
    assert "name: small" in vm
    view = opened(written(tmp_path, files))
    here = cursor(view, "sizes/small.yaml", "name: small", 7)
    uses = {one.uri.rpartition(tmp_path.name)[2] for one in navigation.references(view, here, declaration=False)}
    assert uses == {"/same/vm.yaml", "/same/patch.yaml", "/other/vm.yaml"}
    changes = renamed(view, here, "tiny").changes or {}
    assert {uri.rpartition(tmp_path.name)[2] for uri in changes} == {*uses, "/sizes/small.yaml"}


def test_links_of_a_kustomization(tmp_path: Path) -> None:
    view = opened(written(tmp_path, KUSTOMIZED))
    links = navigation.links_of_file(view, "dev/kustomization.yaml")
    root = tmp_path.as_uri()
    assert [one.target for one in links] == [f"{root}/base/kustomization.yaml", f"{root}/dev/size.yaml"]
    found = navigation.definitions(view, cursor(view, "dev/kustomization.yaml", "../base", 4))
    assert [one.uri for one in found] == [f"{root}/base/kustomization.yaml"]
