"""The command line as a whole: commands, versions, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from vmlint import cli
from vmlint.cli.exits import Exit
from vmlint.errors import ConfigError, NothingToRead, UsageError

from .conftest import Engine, Run


def python(*code: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *code], capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


def test_the_version(run: Run) -> None:
    assert run("--version") == (0, f"vmlint {version('vmlint')}\n", "")


def test_help_names_every_command(run: Run) -> None:
    code, out, err = run("--help")
    assert (code, err) == (0, "")
    assert all(f"  {name} " in out for name in cli.COMMANDS)
    assert max(map(len, out.splitlines())) <= 80


def test_no_command_shows_the_help_as_an_error(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("usage: vmlint COMMAND")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("chek", "vmlint: unknown command `chek`; did you mean `check`? (see `vmlint --help`)\n"),
        (
            "zzz",
            f"vmlint: unknown command `zzz`: the commands are {', '.join(cli.COMMANDS)} (see `vmlint --help`)\n",
        ),
        (
            "--foo",
            "vmlint: unknown option `--foo`: a command comes first, such as `vmlint check` (see `vmlint --help`)\n",
        ),
        (".", "vmlint: unknown command `.`: to lint it, write `vmlint check .`\n"),
    ],
)
def test_an_unknown_command_is_one_line(run: Run, word: str, message: str) -> None:
    assert run(word) == (Exit.USAGE, "", message)


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_each_command_has_help_with_examples_and_exit_codes(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"usage: vmlint {command}" in out
    assert f"  vmlint {command}" in out.partition("examples:")[2]
    assert f"    2  {Exit.USAGE.meaning}" in out.partition("exit codes:")[2]


@pytest.mark.parametrize("columns", [20, 40, 60, 80])
def test_help_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    out = run("check", "--help")[1]
    lines = out.partition("examples:")[0].splitlines()
    widest_option = len("usage: vmlint check [--default-namespace NAME]")
    assert max(map(len, lines)) <= max(columns, widest_option)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UsageError("no such path"), 2, "vmlint check: no such path\n"),
        (
            ConfigError(["a.yaml:1: one", "a.yaml:2: two"]),
            2,
            "a.yaml:1: one\na.yaml:2: two\nvmlint check: 2 mistakes in the configuration\n",
        ),
        (ConfigError(["a.yaml:1: one"]), 2, "a.yaml:1: one\nvmlint check: a mistake in the configuration\n"),
        (NothingToRead("nothing under x"), 3, "vmlint check: nothing under x\n"),
        (KeyboardInterrupt(), 130, "vmlint check: stopped with Ctrl-C before the end, without a result\n"),
    ],
)
def test_errors_are_lines_and_exit_codes(
    run: Run, engine: Engine, error: BaseException, code: int, message: str
) -> None:
    engine.error = error
    assert run("check") == (code, "", message)


def test_an_internal_error_is_a_paragraph_that_shows_what_to_report(run: Run, engine: Engine) -> None:
    engine.error = KeyError("x")
    code, out, err = run("check")
    assert (code, out) == (Exit.INTERNAL, "")
    assert err.startswith("vmlint check: internal error: KeyError: 'x' at ")
    assert "VMLINT_DEBUG=1" in err
    assert err.count("\n") == 1


def test_the_traceback_is_shown_when_asked_for(run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMLINT_DEBUG", "1")
    engine.error = KeyError("x")
    assert "Traceback (most recent call last)" in run("check")[2]


def test_it_runs_as_a_module() -> None:
    done = python("-m", "vmlint", "--version")
    assert (done.returncode, done.stdout) == (0, f"vmlint {version('vmlint')}\n")


def test_a_reader_that_goes_away_is_no_error() -> None:
    code = "import os; from vmlint.cli.output import write; [write('x' * 100_000) for _ in range(9)]; os._exit(7)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.read(1)
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(timeout=60) == 7


def test_output_that_is_closed_is_no_error() -> None:
    code = "import sys; sys.stdout = None; from vmlint.cli import main; sys.exit(main(['--version']))"
    done = python("-c", code)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_encoding_lacks_is_escaped() -> None:
    code = "from vmlint.cli.output import write; write('…\\udc80\\n')"
    done = python("-c", code, env={"PYTHONIOENCODING": "ascii", "PATH": ""})
    assert (done.stdout, done.stderr) == ("\\u2026\\udc80\n", "")


@pytest.mark.parametrize("command", ["--version", "--help", "rules"])
def test_what_is_quick_imports_nothing_heavy(command: str, installed: Path) -> None:
    code = (
        "import sys; from vmlint.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'rich', 'networkx', 'yaml', 'jsonpath_ng', 'jsonschema', 'pathspec'} & set(sys.modules); "
        "sys.exit(', '.join(sorted(heavy)) or code)"
    )
    done = python("-c", code, command, env={**os.environ, "PYTHONPATH": str(installed)}, cwd=installed)
    assert (done.returncode, done.stderr) == (0, "")
