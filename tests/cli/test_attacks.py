"""What a hostile repository would have the program do: each test sets the trap, and looks whether it has gone off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from vmlint.report.untrusted import patch_text

CLAIM = """\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 0}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    (folder / "claim.yaml").write_text(CLAIM)
    (tmp_path / "secret").write_text("secret")
    return folder


def vmlint(*words: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vmlint", *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# Files that are written


@pytest.mark.parametrize("action", ["write", "check"])
def test_nobody_waits_for_a_pipe_in_the_place_of_the_baseline(repository: Path, action: str) -> None:
    os.mkfifo(repository / ".vmlint-baseline.json")
    done = vmlint("baseline", action, cwd=repository)
    assert done.returncode == 2
    assert "`.vmlint-baseline.json` is not a regular file" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--output", "{}"),
        ("check", "--report", "sarif={}"),
        ("graph", "--format", "html", "--output", "{}"),
        ("baseline", "write", "--file", "{}"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(("link", "target", "file"), [("report", "../secret", "report"), ("up", "..", "up/secret")])
def test_nothing_is_written_through_a_link_out_of_the_repository(
    repository: Path, words: tuple[str, ...], link: str, target: str, file: str
) -> None:
    (repository / link).symlink_to(target)
    done = vmlint(*(word.format(file) for word in words), cwd=repository)
    assert (repository.parent / "secret").read_text() == "secret"
    assert (done.returncode, done.stdout) == (2, "")
    assert "a link leads from `.` to `" in done.stderr


def test_the_default_baseline_is_not_written_through_a_link(repository: Path) -> None:
    (repository / ".vmlint-baseline.json").symlink_to("../secret")
    assert vmlint("baseline", "write", cwd=repository).returncode == 2
    assert (repository.parent / "secret").read_text() == "secret"


# Files that are read


@pytest.mark.parametrize("name", [".vmlint.yaml", ".vmlint.yml", "pyproject.toml"])
@pytest.mark.parametrize("folder", ["", "apps/"])
@pytest.mark.parametrize("target", ["secret", "repository/.git/config"])
def test_a_configuration_that_is_a_link_out_of_the_repository_is_neither_followed_nor_quoted(
    repository: Path, name: str, folder: str, target: str
) -> None:
    """The text of a file with a mistake would be quoted, in a public log say."""
    text = "[tool.vmlint]\npassword-x = 1\n" if name.endswith("toml") else "password-x: 1\n"
    (repository.parent / target).write_text(text)
    (repository / "apps").mkdir()
    (repository / "apps" / "claim.yaml").write_text(CLAIM)
    (repository / folder / name).symlink_to(repository.parent / target)
    for words in (("check",), ("check", "apps"), ("graph",), ("config", "show"), ("baseline", "check")):
        done = vmlint(*words, cwd=repository)
        assert "password" not in done.stdout + done.stderr
        assert (
            f"{folder}{name}: this link leads out of `.`: copy the file, or name its target with `--config`"
            in done.stderr
        )
        assert done.returncode == 2


def test_a_configuration_that_is_a_link_within_the_repository_is_read(repository: Path) -> None:
    (repository / "shared.yaml").write_text("fail-on: never\n")
    (repository / ".vmlint.yaml").symlink_to("shared.yaml")
    assert vmlint("check", "claim.yaml", cwd=repository).returncode == 0


def test_a_configuration_that_the_command_line_names_may_be_anywhere(repository: Path) -> None:
    (repository.parent / "secret").write_text("fail-on: never\n")
    assert vmlint("check", "claim.yaml", "--config", "../secret", cwd=repository).returncode == 0


_READING = [
    ("check", "{}"),
    ("check", "{}", "--format", "json"),
    ("check", "{}", "--diff"),
    ("check", "claim.yaml", "{}"),
    ("check", ".", "--context", "{}"),
    ("check", ".", "--crds", "{}"),
    ("expand", "{}"),
    ("graph", "{}"),
    ("trace", "{}"),
    ("baseline", "write", "{}"),
    ("config", "show", "{}"),
    ("diff", "{}", "."),
    ("diff", ".", "{}"),
]


@pytest.mark.parametrize("words", _READING, ids=" ".join)
def test_a_path_that_became_a_link_out_of_the_repository_is_not_read(repository: Path, words: tuple[str, ...]) -> None:
    """A CI job names `manifests/`, and a pull request makes that folder a link to one of the machine."""
    (repository.parent / "other").mkdir()
    (repository.parent / "other" / "claim.yaml").write_text(CLAIM.replace("name: a", "name: password-x"))
    (repository.parent / "other" / ".vmlint.yaml").write_text("password-x: 1\n")
    (repository / "manifests").symlink_to("../other")
    done = vmlint(*(word.format("manifests") for word in words), cwd=repository)
    assert "password" not in done.stdout + done.stderr
    assert "can't read `manifests`: a link leads from `.` to `" in done.stderr
    assert done.returncode == 2
    assert not (repository / ".vmlint-baseline.json").exists()


@pytest.mark.parametrize(
    ("link", "target", "path"),
    [
        ("file.yaml", "../secret", "file.yaml"),
        ("up", "..", "up/secret"),
        ("up", "..", "up/repository/../secret"),
        ("apps", ".git", "apps"),
        ("one", "two", "one"),
    ],
)
def test_a_file_or_a_folder_on_the_way_may_be_the_link(repository: Path, link: str, target: str, path: str) -> None:
    (repository.parent / "secret").write_text("password-x: [\n")
    (repository / "two").symlink_to("../secret")
    (repository / link).symlink_to(target)
    done = vmlint("check", path, cwd=repository)
    assert (done.returncode, "password" in done.stdout + done.stderr) == (2, False)
    assert f"can't read `{path}`: a link leads from `.` to `" in done.stderr


@pytest.mark.parametrize("name", ["config.yaml", "apps/config.yaml"])
def test_a_configuration_that_the_command_line_names_is_no_link_out_of_its_repository(
    repository: Path, name: str
) -> None:
    (repository.parent / "secret").write_text("password-x: 1\n")
    (repository / "apps").mkdir()
    (repository / name).symlink_to(repository.parent / "secret")
    for command in ("check", "rules"):
        done = vmlint(command, "--config", name, cwd=repository)
        assert (done.returncode, "password" in done.stdout + done.stderr) == (2, False)
        assert f"can't read `{name}`: a link leads from `.` to `" in done.stderr


def test_a_path_through_links_that_stay_in_the_repository_or_begin_outside_is_read(repository: Path) -> None:
    (repository / "apps").mkdir()
    (repository / "apps" / "claim.yaml").write_text(CLAIM)
    (repository / "link").symlink_to("apps")
    (repository.parent / "outside").symlink_to("repository/apps")
    for path in ("link", "link/claim.yaml", "../outside", str(repository.parent / "outside")):
        assert vmlint("check", path, "--fail-on", "never", cwd=repository).returncode == 0


def test_the_folder_of_a_configuration_may_be_a_link(repository: Path) -> None:
    """Whoever names it on the command line means what it leads to."""
    (repository / ".vmlint.yaml").write_text("fail-on: never\n")
    (repository.parent / "other").symlink_to("repository")
    assert vmlint("check", "other", cwd=repository.parent).returncode == 0


@pytest.mark.parametrize("what", ["baseline: known.json", "rules: [known.yaml]", "rules: [packs/]"])
def test_what_a_configuration_names_is_no_link_out_of_the_repository(repository: Path, what: str) -> None:
    (repository.parent / "secret").write_text("password-x: 1\n")
    (repository / "packs").mkdir()
    for link in ("known.json", "known.yaml", "packs/known.yaml"):
        (repository / link).symlink_to(repository.parent / "secret")
    (repository / ".vmlint.yaml").write_text(f"{what}\n")
    done = vmlint("check", cwd=repository)
    assert "password" not in done.stdout + done.stderr
    assert ("out of `.`" in done.stderr or "outside `.`" in done.stderr, done.returncode) == (True, 2), done.stderr


def test_the_default_baseline_is_not_read_through_a_link(repository: Path) -> None:
    (repository / ".vmlint-baseline.json").symlink_to("../secret")
    done = vmlint("baseline", "check", cwd=repository)
    assert ("can't read `.vmlint-baseline.json`: a link leads" in done.stderr, done.returncode) == (True, 2)


# Programs that run


@pytest.fixture
def fired(repository: Path) -> tuple[Path, dict[str, str]]:
    """Where a false kustomize leaves a trace, and the variables that have it found first."""
    programs, trace = repository.parent / "programs", repository.parent / "ran"
    programs.mkdir()
    (programs / "kustomize").write_text(f"#!/bin/sh\n: >{trace}\n")
    (programs / "kustomize").chmod(0o755)
    (repository / "kustomization.yaml").write_text("resources: [vm.yaml]\n")
    vm = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web}\nspec: {template: {}}\n"
    (repository / "vm.yaml").write_text(vm)
    return trace, {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize("name", [".vmlint.yaml", ".vmlint.yml", "pyproject.toml", "apps/.vmlint.yaml"])
def test_a_configuration_of_the_repository_does_not_choose_that_programs_run(
    repository: Path, fired: tuple[Path, dict[str, str]], name: str
) -> None:
    trace, env = fired
    (repository / "apps").mkdir()
    (repository / "apps" / "claim.yaml").write_text(CLAIM)
    (repository / name).write_text("[tool.vmlint]\nrender = true\n" if name.endswith("toml") else "render: true\n")
    commands = (("check", "-v"), ("check", "-v", "apps", "."), ("expand",), ("graph",), ("trace",), ("config", "show"))
    for words in commands:
        done = vmlint(*words, cwd=repository, env=env)
        assert not trace.exists(), words
        if words == ("check", "-v"):
            assert "`render` is not" in done.stdout
    assert vmlint("check", "--config", name, cwd=repository, env=env).returncode in (0, 1)
    assert trace.exists()
    trace.unlink()
    assert "`render` is not in effect" not in vmlint("check", "--render", "-v", ".", cwd=repository, env=env).stdout
    assert trace.exists()


# What a log or a terminal would obey


def test_a_patch_is_harmless_in_a_log(repository: Path) -> None:
    """Unchanged lines around an edit hold what anybody wrote, behind one blank."""
    lines = ("# ::stop-commands::x", "# ##[error]forged", "# \u202eforged", "# \x9b31m", "# \u2028::error::forged")
    text = "\n".join(["kind: PersistentVolumeClaim", *lines[:2], "::error::forged: 1", "apiVersion: v1", *lines[2:]])
    patch = f"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n {text}\n+\ttab\r\n"
    shown, escaped = patch_text(patch)
    assert escaped == 5, shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "##[" not in shown
    assert not {"\u202e", "\x9b", "\u2028", "\x1b"} & set(shown)
    assert shown.endswith("+\ttab\r\n")


def test_the_patch_of_a_run_is_harmless(repository: Path) -> None:
    vm = (
        "apiVersion: kubevirt.io/v1alpha3\n# ##[error]forged \u202e\nkind: VirtualMachine\nmetadata: {name: web}\n"
        "spec:\n  runStrategy: Always\n  template:\n    spec:\n      domain: {memory: {guest: 1Gi}, devices: {}}\n"
    )
    (repository / "vm.yaml").write_text(vm, "utf-8")
    done = vmlint("check", "--diff", "--unsafe-fixes", "vm.yaml", cwd=repository)
    assert "+apiVersion: kubevirt.io/v1\n" in done.stdout, done.stderr
    assert "##[" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "1 line is shown with escapes" in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "words", [("check",), ("check", "-v"), ("check", "--format", "markdown"), ("graph",), ("expand",)]
)
def test_a_stream_that_lacks_a_character_gets_its_escape(
    repository: Path, encoding: str, words: tuple[str, ...]
) -> None:
    name = "ü…→😀"
    (repository / f"{name}.yaml").write_text(CLAIM.replace("name: a", f"name: {name}"), "utf-8")
    (repository / os.fsdecode(b"\xff.yaml")).write_text(CLAIM.replace("name: a", "name: b"))
    done = subprocess.run(
        [sys.executable, "-m", "vmlint", *words],
        cwd=repository,
        env={**os.environ, "PYTHONIOENCODING": f"{encoding}:strict", "PYTHONUTF8": "0"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    done.stdout.decode(encoding)
    done.stderr.decode(encoding)


# Too little memory


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("kilobytes", [20_000, 28_000, 40_000, 52_000])
def test_too_little_memory_is_one_line(repository: Path, kilobytes: int, jobs: str) -> None:
    """The interpreter itself needs some 16 MB; where it starts, what is decided is whole, or nothing is."""
    vm = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: web%d}\nspec: {template: {}}\n---\n"
    for number in range(4):
        (repository / f"vm{number}.yaml").write_text("".join(vm % (number * 1000 + each) for each in range(1000)))
    command = f'ulimit -v {kilobytes}; exec "$0" -m vmlint check --no-cache -q --jobs {jobs} .'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable], cwd=repository, capture_output=True, text=True, check=False
    )
    if done.returncode == 1 and done.stdout:
        assert done.stderr == ""
        return
    assert (done.returncode, done.stdout) == (70, "")
    assert done.stderr.startswith("vmlint: there is too little memory, and nothing was decided: ")
    assert done.stderr.count("\n") == 1


def test_under_a_limit_that_suffices_nothing_changes(repository: Path) -> None:
    plain = vmlint("check", "-v", cwd=repository)
    command = 'ulimit -v 4000000; exec "$0" -m vmlint check -v'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable], cwd=repository, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (plain.returncode, plain.stdout, plain.stderr)
