"""The command line where the system, the user or the repository is against it: as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.cases import FIXTURES

QUICKSTART = FIXTURES / "quickstart"

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: {name}, namespace: shop}}
spec: {{runStrategy: Sometimes, template: {{spec: {{domain: {{devices: {{}}}}}}}}}}
"""


def vmlint(
    *words: str, cwd: Path, env: dict[str, str] | None = None, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "vmlint", *words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


# The same report everywhere

FORMATS = ("text", "json", "sarif", "junit", "markdown", "gitlab")


def reports(folder: Path, env: dict[str, str], python: str = sys.executable) -> dict[str, bytes]:
    """The bytes of every report of the repository."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    words = [f"--report={format}={out / format}" for format in FORMATS]
    done = vmlint("check", *words, "--output", str(out / "main"), cwd=folder / "tree", env=env, python=python)
    assert (done.returncode, done.stderr) == (1, "")
    return {file.name: file.read_bytes() for file in out.iterdir()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(QUICKSTART, tmp_path / "tree")
    (tmp_path / "tree" / "é ü.yaml").write_text(VM.format(name="straße"), "utf-8")
    return tmp_path


def test_the_report_is_the_same_on_any_hash_seed_time_zone_and_locale(tree: Path) -> None:
    first = reports(tree, {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"})
    seeds, zones, locales = ("1", "4242"), ("Pacific/Kiritimati", "America/Adak"), ("C", "POSIX", "tr_TR.UTF-8")
    for seed, zone, locale in [*zip(seeds, zones, locales, strict=False), ("7", "Asia/Kathmandu", "tr_TR.UTF-8")]:
        env = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        assert reports(tree, env) == first


OTHERS = [name for name in os.environ.get("VMLINT_PYTHONS", "").split(os.pathsep) if name]
"""Interpreters of other releases, in whose environments vmlint is installed."""


@pytest.mark.parametrize("python", OTHERS)
def test_the_report_is_the_same_on_every_python(tree: Path, python: str) -> None:
    assert reports(tree, {}, python) == reports(tree, {})


# Ctrl-C

HANG = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins without
from vmlint.cli import main
import {module} as module
before = module.{name}
def stopped(*words, **options):
    os.kill(os.getpid(), signal.SIGINT)
    return before(*words, **options)
module.{name} = stopped
sys.exit(main(["check"]))
"""
STAGES = {
    "the configuration": ("vmlint.config.file", "find"),
    "discovery": ("vmlint.engine.workspace", "discover"),
    "decoding": ("vmlint.source.read", "decode"),
    "kustomizations": ("vmlint.engine.repository", "plan"),
    "the cluster": ("vmlint.engine.workspace", "Cluster"),
    "the report": ("vmlint.report", "render"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_ctrl_c_in_any_stage_is_one_line(tmp_path: Path, stage: str) -> None:
    (tmp_path / "vm.yaml").write_text(VM.format(name="web"))
    module, name = STAGES[stage]
    done = subprocess.run(
        [sys.executable, "-c", HANG.format(module=module, name=name)], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (
        130,
        "vmlint check: stopped with Ctrl-C before the end, without a result\n",
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_while_the_rules_run_gives_what_was_found(tmp_path: Path, jobs: int) -> None:
    for number in range(400):
        (tmp_path / f"{number:03}.yaml").write_text("---\n".join(VM.format(name=f"v{number}-{i}") for i in range(20)))
    slow = "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    slow += "from vmlint.cli import main; import vmlint.engine.analysis as r; before = r._foremost\n"
    slow += (
        "def waiting(faults):\n    print('.', file=sys.stderr, flush=True); time.sleep(0.01); return before(faults)\n"
    )
    slow += f"r._foremost = waiting; sys.exit(main(['check', '--jobs', '{jobs}']))"
    with subprocess.Popen(
        [sys.executable, "-c", slow], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None and child.stdout is not None
        for _ in range(20):
            child.stderr.readline()
        time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=120)
    assert child.returncode == 130
    assert "VM501 run-state-invalid" in out
    assert "partial    stopped with Ctrl-C after " in out
    assert "Traceback" not in err


# What the system refuses


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
@pytest.mark.parametrize("words", [("check",), ("expand",), ("rules",), ("--help",), ("graph",), ("trace",)])
def test_a_full_disk_is_one_line(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "vmlint", *words], cwd=QUICKSTART, stdout=full, stderr=subprocess.PIPE, text=True
        )
    reported = [line for line in done.stderr.splitlines() if "standard output" in line]
    name = "vmlint" if words[0].startswith("-") else f"vmlint {words[0]}"
    assert (done.returncode, reported) == (2, [f"{name}: can't write to standard output: No space left on device"])
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk")
def test_a_report_on_a_full_disk_is_one_line() -> None:
    done = vmlint("check", "--output", "/dev/full", cwd=QUICKSTART)
    assert (done.returncode, done.stderr) == (2, "vmlint check: can't write `/dev/full`: No space left on device\n")


def test_a_closed_standard_output_is_no_error() -> None:
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m vmlint check >&-; echo $? >&2"],
        cwd=QUICKSTART,
        capture_output=True,
        text=True,
    )
    assert done.stderr == "1\n"


def test_a_reader_that_goes_away_gets_the_exit_code(tmp_path: Path) -> None:
    script = f"set -o pipefail; '{sys.executable}' -m vmlint check -v | head -c 10 >/dev/null; echo $? >&2"
    done = subprocess.run(["bash", "-c", script], cwd=QUICKSTART, capture_output=True, text=True)
    assert done.stderr == "1\n"


def test_files_that_vanish_after_discovery_are_listed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(VM.format(name=name))
    code = (
        "import sys; from pathlib import Path; import vmlint.engine.workspace as read; before = read.discover\n"
        "def vanishing(*words, **options):\n"
        "    found = before(*words, **options); Path('a.yaml').unlink(); return found\n"
        "read.discover = vanishing; from vmlint.cli import main; sys.exit(main(['check']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 file: gone since the folder was listed\n             a.yaml" in done.stdout
    assert "VirtualMachine shop/b" in done.stdout


def test_folders_of_any_depth_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1300):
        Path("d").mkdir()
        monkeypatch.chdir("d")
    Path("vm.yaml").write_text(VM.format(name="web"))
    done = vmlint("check", "--no-cache", "-q", cwd=tmp_path)
    monkeypatch.chdir(tmp_path)
    subprocess.run(["rm", "-rf", "d"], check=True)  # too deep for pytest
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("d/" * 1300 + "vm.yaml:4:")


# What a repository must not do


def test_nothing_outside_the_paths_is_read_and_nothing_is_written(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text(VM.format(name="stolen"))
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / ".git").mkdir()
    (repository / "vm.yaml").write_text(VM.format(name="web"))
    (repository / "link.yaml").symlink_to(secret)
    (repository / "linked").symlink_to(tmp_path)
    (repository / "kustomization.yaml").write_text(
        f"resources: [vm.yaml, ../secret.yaml, {secret}, linked/secret.yaml, '..']\n"
        f"patches: [{{path: {secret}}}]\nconfigMapGenerator: [{{name: x, files: [{secret}]}}]\n"
    )
    (repository / ".vmlint.py").write_text("raise SystemExit('code of the repository has run')\n")
    before = sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*"))
    done = vmlint("check", "-v", cwd=repository)
    assert done.returncode == 1
    assert "stolen" not in done.stdout + done.stderr
    assert "code of the repository" not in done.stdout + done.stderr
    assert sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "setting",
    [
        "paths: [../]",
        "paths: [/]",
        "context: [../]",
        "crds: [{outside}]",
        "context: [linked]",
        "baseline: {outside}/secret.yaml",
        "baseline: ../secret.yaml",
    ],
)
def test_a_configuration_that_is_found_leads_to_nothing_outside_its_folder(tmp_path: Path, setting: str) -> None:
    (tmp_path / "secret.yaml").write_text(VM.format(name="stolen"))
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / ".git").mkdir()
    (repository / "vm.yaml").write_text(VM.format(name="web"))
    (repository / "linked").symlink_to(tmp_path)
    file = repository / ".vmlint.yaml"
    file.write_text(setting.format(outside=tmp_path) + "\n")
    done = vmlint("check", cwd=repository)
    assert done.returncode == 2
    assert done.stderr.startswith(".vmlint.yaml:1: ")
    assert "leads out of" in done.stderr
    assert "stolen" not in done.stdout + done.stderr


HOSTILE = "x\x1b[31m\x1b]0;t\x07\u202e::error::y##[error]z%0A</script><script>alert(1)</script>](javascript:x)|`'\"&"


@pytest.mark.parametrize("format", ["text", "github", "markdown", "json", "sarif", "junit", "gitlab"])
def test_no_name_acts_on_a_terminal_a_log_or_a_page(tmp_path: Path, format: str) -> None:
    import json

    name = json.dumps(HOSTILE)
    (tmp_path / f"a{HOSTILE.replace('/', '_')}.yaml").write_text(VM.format(name=name), "utf-8")
    done = vmlint("check", "--format", format, cwd=tmp_path)
    assert done.returncode == 1
    said = done.stdout
    assert not any(char in said for char in "\x1b\x07\u202e")
    assert "##[" not in said
    assert not any(line.lstrip().startswith("::") and " file=" not in line for line in said.splitlines())
    if format == "markdown":
        said = MarkdownIt("commonmark", {"html": True}).render(said)
        assert "href=" not in said
    if format in ("markdown", "junit"):
        assert "<script" not in said


@pytest.mark.parametrize("format", ["html", "svg", "graphml", "dot", "mermaid", "json"])
def test_no_name_acts_on_a_page_of_the_graph(tmp_path: Path, format: str) -> None:
    import json

    (tmp_path / "a.yaml").write_text(VM.format(name=json.dumps(HOSTILE)), "utf-8")
    said = vmlint("graph", "--format", format, cwd=tmp_path).stdout
    assert "alert" in said
    if format not in ("dot", "json"):  # a program reads these, and draws what it reads as text
        assert "</script><script>alert" not in said
    assert not any(char in said for char in "\x1b\x07\u202e")


EVIL = "\x1b[31m\u202e\n  ::error::forged\n##[error]forged"


def test_what_a_configuration_holds_acts_on_no_terminal_and_no_build_log(tmp_path: Path) -> None:
    held = {"select": [EVIL], EVIL: 1, "baseline": f"/{EVIL}", "exclude": [f"{EVIL}["], "outside": [EVIL]}
    (tmp_path / ".vmlint.yaml").write_text(json.dumps(held))
    reported = vmlint("check", cwd=tmp_path)
    assert reported.returncode == 2
    assert reported.stderr.count(r"\x1b[31m\u202e") == 5
    assert reported.stderr.count(r"  \x3a:error::forged") == 5
    assert not any(char in reported.stderr for char in "\x1b\u202e")
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in reported.stderr.splitlines())
