"""`vmlint expand`."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from vmlint.source.decode import decode_text

from .conftest import Run

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  runStrategy: Always
  instancetype: {{name: {size}}}
  template:
    spec:
      domain:
        devices:
          interfaces: [{{name: default, bridge: {{}}, macAddress: '52:54:00:12:34:56'}}]
      networks: [{{name: default, pod: {{}}}}]
"""
SEE = " (see `vmlint expand --help`)\n"


def vm(name: str = "web", namespace: str = "shop", size: str = "u1.medium") -> str:
    return VM.format(name=name, namespace=namespace, size=size)


def read(text: str) -> list[Any]:
    return [document.data for document in decode_text(text, "out.yaml").documents]


def test_each_vm_is_a_document(run: Run) -> None:
    Path("a.yaml").write_text(f"{vm()}---\n{vm('db')}")
    code, out, err = run("expand")
    assert (code, err) == (0, "")
    found = read(out)
    assert [one["metadata"]["name"] for one in found] == ["web", "db"]
    assert found[0]["spec"]["template"]["spec"]["domain"]["memory"] == {"guest": "4Gi"}
    assert "        macAddress: '52:54:00:12:34:56'\n" in out


def test_json_is_a_list(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    code, out, _ = run("expand", "--format", "json")
    (found,) = json.loads(out)
    assert (code, found) == (0, read(run("expand")[1])[0])


def test_explained_lines(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    out = run("expand", "--explain")[1]
    lines = out.splitlines()
    assert lines[0] == "# VirtualMachine shop/web, from a.yaml:1"
    assert "          guest: 4Gi                          # instancetype u1.medium" in lines
    assert "      architecture: amd64                     # default" in lines
    assert "            macAddress: '52:54:00:12:34:56'   # VM" in lines
    assert read(out) == read(run("expand")[1])


def test_explained_json(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    (found,) = json.loads(run("expand", "--explain", "--format", "json")[1])
    assert list(found) == ["resource", "deployment", "file", "line", "data", "origin", "pod"]
    assert found["pod"] == {
        "memoryOverhead": 288 << 20,
        "requests": {"memory": "4384Mi", "cpu": "100m", "ephemeral-storage": "50M"},
        "limits": {},
    }
    assert found["resource"]["name"] == "web"
    assert found["data"]["spec"]["template"]["spec"]["architecture"] == "amd64"
    assert found["origin"]["spec.template.spec.domain.memory.guest"] == "instancetype u1.medium"


def test_one_vm(run: Run) -> None:
    Path("a.yaml").write_text(f"{vm()}---\n{vm('db')}")
    for name in ("shop/db", "db"):
        code, out, err = run("expand", "--vm", name)
        assert (code, [one["metadata"]["name"] for one in read(out)], err) == (0, ["db"], "")


def test_what_cannot_be_expanded_is_reported_and_left_out(run: Run) -> None:
    Path("a.yaml").write_text(f"{vm()}---\n{vm('db', size='u1.medum')}")
    code, out, err = run("expand")
    assert (code, [one["metadata"]["name"] for one in read(out)]) == (1, ["web"])
    assert err == (
        "a.yaml:14: VirtualMachine shop/db is not expanded (missing): the instancetype "
        "VirtualMachineClusterInstancetype `u1.medum` is not in the repository, the context or a catalog; did you mean "
        "`u1.medium`?\n"
    )
    assert run("expand", "--vm", "web")[0] == 0
    assert json.loads(run("expand", "--vm", "db", "--format", "json")[1]) == []


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("shop/wbe", "no VM is called `shop/wbe`; did you mean `shop/web`?"),
        ("zzzzzzzz", "no VM is called `zzzzzzzz`: there are `lab/db`, `shop/db`, `shop/web`"),
        ("lab/web", "no VM is called `lab/web`; did you mean `shop/web`?"),
        ("db", "`db` names several VMs: write `--vm lab/db` or `--vm shop/db`"),
    ],
)
def test_an_unknown_vm(run: Run, wanted: str, message: str) -> None:
    Path("a.yaml").write_text("---\n".join([vm(), vm("db"), vm("db", "lab")]))
    for command in ("expand", "trace"):
        assert run(command, "--vm", wanted) == (2, "", f"vmlint {command}: {message}\n")


def test_many_names_are_not_all_listed(run: Run) -> None:
    Path("a.yaml").write_text("---\n".join(vm(f"a{number}") for number in range(7)))
    assert run("expand", "--vm", "zzzzzz")[2].endswith("`shop/a4` and 2 more\n")


def test_alternatives_of_one_vm_are_all_shown(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    Path("b.yaml").write_text(vm())
    assert len(read(run("expand", "--vm", "web")[1])) == 2


def test_the_deployment_is_named_where_there_are_several(run: Run) -> None:
    Path("base").mkdir()
    Path("base/a.yaml").write_text(vm())
    Path("base/kustomization.yaml").write_text("resources: [a.yaml]\n")
    for name in ("dev", "prod"):
        Path(name).mkdir()
        Path(name, "kustomization.yaml").write_text(f"namespace: {name}\nresources: [../base]\n")
    _, out, _ = run("expand")
    assert [line for line in out.splitlines() if line.startswith("#")] == [
        "# VirtualMachine dev/web, in dev",
        "# VirtualMachine prod/web, in prod",
    ]
    _, out, _ = run("expand", "--explain", "--vm", "dev/web", "--format", "json")
    assert [one["deployment"] for one in json.loads(out)] == ["dev"]


def test_no_vm_at_all(run: Run) -> None:
    Path("a.yaml").write_text("kind: Pod\napiVersion: v1\n")
    assert run("expand") == (0, "", "the files contain no VM\n")
    message = "vmlint expand: no VM is called `web`: the files contain no VM\n"
    assert run("expand", "--vm", "web") == (2, "", message)


def test_nothing_to_read(run: Run) -> None:
    code, out, err = run("expand")
    assert (code, out) == (3, "")
    assert err.startswith("vmlint expand: no YAML or JSON document in `.`")


@pytest.mark.parametrize("command", ["expand", "trace"])
def test_what_cannot_be_read_is_reported(run: Run, command: str) -> None:
    Path("a.yaml").write_text(f"{vm()}---\na: [\n")
    code, out, err = run(command)
    assert (code, out != "") == (1, True)
    assert err.startswith("a.yaml:")
    assert "not read: " in err
    assert run(command, "--vm", "web")[0] == 0


def test_what_is_skipped_is_reported(run: Run) -> None:
    Path("a.yaml").write_text(vm())
    Path("b.yaml").write_text("{{ if .Values.vm }}\nkind: VirtualMachine\n{{ end }}\n")
    code, _, err = run("expand")
    assert (code, err) == (0, "1 skipped: `vmlint check` lists it with the reason\n")


def test_options_of_the_repository(run: Run) -> None:
    Path("vms").mkdir()
    Path("vms/a.yaml").write_text(vm(size="mine").replace(", namespace: shop", ""))
    Path("cluster").mkdir()
    Path("cluster/b.yaml").write_text(
        "apiVersion: instancetype.kubevirt.io/v1beta1\nkind: VirtualMachineClusterInstancetype\n"
        "metadata: {name: mine}\nspec: {cpu: {guest: 3}, memory: {guest: 1Gi}}\n"
    )
    words = [
        "expand",
        "vms",
        "--context",
        "cluster",
        "--default-namespace",
        "lab",
        "--target",
        "1.3",
        "--vm",
        "lab/web",
    ]
    code, out, err = run(*words)
    assert (code, err) == (0, "")
    (found,) = read(out)
    assert found["spec"]["template"]["spec"]["domain"]["cpu"]["sockets"] == 3
    assert "annotations" not in found["spec"]["template"].get("metadata", {})


def test_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(vm().encode())))
    code, out, _ = run("expand", "-")
    assert (code, len(read(out))) == (0, 1)


def test_strings_of_manifests_are_harmless(run: Run) -> None:
    name = '"a\\e[31m::b"'
    Path("a.yaml").write_text(f"{vm(name)}---\n{vm(name, size='none')}")
    code, out, err = run("expand", "--explain")
    assert (code, "\x1b" in out + err) == (1, False)
    assert read(out)[0]["metadata"]["name"] == "a\x1b[31m::b"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--format", "xml"], "`--format`: must be yaml or json, not `xml`" + SEE),
        (["--vms", "x"], "unknown option `--vms`; did you mean `--vm`?" + SEE),
        (["--target", "new"], "`new` is not a release of KubeVirt: write one such as `1.8`, or `main`\n"),
        (["--config", "none.yaml"], ""),
    ],
)
def test_usage_errors(run: Run, words: list[str], message: str) -> None:
    Path("a.yaml").write_text(vm())
    code, out, err = run("expand", *words)
    assert (code, out) == (2, "")
    assert not message or err == f"vmlint expand: {message}"
