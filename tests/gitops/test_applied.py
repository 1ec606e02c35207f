"""Who applies which folder, and what Flux fills in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from vmlint.config.config import Config
from vmlint.engine.request import RunRequest
from vmlint.engine.workspace import snapshot_of
from vmlint.gitops.manifests import Manifests
from vmlint.gitops.part import Part

VM = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web}\nspec:\n  size: SIZE\n"
FLUX = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: flux}\nspec: "
ARGO = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: "


def applied(folder: Path, **files: str) -> dict[str, list[str]]:
    """The objects of each deployment by its name."""
    for name, text in {"apps/web/vm.yaml": VM, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    with chdir(folder):
        read = snapshot_of(RunRequest(config=Config())).repository
    return {one.name: [found.ref.short for found in one.resources] for one in read.deployments}


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("{path: ./apps, targetNamespace: prod}", {"Flux Kustomization flux/a": ["prod/web"]}),
        ("{path: apps/web}", {"Flux Kustomization flux/a": ["default/web"]}),
        ("{path: ./apps, namePrefix: x-}", {"Flux Kustomization flux/a": ["default/x-web"]}),
        ("{path: ./gone, targetNamespace: prod}", {"": ["default/web"]}),
        ("{path: '../apps', targetNamespace: prod}", {"": ["default/web"]}),
        ("{path: './${APPS}', targetNamespace: prod}", {"": ["default/web"]}),
        ("7", {"Flux Kustomization flux/a": ["default/web"]}),
    ],
)
def test_flux(tmp_path: Path, spec: str, found: dict[str, list[str]]) -> None:
    assert applied(tmp_path, **{"cluster/a.yaml": FLUX + spec}) == found


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("{source: {path: apps/web}, destination: {namespace: prod}}", {"Argo CD Application a": ["prod/web"]}),
        ("{source: {path: apps}, destination: {namespace: prod}}", {"": ["default/web"]}),
        (
            "{sources: [{chart: x}, {path: apps, directory: {recurse: true}}], destination: {namespace: prod}}",
            {"": ["default/web"]},
        ),
        ("{source: {path: apps/web, helm: {}}, destination: {namespace: prod}}", {"": ["default/web"]}),
    ],
)
def test_argo(tmp_path: Path, spec: str, found: dict[str, list[str]]) -> None:
    if "recurse" in spec:
        found = {"Argo CD Application a": ["prod/web"]}
    assert applied(tmp_path, **{"cluster/a.yaml": ARGO + spec}) == found


@pytest.mark.parametrize(
    ("tool", "found"),
    [
        (FLUX + "{path: apps/web, namePrefix: x-}", {"Flux Kustomization flux/a": ["own/x-web-own"]}),
        (FLUX + "{path: apps/web, nameSuffix: -x}", {"Flux Kustomization flux/a": ["own/own-web-x"]}),
        (FLUX + "{path: apps/web, targetNamespace: x}", {"Flux Kustomization flux/a": ["x/own-web-own"]}),
        (
            ARGO + "{source: {path: apps/web, kustomize: {namePrefix: x-}}}",
            {"Argo CD Application a": ["own/x-web-own"]},
        ),
        (ARGO + "{source: {path: apps/web, kustomize: {namespace: x}}}", {"Argo CD Application a": ["x/own-web-own"]}),
    ],
)
def test_a_tool_replaces_what_a_kustomization_adds_to_names(
    tmp_path: Path, tool: str, found: dict[str, list[str]]
) -> None:
    own = "resources: [vm.yaml]\nnamePrefix: own-\nnameSuffix: -own\nnamespace: own\n"
    assert applied(tmp_path, **{"cluster/a.yaml": tool, "apps/web/kustomization.yaml": own}) == found


@pytest.mark.parametrize(
    ("option", "selector"), [("", {"app": "web", "l": "m"}), ("labelWithoutSelector: true, ", {"app": "web"})]
)
def test_labels_of_an_application(tmp_path: Path, option: str, selector: dict[str, str]) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n"
    files = {
        "apps/web/kustomization.yaml": "resources: [service.yaml]\n",
        "apps/web/service.yaml": service,
        "cluster/a.yaml": f"{ARGO}{{source: {{path: apps/web, kustomize: {{{option}commonLabels: {{l: m}}}}}}}}",
    }
    applied(tmp_path, **files)
    with chdir(tmp_path):
        read = snapshot_of(RunRequest(config=Config())).repository
    (made,) = next(one.resources for one in read.deployments if one.tool)
    document, path = made.written(("metadata", "labels", "l"))
    assert (made.data["spec"]["selector"], made.data["metadata"]["labels"]) == (selector, {"l": "m"})
    assert (document.file, path[:4]) == ("cluster/a.yaml", ("spec", "source", "kustomize", "commonLabels"))


def test_a_namespace_that_is_written_counts_before_the_destination_and_not_before_flux(tmp_path: Path) -> None:
    own = VM.replace("name: web", "name: web, namespace: own")
    spec = "{source: {path: apps/web}, destination: {namespace: prod}}"
    assert applied(tmp_path, **{"apps/web/vm.yaml": own, "a.yaml": ARGO + spec}) == {
        "Argo CD Application a": ["own/web"]
    }
    spec = "{path: apps/web, targetNamespace: prod}"
    assert applied(tmp_path, **{"apps/web/vm.yaml": own, "a.yaml": FLUX + spec}) == {
        "Flux Kustomization flux/a": ["prod/web"]
    }


def test_an_application_set_over_a_list(tmp_path: Path) -> None:
    template = (
        "{metadata: {name: '{{stage}}'}, spec: {source: {path: apps/web}, destination: {namespace: '{{stage}}'}}}"
    )
    spec = f"{{generators: [{{list: {{elements: [{{stage: dev}}, {{stage: prod}}]}}}}], template: {template}}}"
    said = applied(tmp_path, **{"a.yaml": ARGO.replace("Application", "ApplicationSet") + spec})
    assert said == {"Argo CD Application dev": ["dev/web"], "Argo CD Application prod": ["prod/web"]}


def test_an_application_set_over_folders(tmp_path: Path) -> None:
    folders = "[{path: apps/*}, {path: apps/*/*}, {path: 'apps/d*', exclude: true}]"
    template = (
        "template: {metadata: {name: '{{path[1]}}-{{path.basename}}'}, "
        "spec: {source: {path: '{{path}}'}, destination: {namespace: prod}}}"
    )
    text = ARGO.replace("kind: Application\n", "kind: ApplicationSet\n")
    text += f"{{generators: [{{git: {{directories: {folders}}}}}], {template}}}"
    files = {"cluster/a.yaml": text, "apps/db/vm.yaml": VM, "apps/db/more/vm.yaml": VM}
    assert applied(tmp_path, **files) == {
        "Argo CD Application web-web": ["prod/web"],
        "Argo CD Application db-more": ["prod/web"],
        "": ["default/web"],
    }


STAGES = "{list: {elements: [{stage: dev}, {stage: prod}]}}"


@pytest.mark.parametrize(
    ("generators", "names"),
    [
        (f"{STAGES}, {{list: {{elements: [{{server: a}}, {{server: b}}]}}}}", ["dev-a", "dev-b", "prod-a", "prod-b"]),
        # only the cluster knows its clusters
        (f"{STAGES}, {{clusters: {{}}}}", ["dev-{{server}}", "prod-{{server}}"]),
        (f"{{clusters: {{}}}}, {STAGES}", ["dev-{{server}}", "prod-{{server}}"]),
        # the second may use the values of the first, and those of the first win
        (f"{STAGES}, {{list: {{elements: [{{server: '{{{{stage}}}}1', stage: x}}]}}}}", ["dev-dev1", "prod-prod1"]),
        # a matrix in a matrix
        (
            f"{STAGES}, {{matrix: {{generators: [{{list: {{elements: [{{server: a}}]}}}}, {{clusters: {{}}}}]}}}}",
            ["dev-a", "prod-a"],
        ),
        ("{clusters: {}}, {scmProvider: {}}", None),  # nothing is known
        (STAGES, None),  # Argo CD wants two
    ],
)
def test_an_application_set_over_a_matrix(tmp_path: Path, generators: str, names: list[str] | None) -> None:
    template = (
        "{metadata: {name: '{{stage}}-{{server}}'}, "
        "spec: {source: {path: apps/web}, destination: {namespace: '{{stage}}'}}}"
    )
    spec = f"{{generators: [{{matrix: {{generators: [{generators}]}}}}], template: {template}}}"
    found = applied(tmp_path, **{"a.yaml": ARGO.replace("Application", "ApplicationSet") + spec})
    expected = {f"Argo CD Application {name}": [f"{name.partition('-')[0]}/web"] for name in names or ()}
    assert found == (expected or {"": ["default/web"]})


def test_an_application_set_over_folders_and_clusters(tmp_path: Path) -> None:
    generators = "{git: {directories: [{path: apps/*}]}}, {clusters: {}}"
    template = (
        "{metadata: {name: '{{path.basename}}'}, spec: {source: {path: '{{path}}'}, destination: {namespace: x}}}"
    )
    spec = f"{{generators: [{{matrix: {{generators: [{generators}]}}}}], template: {template}}}"
    found = applied(tmp_path, **{"cluster/a.yaml": ARGO.replace("Application", "ApplicationSet") + spec})
    assert found == {"Argo CD Application web": ["x/web"]}


@pytest.mark.parametrize(
    ("elements", "source", "near"),
    [
        ("[{stage: prod}]", "path: 'apps/{{stage}}'", []),
        ("[{stage: prd}]", "path: 'apps/{{stage}}'", ["apps/prod"]),
        ("[{stage: prod}, {stage: prd}, {stage: prdo}]", "path: 'apps/{{stage}}'", ["apps/prod"]),  # one fault
        ("[{stage: prod}, {other: prd}]", "path: 'apps/{{stage}}'", []),  # a value is not known
        ("[{stage: prod}, {stage: prd}]", "repoURL: '{{repo}}', path: 'apps/{{stage}}'", []),  # of several repositories
    ],
)
def test_paths_that_an_application_set_makes(tmp_path: Path, elements: str, source: str, near: list[str]) -> None:
    spec = f"{{generators: [{{list: {{elements: {elements}}}}}], template: {{spec: {{source: {{{source}}}}}}}}}"
    files = {
        "apps/prod/kustomization.yaml": "resources: [vm.yaml]\n",
        "apps/prod/vm.yaml": VM,
        "argocd/a.yaml": ARGO.replace("Application", "ApplicationSet") + spec,
    }
    assert lost_paths(tmp_path, files) == [("Argo CD ApplicationSet", folder) for folder in near]


def test_generators_that_make_some_applications_or_have_a_template_lose_no_paths(tmp_path: Path) -> None:
    chosen = "{list: {elements: [{stage: prd}]}, selector: {matchLabels: {stage: prod}}}"
    own = "{list: {elements: [{stage: prd}], template: {spec: {source: {path: apps/prod}}}}}"
    for number, generator in enumerate((chosen, own)):
        spec = f"{{generators: [{generator}], template: {{spec: {{source: {{path: 'apps/{{{{stage}}}}'}}}}}}}}"
        files = {
            "apps/prod/kustomization.yaml": "resources: [vm.yaml]\n",
            "apps/prod/vm.yaml": VM,
            "argocd/a.yaml": ARGO.replace("Application", "ApplicationSet") + spec,
        }
        assert lost_paths(tmp_path / str(number), files) == []


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${CORES}", 4),
        ('"${CORES}"', 4),
        ("${MEMORY}", "4Gi"),
        ("disk-${CORES}", "disk-4"),
        ("${LACKING}", "${LACKING}"),
        ("${LACKING:=7}", 7),
        ("$${CORES}", "${CORES}"),
        ("${LINES}", 12),
        ("${EMPTY:=7}", 7),
        ("${EMPTY}", None),
        ("a$$b", "a$b"),
        ("${CORES:+8}", 4),
        ("${CORES:?}", 4),
        ("${CORES^^}", "${CORES^^}"),
        ("$${CORES[0]}", "${CORES[0]}"),
        ("${FLAG}", True),
        ("plain", "plain"),
    ],
)
def test_variables(tmp_path: Path, written: str, value: object) -> None:
    spec = (
        "{path: apps, postBuild: {substitute: {CORES: '4', MEMORY: 4Gi, FLAG: 'true', EMPTY: '', LINES: \"1\\n2\\n\"}}}"
    )
    (tmp_path / "apps/web").mkdir(parents=True)
    (tmp_path / "apps/web/vm.yaml").write_text(VM.replace("SIZE", written), "utf-8")
    (tmp_path / "a.yaml").write_text(FLUX + spec, "utf-8")
    with chdir(tmp_path):
        ((vm,),) = (one.resources for one in snapshot_of(RunRequest(config=Config())).repository.deployments)
    assert vm.spec["size"] == value


@pytest.mark.parametrize("text", ["${A[0]}", "$$${A-x}", "${ A }", "${}", "${#A[@]}", "x ${A", "${A.b}", "${!A}"])
def test_flux_gives_up_at_what_is_no_expression(tmp_path: Path, text: str) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/vm.yaml").write_text(VM.replace("SIZE", f"'{text}'"), "utf-8")
    (tmp_path / "a.yaml").write_text(FLUX + "{path: apps, postBuild: {substitute: {A: a}}}", "utf-8")
    with chdir(tmp_path):
        read = snapshot_of(RunRequest(config=Config())).repository
    assert [(one.code, one.at.document.file, one.at.path) for one in read.problems] == [
        ("substitution", "apps/vm.yaml", ("spec", "size"))
    ]
    assert [found.linted for found in read.deployments[0].resources] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "$${A[0]}",
        "$${A$${A[0]}}",
        "${A:-[}",
        "${A%%.*}",
        "${A/x/y}",
        "${#A}",
        "${A:0:1}",
        "$(A)",
        "${A:=${B}}",
        "$A[0]",
        "${1}",
        "${A,,}",
    ],
)
@pytest.mark.parametrize("post_build", ["postBuild: {substitute: {A: a}}", "postBuild: {}", "prune: true"])
def test_flux_takes_expressions(tmp_path: Path, text: str, post_build: str) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/vm.yaml").write_text(VM.replace("SIZE", f"'{text}'"), "utf-8")
    (tmp_path / "a.yaml").write_text(FLUX + f"{{path: apps, {post_build}}}", "utf-8")
    with chdir(tmp_path):
        assert snapshot_of(RunRequest(config=Config())).repository.problems == ()


def test_nothing_is_substituted_without_variables(tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/vm.yaml").write_text(VM.replace("SIZE", "'${A:=1}'"), "utf-8")
    (tmp_path / "a.yaml").write_text(FLUX + "{path: apps, postBuild: {substitute: {}}}", "utf-8")
    with chdir(tmp_path):
        ((vm,),) = (one.resources for one in snapshot_of(RunRequest(config=Config())).repository.deployments)
    assert vm.spec["size"] == "${A:=1}"


def test_values_of_a_config_map_and_those_that_are_elsewhere(tmp_path: Path) -> None:
    spec = "{path: apps, postBuild: {substituteFrom: [{kind: ConfigMap, name: m}, {kind: Secret, name: s}]}}"
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/vm.yaml").write_text(VM.replace("SIZE", "'${A}-${B:=x}'"), "utf-8")
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: flux}\ndata: {A: a}\n"
    (tmp_path / "a.yaml").write_text(f"{FLUX}{spec}\n---\n{config_map}", "utf-8")
    with chdir(tmp_path):
        read = snapshot_of(RunRequest(config=Config())).repository
    assert read.deployments[0].resources[0].spec["size"] == "a-${B:=x}"


# Bounds


def test_values_that_name_each_other_do_not_grow(tmp_path: Path) -> None:
    values = ", ".join(f"k{number:02}: '{{{{k{number + 1:02}}}}}{{{{k{number + 1:02}}}}}'" for number in range(40))
    generators = f"{{generators: [{{list: {{elements: [{{{values}}}]}}}}], "
    template = (
        "template: {metadata: {name: one}, spec: {source: {path: apps/web}, destination: {namespace: '{{k00}}'}}}}"
    )
    text = ARGO.replace("kind: Application\n", "kind: ApplicationSet\n") + generators + template
    (name,) = applied(tmp_path, **{"cluster/a.yaml": text})["Argo CD Application one"]
    assert len(name) <= 100_100


def test_variables_that_make_a_text_too_long_stay(tmp_path: Path) -> None:
    vm = VM.replace("SIZE", f'"{"${BIG}" * 2000}"').replace("web", "'${NAME}'")
    flux = f"{{path: apps, postBuild: {{substitute: {{BIG: {'x' * 1000}, NAME: db}}}}}}"
    assert applied(tmp_path, **{"apps/web/vm.yaml": vm, "cluster/a.yaml": FLUX + flux}) == {
        "Flux Kustomization flux/a": ["default/db"]
    }


def test_applications_make_no_more_objects_than_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    relevant = Manifests.relevant

    def counted(manifests: Manifests, path: str) -> Iterator[Part]:
        for part in relevant(manifests, path):
            made.append(part.name)
            yield part

    monkeypatch.setattr(Manifests, "relevant", counted)
    monkeypatch.setattr("vmlint.gitops.budget._MOST_PARTS", 2)
    each = "".join(
        f"---\n{FLUX.replace('name: a', f'name: a{n}')}{{path: apps, targetNamespace: n{n}}}\n" for n in range(40)
    )
    assert applied(tmp_path, **{"cluster/a.yaml": each}) == {
        "Flux Kustomization flux/a0": ["n0/web"],
        "Flux Kustomization flux/a1": ["n1/web"],
    }
    assert len(made) == 3


def test_of_a_path_that_is_missing_the_folder_of_the_same_last_name_is_meant(tmp_path: Path) -> None:
    spec = "{source: {repoURL: 'https://git.example.com/vms', path: shops/apps/web-1}}"
    kustomization = "resources: [vm.yaml]"
    folders = ("shops/apps/web-2", "farms/apps/web-1")
    files = {f"{folder}/kustomization.yaml": kustomization for folder in folders}
    files |= {f"{folder}/vm.yaml": VM for folder in folders}
    files["a.yaml"] = ARGO + spec
    assert lost_paths(tmp_path, files) == [("Argo CD Application", "farms/apps/web-1")]
    argo_set = ARGO.replace("Application", "ApplicationSet") + f"{{template: {{spec: {spec}}}}}"
    assert lost_paths(tmp_path, {"a.yaml": argo_set}) == [("Argo CD ApplicationSet", "farms/apps/web-1")]


def lost_paths(folder: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    """What is said of the paths that are not there: the tool and the folder that is meant."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    with chdir(folder):
        problems = snapshot_of(RunRequest(config=Config())).repository.problems
    return [(one.values["tool"], one.values["near"]) for one in problems]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("apps/web/overlays/prd", ["apps/web/overlays/prod"]),
        ("app/web/overlays/prod", ["apps/web/overlays/prod"]),
        ("apps/wbe/overlays/prod", ["apps/web/overlays/prod"]),
        ("apps/web/overlays/prod2", [""]),
        ("apps/api/overlays/prod", []),
        ("apps/web/overlays/dev", []),
        ("app/web/overlays/prd", []),
        ("apps/web/prod", []),
    ],
)
def test_a_path_of_another_repository_is_told_from_a_slip(tmp_path: Path, path: str, near: list[str]) -> None:
    files = {
        "apps/web/overlays/prod/kustomization.yaml": "resources: [vm.yaml]\n",
        "apps/web/overlays/prod/vm.yaml": VM,
        "apps/db/overlays/prod/kustomization.yaml": "resources: [vm.yaml]\n",
        "apps/db/overlays/prod/vm.yaml": VM,
        "argocd/a.yaml": f"{ARGO}{{source: {{repoURL: x, path: {path}}}}}\n",
    }
    assert [folder for _, folder in lost_paths(tmp_path, files)] == near
