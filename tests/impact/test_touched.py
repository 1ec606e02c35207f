"""What a change touches, in real repositories of git: the whole list of findings, and what is said of the rest."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.history import commit, git, write
from vmlint.findings.finding import Changed, Report

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {name}
  namespace: images
  labels:
    instancetype.kubevirt.io/default-instancetype: u1.medium
spec:
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 10Gi}}}}
"""
SOURCE = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataSource
metadata: {{name: {name}, namespace: images}}
spec: {{source: {{pvc: {{name: {name}, namespace: images}}}}}}
"""
VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: {name}, namespace: shop}}
spec:
  running: false
  instancetype: {{inferFromVolume: root}}
  dataVolumeTemplates:
  - metadata: {{name: {name}-root}}
    spec:
      storage: {{storageClassName: fast, accessModes: [ReadWriteOnce]}}
      sourceRef: {{kind: DataSource, name: {image}, namespace: images}}
  template:
    spec:
      domain: {{devices: {{}}}}
      volumes:
      - name: root
        dataVolume: {{name: {name}-root}}
"""
FILES: dict[str, str | None] = {
    "images/debian.yaml": CLAIM.format(name="debian"),
    "images/fedora.yaml": CLAIM.format(name="fedora"),
    "sources.yaml": f"{SOURCE.format(name='debian')}---\n{SOURCE.format(name='fedora')}",
    "vms/a.yaml": VM.format(name="a", image="debian"),
    "vms/b.yaml": VM.format(name="b", image="debian"),
    "vms/c.yaml": VM.format(name="c", image="fedora"),
}
OLD = "running-deprecated"
"""What every VM has, whatever changes."""


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return commit(tmp_path, FILES)


def check(since: str = "HEAD", *paths: str, **settings: Any) -> Report:
    return vmlint.check(paths, changed=since, **settings)


def reported(report: Report) -> list[tuple[str, str]]:
    return [(finding.file, finding.slug) for finding in report.findings]


def test_nothing_has_changed(base: str) -> None:
    report = check()
    assert reported(report) == []
    assert report.changed == Changed("HEAD", base, objects=0, hidden=3)


def test_the_objects_of_a_changed_file(tmp_path: Path, base: str) -> None:
    write(tmp_path, {"vms/c.yaml": "# A remark\n" + VM.format(name="c", image="fedora")})
    report = check()
    assert reported(report) == [("vms/c.yaml", OLD)]
    assert report.changed == Changed("HEAD", base, objects=1, hidden=2)


def test_a_label_that_vms_infer_from_is_removed(tmp_path: Path, base: str) -> None:
    write(tmp_path, {"images/debian.yaml": CLAIM.format(name="debian").replace("default-instancetype", "other")})
    report = check()
    assert reported(report) == [
        ("vms/a.yaml", OLD),
        ("vms/a.yaml", "infer-label-missing"),
        ("vms/b.yaml", OLD),
        ("vms/b.yaml", "infer-label-missing"),
    ]
    assert report.changed == Changed("HEAD", base, objects=4, hidden=1)


def test_an_object_is_removed(tmp_path: Path, base: str) -> None:
    write(tmp_path, {"images/fedora.yaml": None})
    report = check(closed_world=True)
    assert reported(report) == [("vms/c.yaml", OLD), ("vms/c.yaml", "infer-broken-hop")]
    assert report.changed == Changed("HEAD", base, objects=2, hidden=2)


def test_one_object_of_a_file_is_removed(tmp_path: Path) -> None:
    write(tmp_path, {"sources.yaml": SOURCE.format(name="debian")})
    assert ("vms/c.yaml", "infer-broken-hop") in reported(check())


def test_what_a_file_made_and_makes_no_longer(tmp_path: Path) -> None:
    """The DataVolume of a VM's template, which another VM uses."""
    user = VM.format(name="user", image="debian").replace("user-root", "a-root").replace("dataVolumeTemplates", "x-y")
    commit(tmp_path, {"vms/user.yaml": user})
    write(tmp_path, {"vms/a.yaml": VM.format(name="a", image="debian").replace("a-root", "other-root")})
    assert "vms/user.yaml" in {file for file, _ in reported(check())}


def test_a_file_is_moved(tmp_path: Path, base: str) -> None:
    git(tmp_path, "mv", "vms/c.yaml", "c.yaml")
    report = check()
    assert reported(report) == [("c.yaml", OLD)]
    assert report.changed == Changed("HEAD", base, objects=1, hidden=2)


def test_a_new_file_that_nobody_has_added(tmp_path: Path) -> None:
    write(tmp_path, {"vms/d.yaml": VM.format(name="d", image="debian")})
    assert reported(check()) == [("vms/d.yaml", OLD)]


def test_a_branch(tmp_path: Path, base: str) -> None:
    git(tmp_path, "checkout", "-q", "-b", "feature")
    commit(tmp_path, {"vms/a.yaml": VM.format(name="a", image="fedora")})
    assert reported(check()) == []
    report = check("main")
    assert reported(report) == [
        ("vms/a.yaml", OLD),
        ("vms/a.yaml", "inferred-matcher-applied-again"),
    ]
    assert report.changed == Changed("main", base, objects=1, hidden=2)


def test_an_instancetype_by_name(tmp_path: Path) -> None:
    size = """\
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineInstancetype
    metadata: {name: small, namespace: shop}
    spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
    """
    named = VM.format(name="a", image="debian").replace(
        "{inferFromVolume: root}", "{name: small, kind: VirtualMachineInstancetype}"
    )
    commit(tmp_path, {"sizes.yaml": size, "vms/a.yaml": named})
    write(tmp_path, {"sizes.yaml": size.replace("1Gi", "2Gi")})
    assert ("vms/a.yaml", OLD) in reported(check())
    assert ("vms/b.yaml", OLD) not in reported(check())


def test_an_instancetype_by_inference(tmp_path: Path) -> None:
    size = """\
    apiVersion: instancetype.kubevirt.io/v1beta1
    kind: VirtualMachineClusterInstancetype
    metadata: {name: small}
    spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
    """
    commit(
        tmp_path, {"sizes.yaml": size, "images/fedora.yaml": CLAIM.format(name="fedora").replace("u1.medium", "small")}
    )
    write(tmp_path, {"sizes.yaml": size.replace("1Gi", "2Gi")})
    assert ("vms/c.yaml", OLD) in reported(check())
    assert ("vms/b.yaml", OLD) not in reported(check())


def test_what_no_reference_leads_to_is_reported_where_it_is_new(tmp_path: Path) -> None:
    """Two VMs get one MAC address: the finding hangs on the one that is as it was."""

    def with_mac(name: str, mac: str) -> str:
        vm = VM.format(name=name, image="debian").replace("running: false", "runStrategy: Always")
        interface = f"{{name: lan, bridge: {{}}, macAddress: '{mac}'}}"
        network = "{name: lan, multus: {networkName: lan}}"
        return vm.replace("{devices: {}}", f"{{devices: {{interfaces: [{interface}]}}}}\n      networks: [{network}]")

    new, other = with_mac("a", "02:00:00:00:00:02"), with_mac("b", "02:00:00:00:00:02")
    commit(tmp_path, {"vms/a.yaml": with_mac("a", "02:00:00:00:00:01"), "vms/b.yaml": other})
    write(tmp_path, {"vms/a.yaml": new})
    assert reported(check(select=["mac-address-taken"])) == [("vms/b.yaml", "mac-address-taken")]
    commit(tmp_path, {})
    write(tmp_path, {"vms/c.yaml": f"# A remark\n{FILES['vms/c.yaml']}"})
    assert reported(check(select=["mac-address-taken"])) == []


KUSTOMIZED: dict[str, str | None] = {
    "base/kustomization.yaml": "resources: [vm.yaml, other.yaml]\n",
    "base/vm.yaml": VM.format(name="k", image="debian"),
    "base/other.yaml": VM.format(name="other", image="debian"),
    "prod/kustomization.yaml": "resources: [../base]\nnamespace: prod\npatches: [{path: patch.yaml}]\n",
    "prod/patch.yaml": """\
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: k, namespace: shop}
        spec: {running: true}
        """,
    "test/kustomization.yaml": "resources: [../base]\nnamespace: test\n",
}


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"prod/patch.yaml": str(KUSTOMIZED["prod/patch.yaml"]).replace("true", "false")}, ["prod/patch.yaml"]),
        ({"base/other.yaml": f"# A remark\n{KUSTOMIZED['base/other.yaml']}"}, ["base/other.yaml"]),
        (
            {"prod/kustomization.yaml": "resources: [../base]\nnamespace: prod\n", "prod/patch.yaml": None},
            ["base/other.yaml", "base/vm.yaml"],
        ),
        (
            {"test/kustomization.yaml": "resources: [../base]\nnamespace: testing\n"},
            ["base/other.yaml", "base/vm.yaml"],
        ),
        (
            {"test/kustomization.yaml": "resources: [../base]\nnamespace: test\n# A remark\n"},
            ["base/other.yaml", "base/vm.yaml"],
        ),
        ({"base/kustomization.yaml": "resources: [vm.yaml, other.yaml]\n# A remark\n"}, []),
    ],
    ids=["a patch", "an object", "a patch is removed", "a namespace", "what writes a field", "what writes none"],
)
def test_kustomizations_touch_what_they_make(tmp_path: Path, change: dict[str, str | None], places: list[str]) -> None:
    commit(tmp_path, KUSTOMIZED)
    write(tmp_path, change)
    assert [file for file, slug in reported(check()) if slug == OLD] == places


def test_what_hangs_on_no_object_is_reported_of_changed_files(tmp_path: Path) -> None:
    broken = "kind: VirtualMachine\na: [\n"
    commit(tmp_path, {"old.yaml": broken, "edited.yaml": broken})
    write(tmp_path, {"edited.yaml": f"{broken}# more\n", "new.yaml": broken})
    assert reported(check()) == [("edited.yaml", "unreadable-document"), ("new.yaml", "unreadable-document")]


def test_a_file_that_could_not_be_read_before(tmp_path: Path) -> None:
    commit(tmp_path, {"vms/c.yaml": "a: [\n"})
    write(tmp_path, {"vms/c.yaml": FILES["vms/c.yaml"]})
    assert reported(check()) == [("vms/c.yaml", OLD)]


@pytest.mark.parametrize(
    ("files", "change", "settings"),
    [
        ({}, {".vmlint.yaml": "fail-on: warning\n"}, {}),
        ({}, {"vms/.vmlint.yaml": "ignore: [api]\n"}, {}),
        ({"vms/.vmlint.yaml": "ignore: [api]\n"}, {"vms/.vmlint.yaml": None}, {}),
        ({}, {"seen/class.yaml": "x: y\n"}, {"context": ["seen"]}),
        ({"seen/class.yaml": "x: y\n", "seen/b.yaml": "x: y\n"}, {"seen/class.yaml": None}, {"context": ["seen"]}),
        (
            {"known.json": '{"version": 1, "findings": []}'},
            {"known.json": '{"version": 1, "findings":  []}'},
            {"baseline": "known.json"},
        ),
    ],
    ids=[
        "configuration",
        "a folder's configuration",
        "a folder's configuration is gone",
        "new context",
        "less context",
        "baseline",
    ],
)
def test_what_all_is_judged_by_touches_everything(
    tmp_path: Path, base: str, files: dict[str, str | None], change: dict[str, str | None], settings: dict[str, Any]
) -> None:
    base = commit(tmp_path, files)
    write(tmp_path, change)
    git(tmp_path, "add", "-A")
    report = check(**settings)
    named = next(iter(settings.get("context", change)))
    assert report.changed == Changed("HEAD", base, objects=7, hidden=0, everything=named)
    assert reported(report) == [(f"vms/{name}.yaml", OLD) for name in "abc"]


def test_open_questions_are_those_of_the_change(tmp_path: Path) -> None:
    open_modes = {
        f"vms/{name}.yaml": VM.format(name=name, image="debian").replace(", accessModes: [ReadWriteOnce]", "")
        for name in "ab"
    }
    commit(tmp_path, open_modes)
    assert check().undecided == ()
    write(tmp_path, {"vms/a.yaml": f"# A remark\n{open_modes['vms/a.yaml']}"})
    assert {item.file for item in vmlint.check().undecided} == {"vms/a.yaml", "vms/b.yaml"}
    assert {item.file for item in check().undecided} == {"vms/a.yaml"}


def test_suppressions_are_those_of_the_change(tmp_path: Path, base: str) -> None:
    silent = {
        f"vms/{name}.yaml": VM.format(name=name, image="debian").replace(
            "  running", "  # vmlint: ignore[VM525] ours\n  running"
        )
        + "# vmlint: ignore[VM1] not needed\n"
        for name in "ab"
    }
    commit(tmp_path, silent)
    write(tmp_path, {"vms/a.yaml": f"# A remark\n{silent['vms/a.yaml']}"})
    report = check()
    assert reported(report) == [("vms/a.yaml", "suppression-unused")]
    assert [(one.finding.file, one.finding.slug) for one in report.suppressed] == [("vms/a.yaml", OLD)]
    assert {(one.name, one.mark.place.document.file) for one in report.suppressions} == {  # type: ignore[union-attr]
        ("VM525", "vms/a.yaml"),
        ("VM1", "vms/a.yaml"),
    }


def test_known_findings_stay_known(tmp_path: Path) -> None:
    """An entry whose finding is elsewhere is not stale."""
    from vmlint.findings.baseline import Baseline

    file = "known.json"
    commit(tmp_path, {file: Baseline.from_findings(vmlint.check().findings, file).text()})
    write(tmp_path, {"vms/a.yaml": f"# A remark\n{FILES['vms/a.yaml']}"})
    report = check(baseline=file)
    assert reported(report) == []
    assert [(one.finding.file, one.finding.slug) for one in report.suppressed] == [("vms/a.yaml", OLD)]
    assert report.stale == ()
    assert report.changed is not None
    assert report.changed.hidden == 0


def test_files_that_are_left_out_were_never_there(tmp_path: Path) -> None:
    commit(tmp_path, {"old/claim.yaml": CLAIM.format(name="old")})
    write(tmp_path, {"old/claim.yaml": None, "old/notes.txt": "x"})
    report = check("HEAD", exclude=["old/"])
    assert report.changed is not None
    assert report.changed.objects == 0


def test_a_part_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"images/debian.yaml": None, "vms/a.yaml": None})
    monkeypatch.chdir(tmp_path / "vms")
    report = check("HEAD", ".")
    assert reported(report) == []
    assert report.changed is not None
    assert report.changed.hidden == len(vmlint.check(["."]).findings)


def test_rules_on_updates_are_idle_where_nothing_is_compared(tmp_path: Path) -> None:
    """Then nobody can tell whether a suppression of one is needed."""
    disk = """\
        # vmlint: ignore-file[immutable-spec-changed] made anew by hand
        apiVersion: cdi.kubevirt.io/v1beta1
        kind: DataVolume
        metadata: {name: data, namespace: shop}
        spec:
          source: {blank: {}}
          storage: {accessModes: [ReadWriteOnce], volumeMode: Block, resources: {requests: {storage: 1Gi}}}
        """
    commit(tmp_path, {"data.yaml": disk})
    assert vmlint.check(["data.yaml"]).findings == ()
    write(tmp_path, {"data.yaml": disk.replace("1Gi", "2Gi")})
    report = check("HEAD", "data.yaml")
    assert reported(report) == []
    assert [one.finding.slug for one in report.suppressed] == ["immutable-spec-changed"]
    write(tmp_path, {"data.yaml": disk.replace("name: data", "name: data-2")})
    assert reported(check("HEAD", "data.yaml")) == [("data.yaml", "suppression-unused")]


def test_an_object_of_two_overlays_is_compared_with_itself(tmp_path: Path) -> None:
    """The same disk of two clusters: one has grown, the other is new."""
    disk = """\
        apiVersion: cdi.kubevirt.io/v1beta1
        kind: DataVolume
        metadata: {{name: data, namespace: shop}}
        spec:
          source: {{blank: {{}}}}
          storage: {{accessModes: [ReadWriteOnce], volumeMode: Block, resources: {{requests: {{storage: {size}}}}}}}
        """
    one, two = "resources: [data.yaml]\n", "resources: [data.yaml]\nnamespace: shop\n"
    commit(tmp_path, {"one/kustomization.yaml": one, "one/data.yaml": disk.format(size="1Gi")})
    write(tmp_path, {"two/kustomization.yaml": two, "two/data.yaml": disk.format(size="9Gi")})
    assert reported(check()) == []
    commit(tmp_path, {})
    write(tmp_path, {"two/data.yaml": disk.format(size="5Gi")})
    assert reported(check()) == [("two/data.yaml", "immutable-spec-changed")]


def test_a_patch_of_an_object_elsewhere_is_touched_by_its_own_change(tmp_path: Path, base: str) -> None:
    patch = """\
        apiVersion: kubevirt.io/v1
        kind: VirtualMachine
        metadata: {name: far, namespace: shop}
        spec: {runing: true}
        """
    kustomization = "patches: [{path: patch.yaml}]\nresources: [vm.yaml]\n"
    files = {"far/kustomization.yaml": kustomization, "far/patch.yaml": patch, "far/vm.yaml": FILES["vms/a.yaml"]}
    commit(tmp_path, files)
    assert {one.file for one in vmlint.check().findings} >= {"far/patch.yaml"}
    report = check()
    assert reported(report) == []
    assert report.changed is not None
    assert report.changed.objects == 0
    write(tmp_path, {"far/patch.yaml": patch.replace("true", "false")})
    assert {file for file, _ in reported(check())} == {"far/patch.yaml"}


def test_templates_of_one_file_are_distinguished(tmp_path: Path) -> None:
    template = """\
        apiVersion: template.openshift.io/v1
        kind: Template
        metadata: {{name: {name}}}
        objects:
        - apiVersion: cdi.kubevirt.io/v1beta1
          kind: DataVolume
          metadata: {{name: data, namespace: shop}}
          spec:
            source: {{blank: {{}}}}
            storage: {{accessModes: [ReadWriteOnce], volumeMode: Block, resources: {{requests: {{storage: {size}}}}}}}
        """
    one, two = (
        textwrap.dedent(template).format(name=name, size=size) for name, size in (("one", "1Gi"), ("two", "2Gi"))
    )
    commit(tmp_path, {"templates.yaml": f"{one}---\n{two}"})
    write(tmp_path, {"templates.yaml": f"# A remark\n{one}---\n{two}"})
    assert reported(check()) == []
    write(tmp_path, {"templates.yaml": f"{one}---\n{two.replace('2Gi', '3Gi')}"})
    assert reported(check()) == [("templates.yaml", "immutable-spec-changed")]


def test_objects_that_are_not_linted_are_not_judged(tmp_path: Path) -> None:
    disk = """\
        apiVersion: cdi.kubevirt.io/v1beta1
        kind: DataVolume
        metadata: {name: data, namespace: shop}
        spec: {source: {blank: {}}, storage: {resources: {requests: {storage: 1Gi}}}}
        """
    commit(tmp_path, {"cluster/data.yaml": disk})
    write(tmp_path, {"cluster/data.yaml": disk.replace("1Gi", "2Gi")})
    assert reported(check("HEAD", "vms", context=["cluster"], select=["immutable-spec-changed"])) == []


def test_a_fix_may_put_a_mapping(base: str, tmp_path: Path) -> None:
    boot = "domain: {firmware: {bootloader: {efi: {secureBoot: true}}}, devices: {}}"
    write(tmp_path, {"vms/a.yaml": VM.format(name="a", image="debian").replace("domain: {devices: {}}", boot)})
    assert ("vms/a.yaml", "secure-boot-without-smm") in reported(check())
