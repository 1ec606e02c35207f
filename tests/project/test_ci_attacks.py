"""A checkout that would have the action, the GitLab job, the container or the hook run its code."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from tests.project.test_ci import ACTION, DOCKERFILE, JOB, ROOT, call, step
from tests.project.test_pre_commit import index, repository

__all__ = ["index"]

MODULES = (
    *("venv", "ensurepip", "pip", "setuptools", "sitecustomize", "usercustomize", "site", "encodings", "runpy"),
    *("re2", "yaml", "networkx", "rich", "vmlint", "argparse", "subprocess", "json", "multiprocessing", "argcomplete"),
)
"""What Python, pip and vmlint import, and the checkout has a file and a package of."""

MANIFEST = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  accessModes: [ReadWriteOnce]\n"
MANIFEST += "  resources: {requests: {storage: 0}}\n"


def trapped(folder: Path, fired: Path) -> dict[str, str]:
    """Make a checkout whose every file writes down that it was run; gives the variables of a careless job."""
    folder.mkdir()
    code = f"import os\nos.makedirs({str(fired)!r} + '/' + __name__, exist_ok=True)\n"
    for name in MODULES:
        (folder / f"{name}.py").write_text(code)
        (folder / name).mkdir()
        for inner in ("__init__.py", "__main__.py"):
            (folder / name / inner).write_text(code)
    (folder / "pyvenv.cfg").write_text(f"home = {folder}\n")
    (folder / "setup.cfg").write_text("[install]\nprefix = .\n[global]\ncommand-packages = vmlint\n")
    (folder / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "setuptools"\n')
    for name in ("pip.conf", "pip.ini", "requirements.txt"):
        (folder / name).write_text("[global]\nno-index = true\npython = ./python3\n")
    for name in ("python", "python3", "git", "cat", "dirname", "rm", ".bashrc", ".bash_profile", ".profile"):
        (folder / name).write_text(f"#!/bin/sh\nmkdir -p {fired}\n: >{fired}/{name}\n")
        (folder / name).chmod(0o755)
    (folder / "apps").mkdir()
    (folder / "apps" / "claim.yaml").write_text(MANIFEST)
    return {"PYTHONPATH": ".", "PYTHONHOME": ".", "PYTHONSTARTUP": "site.py", "PYTHONUSERBASE": ".", "CDPATH": "."}


def test_the_traps_go_off(tmp_path: Path) -> None:
    """What the tests below rely on."""
    env = trapped(tmp_path / "checkout", tmp_path / "fired")
    del env["PYTHONHOME"]  # stops Python before it runs anything
    call(sys.executable, "-m", "venv", "x", cwd=tmp_path / "checkout", env=env)
    assert list((tmp_path / "fired").iterdir()) != []


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_nothing_of_a_checkout_runs_in_the_action_the_job_or_the_container(tmp_path: Path) -> None:
    checkout, fired, temp = tmp_path / "checkout", tmp_path / "fired", tmp_path / "runner"
    env = trapped(checkout, fired)
    temp.mkdir()
    kept = re.findall(r"(?m)^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"))
    source = tmp_path / "source"
    source.mkdir()
    for name in kept:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)

    for number, exit_code in ((0, 0), (1, 1)):
        done = step(number, {}, source, temp, checkout, env)
        assert done.returncode == exit_code, done.stdout + done.stderr
        assert not fired.exists(), sorted(found.name for found in fired.iterdir())
    assert (checkout / "vmlint.sarif").exists()

    path = f"{temp / 'vmlint' / 'bin'}:{os.environ['PATH']}"
    done = call("sh", "-ec", "\n".join(JOB["script"]), cwd=checkout, env={**JOB["variables"], **env, "PATH": path})
    assert done.returncode == 1, done.stdout + done.stderr
    (entry,) = re.findall(r'(?m)^ENTRYPOINT \["(.*)"\]$', DOCKERFILE)
    (command,) = re.findall(r'(?m)^CMD \["(.*)"\]$', DOCKERFILE)
    assert call(entry, command, cwd=checkout, env={**env, "PATH": path}).returncode == 1
    assert not fired.exists(), sorted(found.name for found in fired.iterdir())


@pytest.mark.slow
@pytest.mark.usefixtures("index")
def test_a_report_that_the_checkout_came_with_is_not_handed_on(tmp_path: Path) -> None:
    """Its own SARIF file, or a link to a file of the machine, would go to the forge in the place of vmlint's."""
    temp, checkout = tmp_path / "runner", tmp_path / "checkout"
    (temp / "vmlint" / "bin").mkdir(parents=True)
    (temp / "vmlint" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (temp / "vmlint" / "bin" / "python").chmod(0o755)
    (checkout / ".git").mkdir(parents=True)
    (checkout / "vmlint.sarif").symlink_to("/etc/passwd")
    (temp / "vmlint.md").write_text("an earlier summary")
    done = step(1, {}, ROOT, temp, checkout)
    assert done.returncode == 2
    assert "a link leads from" in done.stderr
    assert (checkout / "output.txt").read_text() == "exit-code=2\n"
    assert not (checkout / "summary.txt").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("hook", ["vmlint", "vmlint-changed"])
def test_nothing_of_a_checkout_runs_in_the_hook(tmp_path: Path, hook: str) -> None:
    """The hook's command, in an environment as pre-commit makes it: its programs come first, variables stay."""
    (described,) = [
        found for found in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()) if found["id"] == hook
    ]
    env = trapped(tmp_path / "checkout", tmp_path / "fired")
    repository(tmp_path / "checkout", {"apps/more.yaml": MANIFEST})
    (tmp_path / "checkout" / "apps" / "more.yaml").write_text(MANIFEST.replace("name: a", "name: b"))
    words = [*described["entry"].split(), *described["args"]]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = call(*words, cwd=tmp_path / "checkout", env={**env, "PATH": path})
    assert done.returncode == 1, done.stdout + done.stderr
    assert not (tmp_path / "fired").exists()


def test_every_start_of_python_is_isolated() -> None:
    """Whoever adds a line to what runs in a checkout: `-I`, so that the checkout's modules are not found."""
    texts = [(ROOT / name).read_text("utf-8") for name in ("ci/install.sh", "ci/action.sh", "Dockerfile")]
    texts += [step["run"] for step in ACTION["runs"]["steps"]] + JOB["script"]
    texts += [found["entry"] for found in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))]
    starts = [line for text in texts for line in text.splitlines() if re.search(r'python"? +-', line)]
    assert len(starts) >= 6
    assert [line for line in starts if not re.search(r'python"? +-I ', line)] == []
