"""What an analysis leaves to the one after a keystroke: only what a change can matter to is judged again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.api import judge
from vmlint.cache import Cache
from vmlint.cache.earlier import EarlierAnalysis
from vmlint.cache.mentions import words_in
from vmlint.engine.analysis import Analysis, analyse
from vmlint.engine.reporting import report_of
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import Workspace
from vmlint.report import render

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: NAME, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {kind: VirtualMachineInstancetype, name: TYPE}
  template: {spec: {domain: {devices: {}}}}
"""
SIZE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: NAME, namespace: shop}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
"""
FILES = {
    "web.yaml": VM.replace("NAME", "web").replace("TYPE", "small"),
    "db.yaml": VM.replace("NAME", "db").replace("TYPE", "large"),
    "lost.yaml": VM.replace("NAME", "lost").replace("TYPE", "smal"),
    "small.yaml": SIZE.replace("NAME", "small"),
    "large.yaml": SIZE.replace("NAME", "large"),
    "class.yaml": "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nprovisioner: x\n",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    (tmp_path / ".git").mkdir()
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    monkeypatch.chdir(tmp_path)
    return Workspace.open(RunRequest())


def again(workspace: Workspace, changes: dict[str, str | None]) -> set[str]:
    """The objects that are judged again after some changes; the report is that of a new run."""
    before = analyse(workspace.snapshot(), EarlierAnalysis(None))
    for name, content in changes.items():
        workspace = workspace.update(name, content)
    snapshot = workspace.snapshot()
    reuse = EarlierAnalysis(before)
    after = analyse(snapshot, reuse)
    anew = analyse(snapshot, EarlierAnalysis(None))
    assert render("json", report_of(after)) == render("json", report_of(anew)) == render("json", judge(snapshot))
    known = reuse.judged(snapshot, after.subjects)
    return {str(subject) for index, (_, subject) in enumerate(after.subjects) if index not in known}


OTHER = "StorageClass fast"
"""Matters to objects that do not name it, and is judged again whatever changes."""


def test_a_comment_matters_to_nobody_else(shop: Workspace) -> None:
    assert again(shop, {"web.yaml": "# more\n" + FILES["web.yaml"]}) == {
        "<document 0 of web.yaml, line 1>",
        "VirtualMachine shop/web",
        OTHER,
    }


def test_a_change_matters_to_who_names_the_object(shop: Workspace) -> None:
    changed = again(shop, {"small.yaml": FILES["small.yaml"].replace("1Gi", "2Gi")})
    assert {"VirtualMachineInstancetype shop/small", "VirtualMachine shop/web"} <= changed
    assert not {"VirtualMachine shop/db", "VirtualMachine shop/lost"} & changed


def test_a_name_that_comes_matters_to_who_lacks_something(shop: Workspace) -> None:
    changed = again(shop, {"more.yaml": SIZE.replace("NAME", "more")})
    assert "VirtualMachine shop/lost" in changed
    assert "VirtualMachine shop/db" not in changed


def test_what_acts_without_being_named_matters_to_all(shop: Workspace) -> None:
    changed = again(shop, {"class.yaml": FILES["class.yaml"] + "reclaimPolicy: Retain\n"})
    assert {"VirtualMachine shop/web", "VirtualMachine shop/db"} <= changed


def test_findings_are_kept_too(shop: Workspace) -> None:
    before = analyse(shop.snapshot(), EarlierAnalysis(None))
    assert [fault.meta.id for _, fault in before.violations]
    after: Analysis = analyse(shop.update("db.yaml", None).snapshot(), EarlierAnalysis(before))
    assert [one for one in after.violations if one in before.violations]


def test_a_file_without_a_version_becomes_a_patch(shop: Workspace) -> None:
    files = {
        "k/kustomization.yaml": "resources: [vm.yaml]\n",
        "k/vm.yaml": VM.replace("NAME", "k").replace("TYPE", "small"),
        "k/parts/p.yaml": "kind: VirtualMachine\nmetadata: {name: k}\nspec: {runStrategy: Halted}\n",
    }
    for name, content in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(content)
    workspace = Workspace.open(RunRequest())
    named = "resources: [vm.yaml]\npatches: [{path: parts/p.yaml, target: {kind: VirtualMachine}}]\n"
    part = "<document 0 of k/parts/p.yaml, line 1>"
    assert part in again(workspace, {"k/kustomization.yaml": named})


def test_a_configuration_of_kubevirt_matters_to_runs_with_a_cache(shop: Workspace, tmp_path: Path) -> None:
    """It names nobody, and nobody names it."""
    import vmlint

    kubevirt = """\
apiVersion: kubevirt.io/v1
kind: KubeVirt
metadata: {name: kubevirt, namespace: kubevirt}
spec: {configuration: {network: {binding: {macvtap: {domainAttachmentType: tap}}}}}
"""
    vm = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: net, namespace: shop}
spec:
  runStrategy: Always
  template:
    spec:
      domain:
        memory: {guest: 1Gi}
        devices: {interfaces: [{name: default, binding: {name: macvtap}}]}
      networks: [{name: default, pod: {}}]
"""
    (tmp_path / "kubevirt.yaml").write_text(kubevirt)
    (tmp_path / "net.yaml").write_text(vm)
    cache = Cache(tmp_path / "cache", least_bytes=0)
    first = vmlint.check(cache=cache)
    assert "network-binding-not-registered" not in {one.slug for one in first.findings}
    (tmp_path / "kubevirt.yaml").write_text(kubevirt.replace("macvtap:", "passt:"))
    second = vmlint.check(cache=cache)
    assert "network-binding-not-registered" in {one.slug for one in second.findings}


TEXTS = st.text(
    st.sampled_from("ab1._-\\n\\t\\r\\b\\f\\x01\\x85\\ud800é\\\\\"'/ nu{}[],:") | st.characters(), max_size=12
)


@given(
    st.recursive(
        TEXTS | st.integers() | st.floats(allow_nan=False) | st.none() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    )
)
def test_no_word_of_an_object_is_lost(data: Any) -> None:
    found, waiting = set(words_in(data)), [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
        elif isinstance(value, str):
            assert found.issuperset(re.findall(r"[A-Za-z0-9._-]+", value, re.ASCII))


def test_what_kustomizations_build_is_known_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each overlay builds its objects anew; those of the same documents came out the same."""
    (tmp_path / ".git").mkdir()
    for app in ("one", "two"):
        size = SIZE.replace("NAME", f"{app}-size").replace(", namespace: shop", "")
        vm = VM.replace("NAME", app).replace("TYPE", f"{app}-size").replace(", namespace: shop", "")
        for file, content in {
            "base/vm.yaml": vm,
            "base/size.yaml": size,
            "base/kustomization.yaml": "resources: [vm.yaml, size.yaml]\n",
            "dev/kustomization.yaml": "namePrefix: dev-\nnamespace: dev\nresources: [../base]\n",
            "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\n",
        }.items():
            path = tmp_path / app / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
    monkeypatch.chdir(tmp_path)
    size = (tmp_path / "one/base/size.yaml").read_text()
    changed = again(Workspace.open(RunRequest()), {"one/base/size.yaml": size.replace("1Gi", "2Gi")})
    assert {"VirtualMachine dev/dev-one", "VirtualMachine prod/one"} <= changed
    assert not {name for name in changed if name.startswith("Virtual") and "two" in name}
