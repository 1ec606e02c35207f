"""`vmlint graph`: paths to a drawing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vmlint.cli import main
from vmlint.report.graph import FORMATS

VM = """
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {inferFromVolume: root}
  preference: {name: gone}
  template:
    spec:
      domain: {devices: {}}
      volumes:
        - {name: root, persistentVolumeClaim: {claimName: disk}}
"""
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: disk
  namespace: shop
  labels: {instancetype.kubevirt.io/default-instancetype: u1.medium}
spec: {storageClassName: fast}
"""
OTHER = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: unused, namespace: shop}
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `vmlint graph` in a small repository; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    for name, text in (("vm", VM), ("claim", CLAIM), ("other", OTHER)):
        Path(f"{name}.yaml").write_text(text, "utf-8")

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["graph", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def names(text: str) -> list[str]:
    return [one["name"] for one in json.loads(text)["objects"]]


def test_dot_is_the_default(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("digraph vmlint {\n")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_can_go_to_a_file(run: Run, format: str) -> None:
    shown = run("--format", format)[1]
    assert run("--format", format, "--output", "drawing") == (0, "", "")
    assert Path("drawing").read_text("utf-8") == shown


@pytest.mark.parametrize(
    ("file", "start"),
    [
        ("a.svg", "<svg "),
        ("a.HTML", "<!doctype html>"),
        ("a.mmd", "flowchart LR"),
        ("a.json", "{"),
        ("a.txt", "digraph"),
    ],
)
def test_the_name_of_the_file_gives_the_format(run: Run, file: str, start: str) -> None:
    assert run("--output", file)[0] == 0
    assert Path(file).read_text("utf-8").startswith(start)


def test_an_inferred_instancetype_is_a_reference(run: Run) -> None:
    links = json.loads(run("--format", "json")[1])["links"]
    (link,) = [link for link in links if link["kind"] == "instancetype"]
    assert link["field"] == "spec.instancetype.inferFromVolume"
    assert link["target"].endswith("/u1.medium")


def test_findings_are_marked_on_their_objects(run: Run) -> None:
    objects = json.loads(run("--format", "json")[1])["objects"]
    marked = {one["name"]: {finding["slug"] for finding in one["findings"]} for one in objects if one["findings"]}
    assert "preference-not-found" in marked["web"]
    assert "web" not in json.loads(run("--format", "json", "claim.yaml")[1])["objects"][0]["name"]


def test_objects_of_one_name_in_one_file_keep_their_own_findings(run: Run) -> None:
    Path("vm.yaml").write_text(f"{VM}---{VM.replace('gone', 'u1')}---{VM.replace('gone', 'lost')}", "utf-8")
    objects = json.loads(run("--format", "json")[1])["objects"]
    found = [
        [finding["line"] for finding in one["findings"] if finding["slug"] == "preference-not-found"]
        for one in objects
        if one["kind"] == "VirtualMachine"
    ]
    lines = [number for number, line in enumerate(Path("vm.yaml").read_text().splitlines(), 1) if "preference" in line]
    assert found == [[line] for line in lines]


def test_secrets_that_nothing_refers_to_are_left_out(run: Run) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {{name: {}, namespace: shop}}\n"
    Path("secrets.yaml").write_text(secret.format("login") + "---\n" + secret.format("other"), "utf-8")
    volume = "- {name: init, cloudInitNoCloud: {secretRef: {name: login}}}"
    Path("vm.yaml").write_text(f"{VM}        {volume}\n", "utf-8")
    found = names(run("--format", "json")[1])
    assert ("login" in found, "other" in found) == (True, False)


def test_focus_and_depth(run: Run) -> None:
    everything = names(run("--format", "json")[1])
    assert "unused" in everything
    assert sorted(names(run("--format", "json", "--focus", "shop/web")[1])) == sorted(set(everything) - {"unused"})
    assert sorted(names(run("--format", "json", "--focus", "shop/web", "--depth", "1")[1])) == [
        "disk",
        "gone",
        "u1.medium",
        "web",
    ]


def test_unresolved(run: Run) -> None:
    read = json.loads(run("--format", "json", "--unresolved")[1])
    assert sorted((link["kind"], link["state"]) for link in read["links"]) == [
        ("preference", "missing"),
        ("storage class", "missing"),
    ]


def test_nothing_is_unresolved(run: Run) -> None:
    code, out, err = run("--format", "json", "--unresolved", "other.yaml")
    assert (code, json.loads(out), err) == (0, {"objects": [], "links": []}, "no reference is unresolved\n")


SEE = " (see `vmlint graph --help`)"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--focus", "shop/wep"], "no object is called `shop/wep`; did you mean `shop/web`?"),
        (["--depth", "2"], "`--depth` counts from the object of `--focus`, which is missing"),
        (["--focus", "web", "--depth", "-1"], "`--depth`: must be a number from 0, not `-1`" + SEE),
        (["--format", "png"], f"`--format`: must be {', '.join([*FORMATS][:-1])} or html, not `png`" + SEE),
        (["--output", "no/a.svg"], "can't write `no/a.svg`: the folder `no` does not exist; create it first"),
    ],
)
def test_a_usage_error_is_one_line(run: Run, words: list[str], message: str) -> None:
    assert run(*words) == (2, "", f"vmlint graph: {message}\n")


def test_what_cannot_be_read_is_reported_and_the_rest_is_drawn(run: Run) -> None:
    Path("broken.yaml").write_text("kind: VirtualMachine\n\tname: x\n", "utf-8")
    code, out, err = run("--format", "json")
    assert code == 1
    assert "web" in names(out)
    assert err.startswith("broken.yaml:2: not read: ")


def test_mermaid_reports_where_it_will_not_draw(run: Run) -> None:
    claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c{0}}}\nspec: {{storageClassName: s}}\n"
    Path("many.yaml").write_text("---\n".join(claim.format(number) for number in range(501)), "utf-8")
    code, _, err = run("--format", "mermaid", "many.yaml")
    assert code == 0
    assert err == "Mermaid draws 500 links at most, and these are 501: narrow them with --focus, or raise `maxEdges`\n"
    assert run("--format", "dot", "many.yaml")[2] == ""


def page_data(page: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    return read


def test_the_page_counts_as_the_report_does(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.yaml").write_text("apiVersion: kubevirt.io/v1\nkind: [\n", "utf-8")
    main(["check", "--no-cache"])
    summary = capsys.readouterr().out.splitlines()[-1]
    code, out, _ = run("--format", "html")
    read = page_data(out)
    assert code == 1
    assert summary.startswith(read["verdict"])
    assert read["verdict"].endswith("in 3 objects from 4 files")
    assert [read["findings"][number]["file"] for number in read["elsewhere"]] == ["broken.yaml"]
    _, out, _ = run("--format", "html", "--focus", "shop/disk")
    assert page_data(out)["elsewhere"] == []


def test_guests_have_their_size_and_whether_they_can_be_migrated(run: Run) -> None:
    Path("vm.yaml").write_text(VM.replace("preference: {name: gone}", "preference: {name: fedora}"), "utf-8")
    Path("claim.yaml").write_text(CLAIM.replace("spec: {", "spec: {accessModes: [ReadWriteOnce], "), "utf-8")
    _, out, _ = run("--format", "json")
    (vm,) = (one for one in json.loads(out)["objects"] if one["kind"] == "VirtualMachine")
    reason = "volume `root` is on claim `disk`, which is `ReadWriteOnce` and not `ReadWriteMany`"
    assert vm["guest"] == {
        "vcpus": 1,
        "topology": "1 socket × 1 core × 1 thread",
        "memory": "4Gi",
        "instancetype": "u1.medium",
        "preference": "fedora",
        "migratable": False,
        "reasons": [reason],
        "problem": "",
    }


def test_a_guest_of_which_the_files_know_too_little_has_the_reason(run: Run) -> None:
    _, out, _ = run("--format", "json")
    (vm,) = (one for one in json.loads(out)["objects"] if one["kind"] == "VirtualMachine")
    assert (vm["guest"]["vcpus"], vm["guest"]["migratable"]) == (None, None)
    assert vm["guest"]["problem"].startswith("missing: the preference VirtualMachineClusterPreference `gone` is not in")


def test_addresses_of_files(run: Run) -> None:
    url = "https://git.example.com/vms/blob/main/{path}#L{line}"
    _, out, _ = run("--format", "html", "--source-url", url)
    assert page_data(out)["addresses"]["vm.yaml"] == "https://git.example.com/vms/blob/main/vm.yaml#L{line}"
    code, _, err = run("--format", "html", "--source-url", "javascript:{path}")
    assert (code, "--source-url" in err) == (2, True)
    code, _, err = run("--format", "svg", "--source-url", url)
    assert (code, "--format html" in err) == (2, True)
