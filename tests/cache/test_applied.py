"""What a run over kustomizations leaves to the next: whatever changes between them, the report is that of a run without
it, and only what a change can matter to is judged again."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.benchmarks.fleet import write
from tests.benchmarks.unlike import kustomized
from tests.cache.test_attacks import mangled, sealed
from tests.cache.test_memory import changes, same
from vmlint.cache import Cache
from vmlint.cache.applied import learning
from vmlint.cache.applied.entry import recalled
from vmlint.cache.mentions import mentions, names_of, words
from vmlint.cache.store import Store
from vmlint.engine import analysis
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.gitops.build import Builder
from vmlint.report import render

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata:
  name: NAME
  labels: {app: NAME}
spec:
  runStrategy: Always
  instancetype: {kind: VirtualMachineInstancetype, name: SIZE}
  dataVolumeTemplates:
    - metadata: {name: NAME-root}
      spec: {source: {pvc: {name: image, namespace: images}}, storage: {resources: {requests: {storage: 10Gi}}}}
  template:
    metadata: {annotations: {size: "1"}}
    spec:
      domain: {devices: {disks: [{name: root, disk: {bus: virtio}}, {name: keys, disk: {bus: virtio}}]}}
      volumes:
        - {name: root, dataVolume: {name: NAME-root}}
        - {name: keys, cloudInitNoCloud: {secretRef: {name: keys}}}
"""
SIZE = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: NAME}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
"""
CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: image, namespace: images}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
"""


def features() -> Iterator[tuple[str, str]]:
    """Bases, overlays, patches, a component, generators, a replacement, prefixes: what builds objects of others."""
    yield "images/claim.yaml", CLAIM
    for app in ("one", "two", "three"):
        yield f"{app}/base/vm.yaml", VM.replace("NAME", f"{app}-vm").replace("SIZE", f"{app}-size")
        yield f"{app}/base/size.yaml", SIZE.replace("NAME", f"{app}-size")
        yield f"{app}/base/user.yaml", "#cloud-config\nhostname: web\n"
        yield (
            f"{app}/base/kustomization.yaml",
            "resources: [vm.yaml, size.yaml]\nsecretGenerator:\n"
            "  - {name: keys, files: [userdata=user.yaml]}\nconfigMapGenerator:\n"
            "  - {name: sizes, literals: [big=8]}\n",
        )
        for stage in ("dev", "prod"):
            yield (
                f"{app}/{stage}/kustomization.yaml",
                f"namespace: {app}-{stage}\nnamePrefix: {stage}-\nresources: [../base]\ncomponents: [../../more]\n"
                "patches:\n  - path: patch.yaml\nreplacements:\n"
                "  - source: {kind: ConfigMap, name: sizes, fieldPath: data.big}\n    targets:\n"
                "      - select: {kind: VirtualMachine}\n"
                "        fieldPaths: [spec.template.metadata.annotations.size]\n",
            )
            yield (
                f"{app}/{stage}/patch.yaml",
                f"apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {{name: {app}-vm}}\n"
                "spec: {runStrategy: Halted}\n",
            )
    yield (
        "more/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels:\n  - pairs: {team: web}\npatches:\n"
        "  - target: {kind: VirtualMachine}\n    path: bus.yaml\n",
    )
    yield "more/bus.yaml", "- {op: add, path: /spec/template/spec/terminationGracePeriodSeconds, value: 30}\n"


def of_features(folder: Path) -> None:
    write(folder, features())


def of_applications(folder: Path) -> None:
    kustomized(folder, 54)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects that rules are asked about."""
    names: list[str] = []
    look = analysis._Checking.check

    def noted(self: Any, index: int) -> Any:
        names.append(str(self._subjects[index][1]))
        return look(self, index)

    monkeypatch.setattr(analysis._Checking, "check", noted)
    return names


def made(tmp_path: Path, make: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Cache]:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    make(folder)
    monkeypatch.chdir(folder)
    return folder, Cache(tmp_path / "cache", least_bytes=0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("make", [of_features, of_applications])
def test_whatever_changes(
    make: Callable[[Path], object], seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = made(tmp_path, make, monkeypatch)
    same(cache)
    chance = random.Random(seed)
    for _ in range(4):
        for _ in changes(folder, chance):
            same(cache)


def test_a_patch_matters_to_its_application_alone(
    tmp_path: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    vmlint.check(cache=cache)
    patch = folder / "one/dev/patch.yaml"
    patch.write_text(patch.read_text().replace("Halted", "Sometimes"))
    del looked[:]
    warm = vmlint.check(cache=cache)
    machines = {name for name in looked if name.startswith("VirtualMachine ")}
    assert machines == {"VirtualMachine one-dev/dev-one-vm", "VirtualMachine one-prod/prod-one-vm"}
    assert warm._replace(suppressions=()) == vmlint.check()._replace(suppressions=())
    assert "Sometimes" in str([one.message for one in warm.findings])


def test_findings_of_other_applications_are_known(
    tmp_path: Path, looked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    for app in ("two", "three"):
        vm = folder / f"{app}/base/vm.yaml"
        vm.write_text(vm.read_text().replace("bus: virtio", "bus: virtuo"))
    cold = vmlint.check(cache=cache)
    assert len(cold.findings) > 3
    patch = folder / "one/dev/patch.yaml"
    patch.write_text(patch.read_text().replace("Halted", "Manual"))
    del looked[:]
    vmlint.check(cache=cache)
    assert not [name for name in looked if name.startswith("VirtualMachine ") and "one" not in name]
    patch.write_text(patch.read_text().replace("Manual", "Halted"))
    assert {one for one in same(cache).findings if "virtuo" in one.message} == {
        one for one in cold.findings if "virtuo" in one.message
    }


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders whose kustomizations are built."""
    folders: list[str] = []
    build = Builder._level

    def noted(self: Any, kustomization: Any, made: Any) -> None:
        folders.append(kustomization.folder)
        build(self, kustomization, made)

    monkeypatch.setattr(Builder, "_level", noted)
    return folders


@pytest.mark.parametrize("make", [of_features, of_applications])
def test_kustomizations_of_other_files_are_not_built_again(
    make: Callable[[Path], object], tmp_path: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = made(tmp_path, make, monkeypatch)
    assert make is of_applications or vmlint.check(cache=cache).undecided  # which are known again too
    vmlint.check(cache=cache)
    app = "applications/app-1" if make is of_applications else "one"
    edited(folder / app / "dev/patch.yaml", "Halted", "Manual")
    del built[:]
    vmlint.check(cache=cache)
    assert (
        {f"{app}/{name}" for name in ("base", "dev")}
        <= set(built)
        <= {"more", *(f"{app}/{name}" for name in ("base", "dev", "prod"))}
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("two/base/user.yaml", "#cloud-config\nhostname: other\n", id="the input of a generator"),
        pytest.param("two/base/kustomization.yml", "resources: []\n", id="a second kustomization file"),
        pytest.param("more/bus.yaml", "- {op: remove, path: /spec/template/metadata}\n", id="a patch of a component"),
    ],
)
def test_all_that_is_read_for_a_kustomization_counts(
    file: str, text: str, tmp_path: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    vmlint.check(cache=cache)
    (folder / file).write_text(text)
    same(cache)
    (folder / "two/dev/patch.yaml").unlink()
    same(cache)


def test_a_build_near_its_limits_is_not_relied_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    for limit in (60, 40, 20):
        monkeypatch.setattr("vmlint.gitops.budget._MOST_CHANGES", limit)
        for state in ("Manual", "Halted"):
            (folder / "one/dev/patch.yaml").write_text(
                "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: one-vm}\n"
                f"spec: {{runStrategy: {state}}}\n# {limit}\n"
            )
            same(cache)


def test_an_object_that_was_not_built_is_built_for_who_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    vmlint.check(cache=cache)
    (folder / "kustomization.yaml").write_text("resources: [claim.yaml]\n")
    (folder / "claim.yaml").write_text(CLAIM.replace("name: image, namespace: images", "name: dev-two-vm-root"))
    edited(folder / "one/base/vm.yaml", "name: image, namespace: images", "name: two-vm-root, namespace: two-dev")
    same(cache)
    edited(
        folder / "one/base/vm.yaml", "VirtualMachineInstancetype, name: one-size", "VirtualMachineInstancetype, name: o"
    )
    same(cache)


def test_every_word_of_an_object_is_in_the_files_that_write_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a change of what it names would not be seen to matter to it."""
    made(tmp_path, of_features, monkeypatch)
    snapshot = snapshot_of(RunRequest.of(["."]))
    deployments = [one for one in snapshot.repository.deployments if one.recipe]
    assert len(deployments) > 5
    for deployment in deployments:
        for one in deployment.resources:
            assert deployment.recipe
            files = {one.document.file, *(part.document.file for part in (one.parts or {}).values())}
            written = {word.decode() for file in files for word in words(Path(file).read_bytes()) or ()}
            more = learning._words(one, forms_names=deployment.recipe.forms_names)
            assert mentions(one) <= {*written, *more, *names_of(one)}


def edited(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_a_comment_moves_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    edited(folder / "two/base/vm.yaml", "bus: virtio", "bus: virtuo")
    before = {one.line for one in vmlint.check(cache=cache).findings if "virtuo" in one.message}
    edited(folder / "two/base/vm.yaml", "metadata:\n  name", "metadata:\n  # more\n  name")
    assert {one.line for one in same(cache).findings if "virtuo" in one.message} == {line + 1 for line in before}


def test_a_name_that_comes_is_meant_by_who_lacks_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    edited(folder / "two/base/vm.yaml", "dataVolume: {name: two-vm-root}", "persistentVolumeClaim: {claimName: exttra}")
    (folder / "kustomization.yaml").write_text("resources: [extra.yaml]\n")
    for name in ("other", "extra", "other", "extra"):
        (folder / "extra.yaml").write_text(CLAIM.replace("image,", f"{name},").replace("images", "two-dev"))
        assert ("did you mean `extra`" in str(same(cache).findings)) == (name == "extra")


def test_what_acts_without_being_named_matters_to_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    settings = "apiVersion: kubevirt.io/v1\nkind: KubeVirt\nmetadata: {name: kubevirt, namespace: kubevirt}\n"
    binding = "spec: {configuration: {network: {binding: {macvtap: {domainAttachmentType: tap}}}}}\n"
    (folder / "kubevirt.yaml").write_text(settings + binding)
    (folder / "kustomization.yaml").write_text("resources: [kubevirt.yaml]\n")
    edited(
        folder / "two/base/vm.yaml",
        "domain: {devices: {",
        "networks: [{name: default, pod: {}}]\n      domain: {devices: {interfaces: [{name: default, binding: "
        "{name: macvtap}}], ",
    )
    vmlint.check(cache=cache)
    edited(folder / "kubevirt.yaml", "macvtap:", "passt:")
    assert "network-binding-not-registered" in {one.slug for one in same(cache).findings}
    edited(folder / "kubevirt.yaml", "passt:", "macvtap:")
    assert "network-binding-not-registered" not in {one.slug for one in same(cache).findings}


@pytest.mark.parametrize(
    "entry", [b"", b"[]", b"{}", b"[{}, [], 0]", b'[{}, [], 0, 0, {}, [["", null, [[1]]]]]', b"\xff", b'[1, 2, "", {}]']
)
def test_an_entry_of_another_kind_is_none(entry: bytes) -> None:
    assert recalled(entry) is None


@pytest.mark.slow
def test_a_malformed_entry_breaks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = made(tmp_path, of_features, monkeypatch)
    edited(folder / "two/base/vm.yaml", "bus: virtio", "bus: virtuo")
    vmlint.check(cache=cache)
    (entry,) = (tmp_path / "cache/vmlint-2").glob("applied-*")
    text = Store(tmp_path / "cache").get("applied", entry.name.partition("-")[2])
    assert text is not None
    edited(folder / "one/dev/patch.yaml", "Halted", "Manual")
    cold = render("json", vmlint.check())
    chance = random.Random(4)
    for _ in range(60):
        memory = json.loads(text)
        facts, worlds = memory[-2:]
        world = chance.randrange(len(worlds))
        _, recipe, rows = worlds[world]
        match chance.choice(("recipe", "object", "object", "facts")):
            case "recipe":
                worlds[world][1] = mangled(recipe, chance)
            case "object":
                at = chance.randrange(len(rows))
                rows[at] = mangled(rows[at], chance)
            case "facts":
                memory[-2] = mangled(facts, chance)
        for other in (tmp_path / "cache/vmlint-2").glob("run-*"):
            other.unlink()
        entry.write_bytes(sealed(json.dumps(memory).encode()))
        report = vmlint.check(cache=cache)
        assert not report.crashes
        render("json", report)
    entry.write_bytes(sealed(text))
    for other in (tmp_path / "cache/vmlint-2").glob("run-*"):
        other.unlink()
    assert render("json", vmlint.check(cache=cache)) == cold
