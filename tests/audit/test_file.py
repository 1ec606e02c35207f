"""Audit files: what they mean, and every mistake with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.audit.sample import archive, vm
from tests.history import commit, git, write
from vmlint.audit.file import read
from vmlint.audit.places import link_of, scrubbed
from vmlint.audit.task import Task
from vmlint.errors import ConfigError


def tasks(folder: Path, text: str) -> dict[str, Task]:
    (folder / "AUDIT.yaml").write_text(text, "utf-8")
    return {task.name: task for task in read(folder / "AUDIT.yaml").tasks}


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        tasks(folder, text)
    return [mistake.partition("AUDIT.yaml:")[2] for mistake in raised.value.mistakes]


@pytest.fixture
def places(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        commit(tmp_path / "clones" / name, {"vm.yaml": vm(name)})
        write(tmp_path / "folders" / name / "vms", {"vm.yaml": vm(name)})
    git(tmp_path, "clone", "-q", "--bare", "clones/a", "mirrors/a.git")
    archive(tmp_path / "c.tar.gz", {"top/vm.yaml": vm("c")})
    return tmp_path


def test_every_kind_of_source(places: Path) -> None:
    found = tasks(
        places,
        """
        labels: {team: platform}
        sources:
          - {folders: "folders/*/vms", prefix: folders/}
          - {clones: ["clones/*"], labels: {env: prod}, revision: main}
          - {mirrors: "mirrors/*", prefix: mirrors/}
          - {archives: c.tar.gz, strip-components: 1}
          - {urls: ["https://git.example.com/acme/vms.git", "git@git.example.com:acme/more.git"]}
        """,
    )
    assert list(found) == ["a", "acme/more", "acme/vms", "b", "c", "folders/a", "folders/b", "mirrors/a"]
    assert {task.kind for task in found.values()} == {"folder", "clone", "mirror", "archive", "url"}
    assert found["a"].labels == {"team": "platform", "env": "prod"}
    assert (found["a"].revision, found["c"].strip) == ("main", 1)
    assert found["mirrors/a"].location == str(places / "mirrors/a.git")


def test_the_settings_of_a_source_go_before_those_of_all(places: Path) -> None:
    write(places, {"cluster/class.yaml": "kind: List\n", "own.yaml": "kind: List\n"})
    found = tasks(
        places,
        """
        settings: {closed-world: true, context: [cluster/]}
        target: "1.8"
        upgrades: ["1.7..1.9"]
        limits: {timeout: 2m, memory: 512Mi, attempts: 2}
        sources:
          - {clones: clones/a}
          - {clones: clones/b, settings: {closed-world: false}, target: "1.9", upgrades: [], limits: {timeout: 30}}
        """,
    )
    assert found["a"].settings == {"closed_world": True, "context": ["../given/cluster"], "target_kubevirt": "1.8"}
    assert found["a"].given == {"cluster": str(places / "cluster")}
    assert found["a"].upgrades == (("1.7", "1.9"),)
    limits = found["a"].limits
    assert (limits.timeout, limits.memory, limits.attempts) == (120, 512 * 2**20, 2)
    assert found["b"].settings["closed_world"] is False
    assert (found["b"].settings["target_kubevirt"], found["b"].upgrades) == ("1.9", ())
    assert found["b"].limits.timeout == 30


def test_every_mistake_is_reported_with_its_line(places: Path) -> None:
    found = mistakes(
        places,
        """\
sourcez: []
target: "9.9"
settings: {render: true, closed-worlds: true, closed-world: 3, target: {kubevirt: "1.8"}, rules: [code.py]}
limits: {timeout: soon, memory: -1, attempts: 0}
upgrades: ["1.7"]
sources:
  - {clones: "none/*"}
  - {clones: clones/a, folders: folders/a}
  - {folders: folders/a, revision: main}
  - {clones: clones/a, revision: --upload-pack=x, prefix: y/}
  - {clones: clones/a, paths: [../b], prefix: x/}
""",
    )
    lines = [int(mistake.partition(":")[0]) for mistake in found]
    assert lines == [1, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 7, 8, 9, 10, 11]
    assert any("no program" in mistake for mistake in found)
    assert any("`none/*` matches no clone" in mistake for mistake in found)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://user:secret@git.example.com/a/b.git", "contains credentials"),
        ("https://token@git.example.com/a/b.git", "contains credentials"),
        ("ssh://git:secret@git.example.com/a/b.git", "contains credentials"),
        ("http://git.example.com/a/b.git", "uses http"),
        ("file:///srv/b.git", "is not a URL"),
        ("ext::sh -c id", "is not a URL"),
        ("--upload-pack=id", "is not a URL"),
        ("/srv/b.git", "is not a URL"),
    ],
)
def test_urls_that_are_not_fetched(tmp_path: Path, url: str, reason: str) -> None:
    (mistake,) = mistakes(tmp_path, f"sources: [{{urls: ['{url}']}}]")
    assert reason in mistake
    assert "secret" not in mistake
    assert "token@" not in mistake


def test_two_repositories_of_one_name_are_a_mistake(places: Path) -> None:
    (mistake,) = mistakes(places, "sources: [{clones: clones/a}, {mirrors: mirrors/a.git}]")
    assert "two repositories are named `a`" in mistake


def test_links_come_from_the_remote_and_never_with_credentials(places: Path) -> None:
    git(places / "clones/a", "remote", "add", "origin", "https://me:secret@github.com/acme/a.git")
    git(places / "clones/b", "remote", "add", "origin", "ssh://git@git.example.com:22/acme/b")
    found = tasks(places, "forges: {git.example.com: gitlab}\nsources: [{clones: 'clones/*'}]")
    assert found["a"].link == "https://github.com/acme/a/blob/{commit}/{path}#L{line}"
    assert found["b"].link == "https://git.example.com/acme/b/-/blob/{commit}/{path}#L{line}"
    assert link_of("url", "https://unknown.example.com/a/b.git", {}) == ""
    assert scrubbed("fatal: https://me:secret@x.example/y") == "fatal: https://x.example/y"


def test_the_example_of_the_documentation(places: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/audit.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    write(places, {"cluster/a.yaml": "kind: List\n", "checkouts/d/vm.yaml": vm("d")})
    archive(places / "releases" / "e.tar.gz", {"top/vm.yaml": vm("e")})
    (places / "mirrors/a.git").rename(places / "mirrors/m.git")
    found = tasks(places, example.replace("/srv/", ""))
    assert list(found) == ["a", "acme/vms", "b", "d", "e", "m"]
    assert {task.settings["target_kubevirt"] for task in found.values()} == {"1.8"}


def test_names_of_rules_are_checked(places: Path) -> None:
    (mistake,) = mistakes(places, "settings: {ignore: [infer-label-mising]}\nsources: [{clones: clones/a}]")
    assert "did you mean `infer-label-missing`" in mistake
