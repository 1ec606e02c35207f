"""The base of a pull request, in the CI systems that tell it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from vmlint.cli import main
from vmlint.cli.pull_request import base_of, is_ci


@pytest.mark.parametrize(
    ("environment", "base"),
    [
        ({"GITHUB_BASE_REF": "main"}, "origin/main"),
        ({"GITHUB_BASE_REF": ""}, ""),
        ({"CI_MERGE_REQUEST_DIFF_BASE_SHA": "c0ffee", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}, "c0ffee"),
        ({"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1"}, "origin/release/1"),
        ({"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, "origin/main"),
        ({"BITBUCKET_PR_DESTINATION_COMMIT": "c0ffee"}, "c0ffee"),
        ({"CHANGE_TARGET": "main"}, "origin/main"),
        ({"DRONE_TARGET_BRANCH": "main", "DRONE_BUILD_EVENT": "push"}, ""),
        ({"DRONE_TARGET_BRANCH": "main", "DRONE_BUILD_EVENT": "pull_request"}, "origin/main"),
        ({"TRAVIS_PULL_REQUEST": "false", "TRAVIS_BRANCH": "main"}, ""),
        ({"TRAVIS_PULL_REQUEST": "7", "TRAVIS_BRANCH": "main"}, "origin/main"),
        ({"PRE_COMMIT_FROM_REF": "origin/dev", "GITHUB_BASE_REF": "main"}, "origin/dev"),
        ({}, ""),
    ],
)
def test_the_base(environment: dict[str, str], base: str) -> None:
    assert base_of(environment) == base


def test_who_is_ci() -> None:
    assert is_ci({"CI": "true"})
    assert is_ci({"TF_BUILD": "True"})
    assert not is_ci({"CI": "false"})
    assert not is_ci({})


VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Sometimes
  template:
    spec:
      domain: {devices: {}, memory: {guest: 2Gi}}
"""


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, capture_output=True)


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch whose last commit brings a VM that KubeVirt refuses."""
    for variable in ("CI", "GITHUB_BASE_REF", "PRE_COMMIT_FROM_REF"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    Path("vm.yaml").write_text(VM, "utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "second")


def test_a_pull_request_is_compared_with_its_base(
    committed: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    assert main(["check", "--no-cache", "--changed=HEAD", "."]) == 1
    assert "Sometimes" in capsys.readouterr().out


def test_ci_without_a_base_reports_that_it_compared_nothing(
    committed: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    assert main(["check", "--no-cache", "--changed=HEAD", "."]) == 0
    assert "nothing was compared" in capsys.readouterr().err
