"""`vmlint diff`: what is compared, in which format it is shown, and how the command ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vmlint.findings.finding import ObjectId
from vmlint.impact.model import Impact, ObjectChange, ValueChange, Verdict
from vmlint.report.impact import markdown

from ..history import commit, git, write
from .conftest import Run

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {{name: web, namespace: shop}}
spec:
  runStrategy: Always
  template:
    spec:
      domain:
        cpu: {{sockets: {sockets}, cores: {cores}, threads: 1}}
        memory: {{guest: 2Gi}}
        devices:
          disks: [{{name: root, disk: {{bus: virtio}}}}]
          interfaces: [{{name: default, masquerade: {{}}}}]
      networks: [{{name: default, pod: {{}}}}]
      volumes: [{{name: root, containerDisk: {{image: quay.io/containerdisks/fedora:41}}}}]
"""
_CI = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "BITBUCKET_PR_DESTINATION_BRANCH", "CHANGE_TARGET")


@pytest.fixture(autouse=True)
def _outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*_CI, "SYSTEM_PULLREQUEST_TARGETBRANCH"):
        monkeypatch.delenv(variable, raising=False)


def _vm(sockets: int = 2, cores: int = 1) -> str:
    return VM.format(sockets=sockets, cores=cores)


def _repository(*states: str) -> list[str]:
    """A repository in the working directory, with a commit for each state of a VM."""
    here = Path()
    git(here, "init", "-q", "-b", "main")
    return [commit(here, {"apps/vm.yaml": state}) for state in states]


def test_the_last_commit_and_the_working_tree(run: Run) -> None:
    _repository(_vm())
    write(Path(), {"apps/vm.yaml": _vm(cores=2)})
    code, out, err = run("diff")
    assert (code, err) == (0, "")
    assert out.splitlines()[:4] == [
        "Restart required (1)  The change takes effect when the guest is restarted.",
        "  VirtualMachine shop/web  apps/vm.yaml:9",
        "      domain.cpu.cores: 1 → 2",
        "    The guest must be restarted: `domain.cpu.cores` can't be changed in a running guest.",
    ]
    assert "HEAD → the working tree: 1 restart." in out


def test_nothing_that_differs(run: Run) -> None:
    _repository(_vm())
    code, out, _ = run("diff")
    assert code == 0
    assert out.startswith("HEAD → the working tree: nothing changes in the cluster.")


def test_two_revisions_whatever_the_working_tree_holds(run: Run) -> None:
    first, second = _repository(_vm(), _vm(sockets=4))
    write(Path(), {"apps/vm.yaml": "no manifest: at all"})
    code, out, _ = run("diff", first, second, "apps")
    assert code == 0
    assert "domain.cpu.sockets: 2 → 4" in out
    code, out, _ = run("diff", second, first, "apps")
    assert "sockets can't be taken from a running guest" in out


def test_a_branch_is_compared_with_where_it_began(run: Run) -> None:
    _repository(_vm())
    git(Path(), "checkout", "-q", "-b", "branch")
    commit(Path(), {"apps/vm.yaml": _vm(sockets=4)})
    git(Path(), "checkout", "-q", "main")
    commit(Path(), {"apps/other.yaml": _vm().replace("web", "other")})
    git(Path(), "checkout", "-q", "branch")
    _, out, _ = run("diff", "main")
    assert "1 live change." in out
    assert "other" not in out


def test_a_pull_request_is_compared_with_its_base(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = _repository(_vm(), _vm(sockets=4))
    monkeypatch.setenv("CI_MERGE_REQUEST_DIFF_BASE_SHA", first)
    _, out, _ = run("diff")
    assert "1 live change." in out


def test_two_folders(run: Run) -> None:
    write(Path(), {"old/vm.yaml": _vm(), "new/vm.yaml": _vm(cores=2)})
    code, out, _ = run("diff", "old", "new", "--fail-on", "restart")
    assert code == 1
    assert "old → new: 1 restart." in out


@pytest.mark.parametrize(
    ("words", "reported"),
    [
        (("nonsense",), "`nonsense` is neither a path nor a revision"),
        (("--fail-on", "everything"), "must be data-loss"),
        (("HEAD", "nowhere"), "neither a path nor a revision"),
        (("apps", "apps/vm.yaml", "apps"), "write the revision to compare with before the paths"),
    ],
)
def test_words_that_mean_nothing(words: tuple[str, ...], reported: str, run: Run) -> None:
    _repository(_vm())
    code, _, err = run("diff", *words)
    assert code == 2
    assert reported in err


def test_json_has_everything(run: Run) -> None:
    first, second = _repository(_vm(), _vm(sockets=4))
    _, out, _ = run("diff", first, second, "--format", "json")
    impact = json.loads(out)
    (change,) = impact["changes"]
    assert impact["summary"] == {"live": 1, "unchanged": 0}
    assert change["verdict"] == "live"
    assert change["live"] == [
        {"path": "spec.domain.cpu.sockets", "what": "changed", "before": "2", "after": "4", "byMigration": True}
    ]
    assert change["values"] == [{"path": "domain.cpu.sockets", "before": "2", "after": "4", "giver": ""}]
    assert (change["file"], change["line"]) == ("apps/vm.yaml", 9)


def test_github_annotates_the_line(run: Run) -> None:
    first, second = _repository(_vm(), _vm(cores=2))
    _, out, _ = run("diff", first, second, "--format", "github")
    assert out.startswith("::warning file=apps/vm.yaml,line=9,title=Restart required%3A VirtualMachine shop/web::")


def test_html_shows_text_alone(run: Run) -> None:
    evil = _vm(cores=2).replace("fedora:41", "<script>alert(1)</script>")
    first, second = _repository(_vm(), evil)
    _, out, _ = run("diff", first, second, "--format", "html", "--output", "out.html")
    page = Path("out.html").read_text()
    assert out == ""
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_comment_keeps_below_the_limit_of_github() -> None:
    changes = tuple(
        ObjectChange(
            ObjectId("kubevirt.io/v1", "VirtualMachine", "shop", f"web-{number}"),
            Verdict.RESTART,
            "the guest has to be restarted.",
            values=(ValueChange("domain.cpu.cores", "1", f"{number}" * 50),),
            file="vm.yaml",
            line=1,
        )
        for number in range(500)
    )
    text = markdown.render(Impact("before", "after", changes))
    assert len(text) < 65_000
    assert "web-0" in text
    assert "more changes: a comment is too short for all" in text


def test_markdown_begins_with_the_worst(run: Run) -> None:
    first, second = _repository(_vm(), _vm(cores=2))
    _, out, _ = run("diff", first, second, "--format", "markdown")
    assert out.startswith("## vmlint: 1 restart\n")
    assert "- `domain.cpu.cores`: `1` → `2`" in out


def test_two_releases_compared(run: Run) -> None:
    """The fields that a release does not know, and the defaults that change between them."""
    write(Path(), {"vm.yaml": _vm()})
    code, out, _ = run("diff", "--target", "1.5..1.9", "--format", "json")
    impact = json.loads(out)
    assert code == 0
    assert (impact["before"], impact["after"]) == ("KubeVirt 1.5", "KubeVirt 1.9")
    (defaults,) = [change for change in impact["changes"] if change["group"] == "default"]
    values = {value["path"]: (value["before"], value["after"]) for value in defaults["values"]}
    assert values["spec.configuration.vmRolloutStrategy"] == ("Stage", "LiveUpdate")


def test_a_release_that_is_none(run: Run) -> None:
    code, _, err = run("diff", "--target", "1.5..newest")
    assert code == 2
    assert "name two releases" in err


def test_expanded_vms_before_and_after(run: Run) -> None:
    _repository(_vm())
    write(Path(), {"apps/vm.yaml": _vm(sockets=4)})
    code, out, err = run("expand", "--diff", "HEAD")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [
        "--- before: VirtualMachine shop/web",
        "+++ after: VirtualMachine shop/web",
    ]
    assert any(line.startswith("-") and "sockets: 2" in line and "# VM" in line for line in out.splitlines())
    assert any(line.startswith("+") and "sockets: 4" in line and "# VM" in line for line in out.splitlines())
