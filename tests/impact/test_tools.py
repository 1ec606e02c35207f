"""What an edit does to what Flux and Argo CD apply."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import vmlint
from tests.impact.test_diff import VM, with_instancetype
from vmlint.impact.model import Impact, Verdict


def write_tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


_OVERLAY = {
    "base/vm.yaml": yaml.safe_dump({**VM, "metadata": {"name": "web"}}),
    "base/kustomization.yaml": "resources: [vm.yaml]\n",
    "dev/kustomization.yaml": "resources: [../base]\nnamespace: dev\n",
}
_FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: dev, namespace: flux-system}
spec: {interval: 10m, path: ./dev, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: dev, namespace: argocd, finalizers: []}
spec:
  project: default
  source: {repoURL: "https://git.example.com/shop.git", path: dev, targetRevision: main}
  destination: {server: "https://kubernetes.default.svc", namespace: dev}
  syncPolicy: {automated: {prune: true}}
"""
_CASCADES = _ARGO.replace("[]", "[resources-finalizer.argocd.argoproj.io/background]")


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        (_FLUX, "", "Flux Kustomization flux-system/dev is deleted, and its objects with it"),
        (_FLUX, _FLUX.replace("./dev", "./other"), "Flux Kustomization flux-system/dev prunes"),
        (_FLUX.replace("sourceRef", "deletionPolicy: Orphan, sourceRef"), "", None),
        (_FLUX.replace("true", "false"), _FLUX.replace("true", "false").replace("./dev", "./other"), None),
        (_FLUX, _FLUX.replace("sourceRef", "suspend: true, sourceRef").replace("./dev", "./other"), None),
        (_ARGO, "", None),
        (_CASCADES, "", "Argo CD Application argocd/dev is deleted, and its objects with it"),
        (_ARGO, _ARGO.replace("path: dev", "path: other"), "Argo CD Application argocd/dev prunes"),
    ],
)
def test_a_tool_deletes_what_it_does_not_apply_any_more(
    before: str, after: str, step: str | None, tmp_path: Path
) -> None:
    other = {"other/kustomization.yaml": "resources: []\n"}
    old = write_tree(tmp_path / "before", {**_OVERLAY, **other, "tools/dev.yaml": before})
    new = write_tree(tmp_path / "after", {**_OVERLAY, **other, "tools/dev.yaml": after})
    changes = vmlint.diff([old], [new]).changes
    assert [change.chain[0].text for change in changes] == ([step] if step else [])
    assert all(change.verdict is Verdict.DELETED for change in changes)


@pytest.mark.parametrize("tool", [_FLUX, _ARGO])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_tool_without_its_folder_deletes_nothing(tool: str, elsewhere: bool, tmp_path: Path) -> None:
    before = write_tree(tmp_path / "before", {**_OVERLAY, "tools/dev.yaml": tool})
    name = "Flux Kustomization flux-system/dev" if tool is _FLUX else "Argo CD Application argocd/dev"
    if elsewhere:
        moved = tool.replace("./dev", "./none").replace("path: dev", "path: none")
        assert not vmlint.diff(
            [before], [write_tree(tmp_path / "after", {**_OVERLAY, "tools/dev.yaml": moved})]
        ).changes
        return
    (change,) = vmlint.diff([before], [write_tree(tmp_path / "after", {"tools/dev.yaml": tool})]).changes
    assert (change.verdict, change.message) == (
        Verdict.NOTHING,
        f"its manifest is gone, and {name} fails without its folder: the VirtualMachine stays as it is.",
    )
    assert [step.text for step in change.chain] == [f"{name} fails: its path does not exist"]


@pytest.mark.parametrize(
    ("file", "text", "reported"),
    [
        ("dev/kustomization.yaml", "resources: [../base]\npatches:\n- path: none.yaml\n", "none.yaml"),
        ("base/vm.yaml", _OVERLAY["base/vm.yaml"] + "status: {", "a value is missing"),
    ],
)
def test_what_cannot_be_applied_deletes_nothing(file: str, text: str, reported: str, tmp_path: Path) -> None:
    before = write_tree(tmp_path / "before", _OVERLAY)
    changes = vmlint.diff([before], [write_tree(tmp_path / "after", {**_OVERLAY, file: text})]).changes
    assert {change.verdict for change in changes} == {Verdict.REFUSED}
    assert changes[0].file.endswith(file)
    assert reported in changes[0].message
    assert not vmlint.diff([tmp_path / "after"], [tmp_path / "after"]).changes


@pytest.mark.parametrize("broken", ["dev", "base"])
@pytest.mark.parametrize("tools", [True, False])
def test_a_kustomization_that_cannot_be_built_deletes_nothing(broken: str, tools: bool, tmp_path: Path) -> None:
    files = {path: text for path, text in _TWO.items() if tools or not path.startswith("tools")}
    changes = _diff(tmp_path, files, {**files, f"{broken}/kustomization.yaml": "resources: [none.yaml]\n"}).changes
    assert [(change.verdict, change.line) for change in changes] == [(Verdict.REFUSED, 1)]


# Tools that apply tools

_CLUSTER = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster, namespace: flux-system}
spec: {interval: 10m, path: ./tools, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""
_APPS = _ARGO.replace("name: dev,", "name: apps,").replace("path: dev", "path: tools")
_TEMPLATE = {
    "metadata": {"name": "disk"},
    "spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": "1Gi"}}}},
}
_STATEFUL_VM = (
    yaml.safe_dump({**VM, "metadata": {"name": "web"}, "spec": {**VM["spec"], "dataVolumeTemplates": [_TEMPLATE]}})
    .replace("containerDisk:", "dataVolume:")
    .replace("image: quay.io/containerdisks/fedora:41", "name: disk")
)
_STATEFUL = {**_OVERLAY, "base/vm.yaml": _STATEFUL_VM}
_NO_PRUNE = _CLUSTER.replace("prune: true", "prune: false")


def _diff(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> Impact:
    return vmlint.diff([write_tree(tmp_path / "before", before)], [write_tree(tmp_path / "after", after)])


def _removed_child(tmp_path: Path, parent: str, child: str, *, folder: bool) -> Impact:
    """The removal of a tool that another one applies, with the folder that it applies or without."""
    files = {**_STATEFUL, "cluster.yaml": parent, "tools/kustomization.yaml": "resources: [dev.yaml]\n"}
    rest = files if folder else {path: text for path, text in files.items() if path.startswith(("cluster", "tools"))}
    return _diff(tmp_path, {**files, "tools/dev.yaml": child}, {**rest, "tools/kustomization.yaml": "resources: []\n"})


@pytest.mark.parametrize(
    ("parent", "child", "groups"),
    [
        (_CLUSTER, _FLUX, ["data loss"]),
        (_NO_PRUNE, _FLUX, []),
        (_CLUSTER.replace("sourceRef", "suspend: true, sourceRef"), _FLUX, []),
        (
            _CLUSTER,
            _FLUX.replace("{name: dev,", "{annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}, name: dev,"),
            [],
        ),
        (_APPS, _CASCADES, ["data loss"]),
        (_APPS, _ARGO, []),
        (_APPS.replace("automated: {prune: true}", "automated: {}"), _CASCADES, []),
        (_APPS.replace("prune: true", "prune: true, enabled: false"), _CASCADES, []),
    ],
)
def test_a_tool_that_another_one_keeps_goes_on(parent: str, child: str, groups: list[str], tmp_path: Path) -> None:
    impact = _removed_child(tmp_path, parent, child, folder=True)
    assert [change.group for change in impact.changes] == groups


def test_a_tool_that_stays_is_mentioned(tmp_path: Path) -> None:
    impact = _removed_child(tmp_path, _NO_PRUNE, _FLUX, folder=True)
    assert impact.assumptions == (
        "Flux Kustomization flux-system/dev is gone from the files, and still applies its folder, since Flux "
        "Kustomization flux-system/cluster does not prune.",
    )


def test_a_tool_that_stays_without_its_folder_fails(tmp_path: Path) -> None:
    (change,) = _removed_child(tmp_path, _NO_PRUNE, _FLUX, folder=False).changes
    assert (change.group, change.message) == (
        "nothing",
        "its manifest is gone, and Flux Kustomization flux-system/dev fails without its folder: the VirtualMachine "
        "stays as it is.",
    )


def test_a_tool_that_stays_prunes(tmp_path: Path) -> None:
    files = {**_STATEFUL, "cluster.yaml": _NO_PRUNE, "tools/dev.yaml": _FLUX}
    after = {**files, "tools/dev.yaml": "", "base/kustomization.yaml": "resources: []\n", "base/vm.yaml": ""}
    (change,) = _diff(tmp_path, files, after).changes
    assert (change.group, change.data_loss) == ("data loss", ("disk",))
    assert change.message.startswith("its manifest is gone, and Flux Kustomization flux-system/dev deletes it.")


# Tools that are suspended

_SUSPENDED = _FLUX.replace("sourceRef", "suspend: true, sourceRef")
_STOPPED = _STATEFUL_VM.replace("runStrategy: Always", "runStrategy: Halted")


def test_a_suspended_tool_does_nothing_before_it_is_resumed(tmp_path: Path) -> None:
    files = {**_STATEFUL, "tools/dev.yaml": _SUSPENDED}
    (change,) = _diff(tmp_path, files, {**files, "base/vm.yaml": _STOPPED}).changes
    assert (change.group, change.message, change.suspended) == (
        "suspended",
        "the guest stops at once.",
        "Flux Kustomization flux-system/dev",
    )


def test_a_suspended_tool_prunes_only_after_it_is_resumed(tmp_path: Path) -> None:
    files = {**_STATEFUL, "tools/dev.yaml": _SUSPENDED}
    after = {**files, "base/kustomization.yaml": "resources: []\n", "base/vm.yaml": ""}
    (change,) = _diff(tmp_path, files, after).changes
    assert (change.group, change.data_loss) == ("suspended", ("disk",))


def test_what_a_suspended_tool_does_not_apply_is_not_there_for_others(tmp_path: Path) -> None:
    size = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata: {name: small}
spec: {cpu: {guest: 2}, memory: {guest: 2Gi}}
"""
    other = size.replace("small", "other")
    vm = yaml.safe_dump({**with_instancetype("small"), "metadata": {"name": "web"}})
    before = {
        **_OVERLAY,
        "base/vm.yaml": vm,
        "sizes/kustomization.yaml": "resources: [all.yaml]\n",
        "sizes/all.yaml": size,
        "tools/dev.yaml": _FLUX,
        "tools/sizes.yaml": _SUSPENDED.replace("name: dev", "name: sizes").replace("./dev", "./sizes"),
    }
    after = {**before, "base/vm.yaml": vm.replace("small", "other"), "sizes/all.yaml": f"{size}---\n{other}"}
    old, new = write_tree(tmp_path / "before", before), write_tree(tmp_path / "after", after)
    changes = vmlint.diff([old], [new], closed_world=True).changes
    assert [(change.resource.name, change.group) for change in changes] == [("web", "trouble"), ("other", "suspended")]
    assert changes[0].notes == (
        "judged without the new VirtualMachineClusterInstancetype `other`, because a tool is suspended",
    )


def test_a_tool_that_is_resumed_applies_more_than_the_edit(tmp_path: Path) -> None:
    files = {**_STATEFUL, "tools/dev.yaml": _SUSPENDED}
    impact = _diff(tmp_path, files, {**files, "tools/dev.yaml": _FLUX})
    assert (impact.changes, impact.assumptions) == (
        (),
        (
            "Flux Kustomization flux-system/dev is resumed: what the files gained since it was suspended is applied "
            "too, and is not compared.",
        ),
    )


# Objects in several deployments

_TWO = {
    **_STATEFUL,
    "prod/kustomization.yaml": _OVERLAY["dev/kustomization.yaml"],
    "tools/dev.yaml": _FLUX,
    "tools/prod.yaml": _FLUX.replace("name: dev", "name: prod").replace("./dev", "./prod"),
}
_NOTHING = "resources: []\n"


def test_an_object_that_one_of_two_tools_loses_is_deleted(tmp_path: Path) -> None:
    (change,) = _diff(tmp_path, _TWO, {**_TWO, "dev/kustomization.yaml": _NOTHING}).changes
    assert (change.group, change.data_loss, change.deployments) == (
        "data loss",
        ("disk",),
        ("Flux Kustomization flux-system/dev",),
    )


def test_an_object_that_one_of_two_overlays_loses_is_deleted(tmp_path: Path) -> None:
    files = {path: text for path, text in _TWO.items() if not path.startswith("tools")}
    (change,) = _diff(tmp_path, files, {**files, "dev/kustomization.yaml": _NOTHING}).changes
    assert (change.group, [name.rpartition("/")[2] for name in change.deployments]) == ("data loss", ["dev"])
    gone = {path: text for path, text in files.items() if not path.startswith("dev")}
    assert not _diff(tmp_path / "gone", files, gone).changes


@pytest.mark.parametrize(
    ("namespace", "why"), [("", "its kustomization does not include it any more"), ("dev", "its manifest is gone")]
)
def test_an_object_that_its_kustomization_does_not_include_any_more_is_deleted(
    namespace: str, why: str, tmp_path: Path
) -> None:
    """Its file is still there, and nobody applies that by itself."""
    overlay = f"resources: [../base]\nnamespace: {namespace}\n"
    files = {**_STATEFUL, "dev/kustomization.yaml": overlay, "prod/kustomization.yaml": overlay}
    (change,) = _diff(tmp_path, files, {**files, "base/kustomization.yaml": _NOTHING}).changes
    assert (change.message, [name.rpartition("/")[2] for name in change.deployments]) == (
        f"{why}, and a tool that prunes deletes it. Its data is lost with it: claim `disk`.",
        ["dev", "prod"],
    )


@pytest.mark.parametrize(("tool", "group"), [(_FLUX, "suspended"), (_NO_PRUNE, "nothing"), (_ARGO, "data loss")])
def test_tools_of_two_clusters_may_have_one_name(tool: str, group: str, tmp_path: Path) -> None:
    tool = tool.replace("prune: true, sourceRef", "prune: true, suspend: true, sourceRef").replace("./tools", "./dev")
    files = {
        **_STATEFUL,
        "prod/kustomization.yaml": _OVERLAY["dev/kustomization.yaml"],
        "clusters/a/apps.yaml": tool,
        "clusters/b/apps.yaml": tool.replace("./dev", "./prod").replace("path: dev", "path: prod"),
    }
    after = {**files, "base/kustomization.yaml": _NOTHING, "base/vm.yaml": ""}
    changes = _diff(tmp_path, files, after).changes
    assert [(change.group, len(change.chain)) for change in changes] == [(group, 1)] * 2
    broken = {**files, "base/kustomization.yaml": "resources: [none.yaml]\n"}
    (change,) = _diff(tmp_path / "broken", files, broken).changes
    assert change.verdict is Verdict.REFUSED


def test_an_object_that_moves_to_a_suspended_tool_is_deleted(tmp_path: Path) -> None:
    suspended = _TWO["tools/prod.yaml"].replace("prune", "suspend: true, prune")
    files = {**_TWO, "tools/prod.yaml": suspended, "prod/kustomization.yaml": _NOTHING}
    after = {**files, "dev/kustomization.yaml": _NOTHING, "prod/kustomization.yaml": _OVERLAY["dev/kustomization.yaml"]}
    (change,) = _diff(tmp_path, files, after).changes
    assert (change.group, change.suspended, change.message) == (
        "data loss",
        "",
        "Flux Kustomization flux-system/dev does not apply it any more, and deletes it. "
        "Its data is lost with it: claim `disk`.",
    )


def test_an_object_that_moves_from_a_deleted_application_needs_another_annotation(tmp_path: Path) -> None:
    files = {**_TWO, "tools/dev.yaml": _CASCADES}
    after = {path: text for path, text in files.items() if path != "tools/dev.yaml"}
    after["tools/other.yaml"] = _CASCADES.replace("name: dev,", "name: other,")
    (change,) = _diff(tmp_path, files, after).changes
    assert change.message.startswith(
        "it moves here from Argo CD Application argocd/dev, which is deleted with its objects. If that comes first"
    )
    assert "`argocd.argoproj.io/sync-options: Delete=false`" in change.fix


def test_a_deletion_by_a_tool_that_the_edit_suspends_is_not_sure(tmp_path: Path) -> None:
    suspended = _FLUX.replace("prune", "suspend: true, prune")
    files = {**_STATEFUL, "tools/dev.yaml": _FLUX}
    (change,) = _diff(
        tmp_path,
        files,
        {
            "base/kustomization.yaml": _NOTHING,
            "dev/kustomization.yaml": _OVERLAY["dev/kustomization.yaml"],
            "tools/dev.yaml": suspended,
        },
    ).changes
    assert (change.group, change.notes) == (
        "data loss",
        (
            "Flux Kustomization flux-system/dev is suspended by the same edit: "
            "this happens only if Flux applies it before",
        ),
    )


@pytest.mark.parametrize("tool", [_FLUX, _ARGO])
def test_an_object_that_moves_to_another_tool_may_be_deleted(tool: str, tmp_path: Path) -> None:
    other = tool.replace("name: dev", "name: prod").replace("./dev", "./prod").replace("path: dev", "path: prod")
    files = {**_TWO, "tools/dev.yaml": tool, "tools/prod.yaml": other, "prod/kustomization.yaml": _NOTHING}
    after = {**files, "dev/kustomization.yaml": _NOTHING, "prod/kustomization.yaml": _OVERLAY["dev/kustomization.yaml"]}
    (change,) = _diff(tmp_path, files, after).changes
    name = "Flux Kustomization flux-system/dev" if tool is _FLUX else "Argo CD Application argocd/dev"
    assert (change.group, change.message) == (
        "undecided",
        f"it moves here from {name}, which prunes. If that comes first, it deletes the VirtualMachine with its data "
        "(claim `disk`), and the VirtualMachine is created anew.",
    )
    assert ("prune: disabled" if tool is _FLUX else "Prune=false") in change.fix


# Tools that replace what they can't update

_DISK = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {name: disk, annotations: {note: a}}
spec: {source: {blank: {}}, storage: {resources: {requests: {storage: 1Gi}}}}
"""
_FORCED = _DISK.replace("note: a", "kustomize.toolkit.fluxcd.io/force: enabled")


@pytest.mark.parametrize(
    ("tool", "disk", "group"),
    [
        (_FLUX, _DISK, "refused"),
        (_FLUX.replace("prune", "force: true, prune"), _DISK, "data loss"),
        (_FLUX, _FORCED, "data loss"),
        (_ARGO, _FORCED, "refused"),
        (_ARGO, _DISK.replace("note: a", "argocd.argoproj.io/sync-options: Force=true"), "data loss"),
    ],
)
def test_a_tool_may_replace_what_it_cannot_update(tool: str, disk: str, group: str, tmp_path: Path) -> None:
    files = {"dev/vm.yaml": disk, "dev/kustomization.yaml": "resources: [vm.yaml]\n", "tools/dev.yaml": tool}
    (change,) = _diff(tmp_path, files, {**files, "dev/vm.yaml": disk.replace("1Gi", "2Gi")}).changes
    assert (change.group, change.data_loss) == (group, ("disk",) if group == "data loss" else ())


def test_an_invalid_object_may_be_deleted_for_good(tmp_path: Path) -> None:
    tool = _FLUX.replace("prune", "force: true, prune")
    files = {"dev/vm.yaml": _DISK, "dev/kustomization.yaml": "resources: [vm.yaml]\n", "tools/dev.yaml": tool}
    (change,) = _diff(tmp_path, files, {**files, "dev/vm.yaml": _DISK.replace("blank: {}", "")}).changes
    assert (change.group, change.notes) == (
        "refused",
        ("with `force: true` the object may be deleted, as its update is refused, and not be created anew",),
    )
