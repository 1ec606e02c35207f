"""The GitHub Action, the job for GitLab and the container: valid by their consumers' schemas, and run step by step."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project.test_pre_commit import index

__all__ = ["index"]

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
JOB = yaml.safe_load((ROOT / "ci" / "vmlint.gitlab-ci.yml").read_text("utf-8"))["vmlint"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted(file for file in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if file.name != "config.yml")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")

GOOD = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  accessModes: [ReadWriteOnce]\n"
GOOD += "  resources: {requests: {storage: 1Gi}}\n"
BAD = GOOD.replace("1Gi", "0")


def call(*words: str | Path, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in os.environ if name in ("HOME", "PATH") or name.startswith("PIP_")}
    return subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**kept, **env}, capture_output=True, text=True, timeout=600
    )


# What the consumers' schemas say


@pytest.mark.parametrize(
    ("file", "options"),
    [
        *((f".github/workflows/{file.name}", ("--builtin-schema", "vendor.github-workflows")) for file in WORKFLOWS),
        *((f".github/ISSUE_TEMPLATE/{file.name}", ("--builtin-schema", "vendor.github-issue-forms")) for file in FORMS),
        (".github/dependabot.yml", ("--builtin-schema", "vendor.dependabot")),
        ("action.yml", ("--builtin-schema", "vendor.github-actions")),
        ("ci/vmlint.gitlab-ci.yml", ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")),
    ],
)
def test_it_fits_the_published_schema(file: str, options: tuple[str, ...]) -> None:
    done = call(sys.executable, "-m", "check_jsonschema", *options, file, cwd=ROOT, env={})
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n"), done.stdout + done.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_workflows_use_fixed_versions_of_actions_and_few_rights(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_no_input_is_part_of_a_script() -> None:
    assert [step["run"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]] == []
    given = {value for step in ACTION["runs"]["steps"] for value in step.get("env", {}).values()}
    assert given == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}


def test_nothing_foreign_is_called() -> None:
    assert [step for step in ACTION["runs"]["steps"] if "uses" in step] == []


@pytest.mark.parametrize(("file", "groups"), [("", ()), ("-dev", ("dev",)), ("-lowest", ("dev",))])
def test_every_dependency_is_pinned(file: str, groups: tuple[str, ...]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = list(project["project"]["dependencies"])
    listed += [text for group in groups for text in project["project"]["optional-dependencies"][group]]
    wanted = [Requirement(text) for text in (*listed, *project["build-system"]["requires"])]
    pins = pinned(file)
    stale = [str(one) for one in wanted if not all(one.specifier.contains(v) for v in pins.get(key(one), ["0"]))]
    assert stale == []  # else: tools/lock.sh
    text = (ROOT / "ci" / f"requirements{file}.txt").read_text("utf-8")
    blocks = re.split(r"(?m)^(?=[\w.-]+==)", text)
    assert blocks[0] == ""  # no index, no options
    assert [block.splitlines()[0] for block in blocks[1:] if "--hash=sha256:" not in block] == []


def pinned(file: str) -> dict[str, list[str]]:
    """The versions that a file pins: several, where a marker chooses."""
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"(?m)^([\w.-]+)==(\S+)", (ROOT / "ci" / f"requirements{file}.txt").read_text("utf-8")
    ):
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


def key(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def test_the_action_runs_what_is_tested() -> None:
    tested = pinned("-dev")
    assert {name: versions for name, versions in pinned("").items() if tested.get(name) != versions} == {}


def test_the_lowest_versions_are_those_of_the_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lowest = pinned("-lowest")
    for text in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        requirement = Requirement(text)
        (bound,) = requirement.specifier  # one lower bound, nothing else
        assert bound.operator == ">="
        (version,) = lowest[key(requirement)]
        release = Version(version).release
        assert release[: len(Version(bound.version).release)] == Version(bound.version).release, text


# The steps


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what `.dockerignore` leaves in."""
    kept = re.findall(r"(?m)^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"))
    folder = tmp_path_factory.mktemp("source")
    for name in kept:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def runner(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a runner in which the action's first step has installed vmlint."""
    temp = tmp_path_factory.mktemp("runner")
    done = step(0, {}, source, temp, temp)
    assert done.returncode == 0, done.stderr
    return temp


def step(
    number: int, inputs: Mapping[str, str], source: Path, temp: Path, cwd: Path, job: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A step of the action as GitHub's runner runs it, with the variables of its job."""
    described = ACTION["runs"]["steps"][number]
    values = {name: inputs.get(name, said["default"]) for name, said in ACTION["inputs"].items()}
    env = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], value)
        for name, value in described.get("env", {}).items()
    }
    around = {
        "GITHUB_ACTION_PATH": str(source),
        "RUNNER_TEMP": str(temp),
        "GITHUB_OUTPUT": str(cwd / "output.txt"),
        "GITHUB_STEP_SUMMARY": str(cwd / "summary.txt"),
        "PYTHON": sys.executable,
    }
    assert described["shell"] == "bash"
    return call(
        "bash",
        "--noprofile",
        "--norc",
        "-eo",
        "pipefail",
        "-c",
        described["run"],
        cwd=cwd,
        env={**(job or {}), **env, **around},
    )


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    for name, text in (("good/a.yaml", GOOD), ("bad dir/a.yaml", BAD)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_the_action_annotates_and_sums_up(source: Path, runner: Path, manifests: Path) -> None:
    done = step(1, {"paths": "bad dir/\n\ngood\n"}, source, runner, manifests)
    assert (done.returncode, done.stdout.count("::error file=bad dir/a.yaml,line=6,")) == (1, 1), done.stderr
    assert (manifests / "output.txt").read_text("utf-8") == "exit-code=1\nsarif=vmlint.sarif\n"
    assert (manifests / "summary.txt").read_text("utf-8").startswith("## vmlint: 1 error\n")
    results = json.loads((manifests / "vmlint.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results] == [
        "bad%20dir/a.yaml"
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("inputs", "exit_code"),
    [
        ({"paths": "good"}, 0),
        ({"fail-on": "never", "sarif": "out dir.sarif"}, 0),
        ({"options": "--select\nhygiene\n"}, 0),
        ({"config": "none.yaml"}, 2),
        ({"baseline": "none.json"}, 2),
    ],
)
def test_the_inputs_of_the_action_are_options(
    source: Path, runner: Path, manifests: Path, inputs: dict[str, str], exit_code: int
) -> None:
    done = step(1, inputs, source, runner, manifests)
    assert done.returncode == exit_code, done.stderr
    sarif = inputs.get("sarif", "vmlint.sarif")
    reported = f"exit-code={exit_code}\n" + (f"sarif={sarif}\n" if exit_code < 2 else "")
    assert (manifests / "output.txt").read_text("utf-8") == reported


@pytest.mark.slow
@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("text", ["\"'; touch pwned; $(touch pwned) `touch pwned` #", "--output=pwned"])
@pytest.mark.parametrize("name", ["paths", "config", "baseline", "fail-on"])
def test_an_input_is_never_run(source: Path, runner: Path, manifests: Path, name: str, text: str) -> None:
    assert step(1, {name: text}, source, runner, manifests).returncode == 2
    assert not (manifests / "pwned").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_the_job_of_gitlab_writes_its_reports(runner: Path, manifests: Path) -> None:
    reports = JOB["artifacts"]["reports"]
    assert set(JOB["artifacts"]["paths"]) == set(reports.values())
    for variables, exit_code in (
        ({}, 1),
        ({"VMLINT_PATHS": "good", "VMLINT_FAIL_ON": "note"}, 0),
        ({"VMLINT_OPTIONS": "--select hygiene"}, 0),
        ({"VMLINT_PATHS": "$(touch${IFS}pwned) *"}, 2),
        ({"VMLINT_CONFIG": "no such.yaml"}, 2),
    ):
        done = script(variables, runner, manifests)
        assert done.returncode == exit_code, done.stdout + done.stderr
    assert not (manifests / "pwned").exists()
    script({}, runner, manifests)
    (found,) = json.loads((manifests / reports["codequality"]).read_text("utf-8"))
    assert found["location"]["path"] == "bad dir/a.yaml"
    assert 'failures="1"' in (manifests / reports["junit"]).read_text("utf-8")


def script(variables: Mapping[str, str], runner: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**JOB["variables"], **variables, "PATH": f"{runner / 'vmlint' / 'bin'}:{os.environ['PATH']}"}
    return call("sh", "-ec", "\n".join(JOB["script"]), cwd=cwd, env=env)


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_the_image_holds_vmlint_alone(runner: Path, manifests: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The image's own commands; no daemon is asked. Its first is the action's, which `runner` has run."""
    (commands,) = re.findall(r"(?m)^RUN ((?:.*\\\n)*.*)", DOCKERFILE)
    first, _, rest = commands.replace("\\\n", "").partition("&&")
    assert first.split() == ["bash", "/source/ci/install.sh", "/opt/vmlint"]
    image = tmp_path_factory.mktemp("image") / "vmlint"
    shutil.copytree(runner / "vmlint", image, symlinks=True)
    done = call("bash", "-ec", rest.replace("/opt/vmlint", str(image)), cwd=manifests, env={})
    assert done.returncode == 0, done.stderr
    (packages,) = image.glob("lib/python*/site-packages")
    assert {found.name for found in packages.glob("*/")} & {"pip", "setuptools", "pytest"} == set()
    words = (image / "bin" / "python", "-m", "vmlint", "check", "good")
    assert call(*words, cwd=manifests, env={"PYTHONDONTWRITEBYTECODE": "1"}).returncode == 0


def test_the_image_runs_as_nobody_in_particular() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    said: dict[str, Any] = dict(re.findall(r"(?m)^(USER|ENTRYPOINT|CMD|WORKDIR) (.*)$", final))
    assert said == {"USER": "65532:65532", "WORKDIR": "/work", "ENTRYPOINT": '["vmlint"]', "CMD": '["check"]'}
