"""What a hostile repository, archive or out folder tries against an audit, and what comes of it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.audit.sample import Here, here, vm
from tests.history import commit, git, write
from vmlint.audit.checkout import SourceError, checkout, identity
from vmlint.audit.cluster import Answer, Request
from vmlint.audit.file import Audit, read
from vmlint.audit.folder import OutFolder
from vmlint.audit.query import ask, opened
from vmlint.audit.quick import states
from vmlint.audit.run import Summary, run
from vmlint.audit.task import Limits, Task
from vmlint.errors import ConfigError, NothingToRead, UsageError


def task(kind: str, place: Path | str, **more: object) -> Task:
    return Task("x", kind, str(place), **more)  # type: ignore[arg-type]


def member(name: str, **about: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for key, value in about.items():
        setattr(info, key, value)
    return info


def below(root: Path) -> list[str]:
    """Everything in a folder, links not followed."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_a_link_is_not_made_through_another_link(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w") as made:
        made.addfile(member("up", type=tarfile.SYMTYPE, linkname="../../home"))
        made.addfile(member("up/.profile", type=tarfile.SYMTYPE, linkname="downloads/evil"))
        made.addfile(member("up/new/folder/link", type=tarfile.SYMTYPE, linkname="x"))
        made.addfile(member("in", type=tarfile.SYMTYPE, linkname="folder"))
        made.addfile(member("in/link", type=tarfile.SYMTYPE, linkname="vm.yaml"))
        made.addfile(member("folder/vm.yaml", size=1), io.BytesIO(b"x"))
    (tmp_path / "home").mkdir()
    (tmp_path / "task").mkdir()
    checkout(task("archive", file), tmp_path / "task")
    assert below(tmp_path / "home") == []


def test_a_negative_size_in_an_archive_does_not_lift_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as made:
        made.addfile(
            member("a.yaml", size=0, pax_headers={"GNU.sparse.realsize": "-1000000", "GNU.sparse.name": "a.yaml"})
        )
        made.addfile(member("b.yaml", size=5000), io.BytesIO(b"x" * 5000))
    (tmp_path / "task").mkdir()
    with pytest.raises(SourceError, match="a size below zero"):
        checkout(task("archive", file, limits=Limits(size=1000)), tmp_path / "task")


def test_a_replaced_object_does_not_stand_for_a_commit(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    first = commit(clone, {"vm.yaml": "bad"})
    git(clone, "checkout", "-q", "--orphan", "other")
    second = commit(clone, {"vm.yaml": "good"})
    git(clone, "checkout", "-q", "main")
    git(clone, "replace", first, second)
    git(tmp_path, "clone", "-q", "--mirror", str(clone), str(tmp_path / "m.git"))
    for kind, place in (("clone", clone), ("mirror", tmp_path / "m.git")):
        files = checkout(task(kind, place, revision="main"), tmp_path / kind)
        assert files.identity.content == first
        assert (files.root / "vm.yaml").read_text() == "bad"


def test_folders_in_folders_are_an_error_of_their_repository(tmp_path: Path) -> None:
    deep = "/".join(["d"] * 300)
    (tmp_path / "folder" / deep).mkdir(parents=True)
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w") as made:
        made.addfile(member(f"{deep}/vm.yaml", size=1), io.BytesIO(b"x"))
    for kind, place in (("folder", tmp_path / "folder"), ("archive", file)):
        with pytest.raises(SourceError, match="more than 250 folders"):
            checkout(task(kind, place), tmp_path / kind / "task")
    with pytest.raises(SourceError, match="more than 250 folders"):
        identity(task("folder", tmp_path / "folder"), tmp_path)


def test_a_clone_without_a_repository_is_not_the_one_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    around = tmp_path / "around"
    commit(around, {"secret.yaml": "x"})
    write(around, {"clones/one/.git/config": ""})
    with pytest.raises(SourceError, match="clone that git can read"):
        checkout(task("clone", around / "clones/one"), tmp_path / "task")
    commit(tmp_path / "two", {"vm.yaml": "x"})
    monkeypatch.setenv("GIT_DIR", str(around / ".git"))  # as in a hook
    assert [path.name for path in checkout(task("clone", tmp_path / "two"), tmp_path / "more").root.glob("*.yaml")] == [
        "vm.yaml"
    ]


def test_links_to_what_only_begins_like_the_folder_of_git_are_kept(tmp_path: Path) -> None:
    write(tmp_path / "source", {".github/vm.yaml": "x"})
    (tmp_path / "source/link").symlink_to(".github/vm.yaml")
    files = checkout(task("folder", tmp_path / "source"), tmp_path / "task")
    assert (files.root / "link").is_symlink()


@pytest.mark.parametrize("kind", ["folder", "clone", "archive"])
def test_a_source_is_no_link_out_of_a_repository(tmp_path: Path, kind: str) -> None:
    commit(tmp_path / "secret", {"vm.yaml": "x"})
    (tmp_path / "secret.tar").write_bytes(b"")
    (tmp_path / "hostile/.git").mkdir(parents=True)
    (tmp_path / "hostile/manifests").symlink_to("../secret.tar" if kind == "archive" else "../secret")
    one = task(kind, tmp_path / "hostile/manifests")
    assert [content for _, content in states([one])] == [""]
    for reading in (identity, checkout):
        with pytest.raises(SourceError, match="a link leads from"):
            reading(one, tmp_path / "task")


# The out folder


def audited(root: Path, out: OutFolder, *names: str, team: Here | None = None) -> Summary:
    """A run over some folders, with one VM each."""
    for name in names:
        write(root / name, {"vm.yaml": vm(name, bus="floppy")})
    tasks = tuple(Task(name, "folder", str(root / name)) for name in names)
    team = team or Here(root / f"work-{len(list(root.glob('work-*')))}")
    return run(Audit("AUDIT.yaml", tasks), out, lambda: here(team))


class Overtaken(Here):
    """Workers of a run beside which another one is made."""

    def answers(self, requests: Sequence[Request]) -> Iterator[Answer]:
        yield from super().answers(requests)
        root = self._folder.parent
        with pytest.raises(UsageError, match="another run adds to"):
            audited(root, OutFolder(root / "out"), "other")


def test_two_runs_at_the_same_time_delete_no_results_of_each_other(tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "out")
    audited(tmp_path, out, "one", team=Overtaken(tmp_path / "work"))
    assert ask(opened(out), "SELECT repository, errors FROM repositories").rows == [("one", 1)]
    audited(tmp_path, out, "other")


class Emptied(Here):
    """Workers whose results somebody deletes."""

    def answers(self, requests: Sequence[Request]) -> Iterator[Answer]:
        yield from super().answers(requests)
        for file in (self._folder.parent / "out/results").glob("*/*"):
            file.unlink()


def test_a_repository_whose_result_is_gone_is_not_one_without_findings(tmp_path: Path) -> None:
    out = OutFolder(tmp_path / "out")
    with pytest.raises(UsageError, match="the result of `one` is gone"):
        audited(tmp_path, out, "one", team=Emptied(tmp_path / "work"))
    assert out.runs() == []


def test_an_out_folder_loses_no_file_that_is_not_the_audits(tmp_path: Path) -> None:
    mine = {"results/2026/report.csv": "x", "results/ab/notes.txt": "y", "results/ab/old.arrow": "z", "runs/x/a": "1"}
    write(tmp_path / "out", mine)
    audited(tmp_path, OutFolder(tmp_path / "out"), "one")
    for name, content in mine.items():
        assert (tmp_path / "out" / name).read_text() == content


@pytest.mark.parametrize("name", ["out", "out/results", "out/runs", "out/.lock"])
def test_an_out_folder_that_leads_out_of_its_repository_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "repository" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="a link leads from"):
        audited(tmp_path, OutFolder(tmp_path / "repository/out"), "one")
    assert below(tmp_path / "elsewhere") == []


def test_the_name_of_a_run_is_no_sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = OutFolder(tmp_path / "out")
    audited(tmp_path, out, "one")
    evil = "x', 1)) AS known (name, place); COPY (SELECT 1) TO 'ran.csv'; SELECT * FROM (VALUES ('x"
    (tmp_path / "out/runs" / f"run={out.runs()[0].name}").rename(tmp_path / "out/runs" / f"run={evil}")
    with pytest.raises(NothingToRead):
        opened(out)
    assert not (tmp_path / "ran.csv").exists()


# Credentials


@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cret@host/a.git",
        "https://s3@cret@host/a.git",
        "HTTPS://s3cret@host/a.git",
        "https://user:s3cret/x@host/a.git",
        "https://user:s3cret x@host/a.git",
        "https://host/a.git?private_token=s3cret",
        "https://host/a.git?user=x@s3cret",
        "user:s3cret@host:a.git",
        "https://user:x://s3cret@host/a.git",
    ],
)
def test_a_url_with_credentials_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    file = tmp_path / "AUDIT.yaml"
    file.write_text(f"sources: [{{urls: '{url}'}}]\n", "utf-8")
    with pytest.raises(ConfigError) as refused:
        read(file)
    assert not any(part in str(refused.value) for part in ("s3c", "cret", "s3@", "x@"))
