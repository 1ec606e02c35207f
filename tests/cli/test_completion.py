"""Completion as a shell sees it: bash with the printed script, asking the installed command."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vmlint import cli
from vmlint.cli import completion
from vmlint.cli.exits import Exit
from vmlint.registry import rules

from .conftest import Run

BASH = shutil.which("bash")

pytestmark = pytest.mark.skipif(BASH is None, reason="bash is not there")

ASK = """\
eval "$(vmlint completion bash)"
[ "$(complete -p vmlint)" = "complete -o bashdefault -o default -o nospace -F _python_argcomplete vmlint" ] || exit 9
COMP_LINE={line}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9
_python_argcomplete vmlint
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def answers(line: str, cwd: Path) -> list[str]:
    """What bash offers for a line whose end is the cursor, without the blank that ends a whole word."""
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    words = (str(BASH), "--norc", "-c", ASK.format(line=shlex.quote(line)))
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return sorted(word.rstrip() for word in done.stdout.splitlines() if word)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("manifests", "media"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_commands(folder: Path) -> None:
    assert answers("vmlint ex", folder) == ["expand", "explain"]
    assert answers("vmlint ", folder) == sorted([*cli.COMMANDS, "--help", "--version"])


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("vmlint check --fo", ["--format"]),
        ("vmlint check --format s", ["sarif"]),
        ("vmlint check --format=ju", ["junit"]),
        ("vmlint check m", ["manifests/", "media/"]),
        ("vmlint check manifests/ --fail-on n", ["never", "note"]),
        ("vmlint check --context me", ["media/"]),
        ("vmlint check --select hyg", ["hygiene"]),
        ("vmlint check --select storage,hyg", ["storage,hygiene"]),
        ("vmlint check --report gi", ["github=", "gitlab="]),
        ("vmlint check --target 1.8", ["1.8"]),
        ("vmlint explain infer-l", ["infer-label-as-annotation", "infer-label-missing", "infer-label-on-template"]),
        ("vmlint baseline w", ["write"]),
        ("vmlint completion f", ["fish"]),
        ("vmlint customize u1.med", ["u1.medium"]),
        ("vmlint create-pvc --data-source-ref-kind VolumeC", ["VolumeCloneSource"]),
        ("vmlint graph --format h", ["html"]),
    ],
)
def test_values(folder: Path, line: str, offered: list[str]) -> None:
    assert answers(line, folder) == offered


def test_a_number_completes_to_the_rules_of_its_family(folder: Path) -> None:
    assert answers("vmlint explain VM1", folder) == [rule.id for rule in rules() if rule.family == "inference"]


def test_every_answer_belongs_to_a_value_of_some_command() -> None:
    """A key of the table that no parser knows would answer nothing."""
    actions = [
        action
        for name in cli.COMMANDS
        for action in __import__(f"vmlint.cli.{name.replace('-', '_')}", fromlist=["x"]).make_parser()._actions
    ]
    known = {action.dest for action in actions} | {str(action.metavar) for action in actions}
    assert set(completion._ANSWERS) <= known


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_command(run: Run, shell: str) -> None:
    code, out, err = run("completion", shell)
    assert (code, err) == (Exit.CLEAN, "")
    assert "vmlint" in out and "_ARGCOMPLETE" in out


def test_a_shell_has_to_be_named(run: Run) -> None:
    assert run("completion") == (
        Exit.USAGE,
        "",
        "vmlint completion: name a shell: `vmlint completion bash`, `zsh` or `fish`\n",
    )
    assert "must be bash, zsh or fish, not `bsh`; did you mean `bash`?" in run("completion", "bsh")[2]


def test_nothing_of_it_is_loaded_when_no_shell_asks() -> None:
    code = "import sys; from vmlint.cli import main; main(['--version']); sys.exit('argcomplete' in sys.modules)"
    env = {name: value for name, value in os.environ.items() if not name.startswith("_ARGCOMPLETE")}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, timeout=60).returncode == 0
