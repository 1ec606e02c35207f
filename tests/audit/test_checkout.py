"""The files of a repository come into its task's folder, and nothing goes anywhere else."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.audit.sample import archive, vm
from tests.history import commit, git, write
from vmlint.audit.checkout import Checkout, SourceError, at_commit, checkout, identity
from vmlint.audit.task import Limits, Task


def task(kind: str, place: Path | str, **more: object) -> Task:
    return Task("x", kind, str(place), **more)  # type: ignore[arg-type]


def listed(root: Path) -> dict[str, str]:
    """The files and links of a checkout."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"→ {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_text("utf-8")
    return found


def checked(one: Task, folder: Path) -> Checkout:
    """A checkout, whose identity is the one that is known without it."""
    (folder / "scratch").mkdir(parents=True)
    before = identity(one, folder / "scratch")
    files = checkout(one, folder)
    assert files.identity.content == before.content
    return files


def test_a_folder_is_copied_without_what_leads_out(tmp_path: Path) -> None:
    source = tmp_path / "source"
    write(source, {"a/vm.yaml": "x", "b.yaml": "y", ".git/config": "[core]", ".hidden/c.yaml": "z"})
    (tmp_path / "secret").write_text("secret")
    (source / "inside").symlink_to("a/vm.yaml")
    (source / "folder").symlink_to("a")
    (source / "out").symlink_to("../secret")
    (source / "absolute").symlink_to(source / "b.yaml")
    (source / "git").symlink_to(".git/config")
    os.mkfifo(source / "pipe")
    files = checked(task("folder", source), tmp_path / "task")
    assert listed(files.root) == {
        ".hidden/c.yaml": "z",
        "a/vm.yaml": "x",
        "b.yaml": "y",
        "folder": "→ a",
        "inside": "→ a/vm.yaml",
    }


def test_the_identity_of_a_folder_is_that_of_its_content(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {"a.yaml": "x", "b/c.yaml": "y"})
    (tmp_path / "two/a.yaml").touch()
    one, two = (identity(task("folder", tmp_path / name), tmp_path).content for name in ("one", "two"))
    assert one == two
    write(tmp_path / "two", {"b/c.yaml": "z"})
    assert identity(task("folder", tmp_path / "two"), tmp_path).content != one


@pytest.mark.parametrize("kind", ["clone", "mirror", "url"])
def test_a_revision_comes_from_the_objects_of_git(tmp_path: Path, kind: str) -> None:
    clone = tmp_path / "clone"
    first = commit(clone, {"vm.yaml": "first"})
    (clone / "link").symlink_to("vm.yaml")
    (clone / "out").symlink_to("/etc/passwd")
    second = commit(
        clone, {"vm.yaml": "second\n", ".gitattributes": "*.yaml filter=evil export-ignore text eol=crlf\n"}
    )
    git(clone, "config", "filter.evil.smudge", f"touch {tmp_path}/ran")
    write(clone, {"vm.yaml": "not committed", ".git/hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    (clone / ".git/hooks/post-checkout").chmod(0o755)
    place: Path | str = clone
    if kind != "clone":
        place = tmp_path / "mirror.git"
        git(tmp_path, "clone", "-q", "--bare", str(clone), str(place))
    if kind == "url":
        place = place.as_uri()  # type: ignore[union-attr]
    one = task(kind, place, revision="main", protocols=("file",))
    files = checked(one, tmp_path / "task")
    assert files.identity.content == second
    assert listed(files.root)["vm.yaml"] == "second\n"
    assert listed(files.root)["link"] == "→ vm.yaml"
    assert "out" not in listed(files.root)
    before = at_commit(one, tmp_path / "task", first)
    assert before is not None
    assert listed(before) == {"vm.yaml": "first"}
    assert at_commit(one, tmp_path / "other", "0" * 40) is None
    assert not (tmp_path / "ran").exists()


def test_a_revision_that_is_not_there(tmp_path: Path) -> None:
    commit(tmp_path / "clone", {"vm.yaml": "x"})
    with pytest.raises(SourceError, match="has no revision `v9`"):
        checkout(task("clone", tmp_path / "clone", revision="v9"), tmp_path / "task")
    with pytest.raises(SourceError, match="does not exist on this machine"):
        identity(task("clone", tmp_path / "gone"), tmp_path)


def test_an_allowed_protocol_is_needed(tmp_path: Path) -> None:
    commit(tmp_path / "clone", {"vm.yaml": "x"})
    with pytest.raises(SourceError, match="git can't fetch"):
        identity(task("url", (tmp_path / "clone").as_uri()), tmp_path)


def test_an_archive_writes_nothing_outside(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"

    def member(name: str, **about: object) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        for key, value in about.items():
            setattr(info, key, value)
        return info

    with tarfile.open(file, "w") as made:
        made.addfile(member("top/vm.yaml", size=3), io.BytesIO(b"one"))
        made.addfile(member("top/vm.yaml", size=3), io.BytesIO(b"two"))
        made.addfile(member("../escaped", size=1), io.BytesIO(b"x"))
        made.addfile(member("/absolute", size=1), io.BytesIO(b"x"))
        made.addfile(member("top/.git/config", size=1), io.BytesIO(b"x"))
        made.addfile(member("top/up", type=tarfile.SYMTYPE, linkname=".."))
        made.addfile(member("top/far", type=tarfile.SYMTYPE, linkname="up/../../.."))
        made.addfile(member("top/up/through", size=1), io.BytesIO(b"x"))
        made.addfile(member("top/same", type=tarfile.SYMTYPE, linkname="vm.yaml"))
        made.addfile(member("top/hard", type=tarfile.LNKTYPE, linkname="/etc/passwd"))
        made.addfile(member("top/device", type=tarfile.CHRTYPE))
    before = sorted(path for path in tmp_path.iterdir())
    files = checked(task("archive", file, strip=1), tmp_path / "task")
    assert listed(files.root) == {"same": "→ vm.yaml", "up/through": "x", "vm.yaml": "two"}
    assert sorted(path for path in tmp_path.iterdir()) == [*before, tmp_path / "task"]
    assert sorted(path.name for path in (tmp_path / "task").iterdir()) == ["repository", "scratch"]


def test_limits_hold_for_every_kind(tmp_path: Path) -> None:
    files = {f"{number}.yaml": "x" * 100 for number in range(5)}
    write(tmp_path / "folder", files)
    commit(tmp_path / "clone", files)
    archive(tmp_path / "a.tar.gz", files)
    for kind, place in (("folder", "folder"), ("clone", "clone"), ("archive", "a.tar.gz")):
        for name, limits in (("files", Limits(files=4)), ("bytes", Limits(size=400))):
            with pytest.raises(SourceError, match=f"more than 4(00)? {name}"):
                checkout(task(kind, tmp_path / place, limits=limits), tmp_path / f"task-{kind}-{name}")


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text(vm("a"))
    with pytest.raises(SourceError, match="can't be read"):
        checkout(task("archive", tmp_path / "a.tar"), tmp_path / "task")


def test_a_partial_clone_never_passes_for_a_whole_one(tmp_path: Path) -> None:
    commit(tmp_path / "clone", {"vm.yaml": vm("a"), "picture.png": "x" * 1000})
    for blob in ("picture.png", "vm.yaml"):
        id = git(tmp_path / "clone", "rev-parse", f"HEAD:{blob}")
        (tmp_path / "clone/.git/objects" / id[:2] / id[2:]).unlink()
        if blob == "picture.png":
            files = checkout(task("clone", tmp_path / "clone"), tmp_path / "task")
            assert files.absent == ("picture.png",)
        else:
            with pytest.raises(SourceError, match=r"lacks `vm\.yaml`"):
                checkout(task("clone", tmp_path / "clone"), tmp_path / "task-2")
