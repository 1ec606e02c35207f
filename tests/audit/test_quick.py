"""The commit that a revision names, found without git, is the one that git finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history import commit, git, write
from vmlint.audit.quick import commit_of, states
from vmlint.audit.task import Task


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    commit(folder, {"a.yaml": "x"})
    git(folder, "branch", "topic/one")
    git(folder, "tag", "light")
    git(folder, "-c", "user.name=A", "-c", "user.email=a@example.org", "tag", "-a", "-m", "x", "heavy")
    commit(folder, {"a.yaml": "y"})
    return folder


@pytest.mark.parametrize("packed", [False, True])
def test_a_branch_is_found(clone: Path, packed: bool) -> None:
    if packed:
        git(clone, "pack-refs", "--all")
    for name in ("", "HEAD", "main", "topic/one"):
        assert commit_of(clone / ".git", name) == git(clone, "rev-parse", name or "HEAD"), name
    git(clone, "checkout", "-q", "--detach", "HEAD^")
    assert commit_of(clone / ".git") == git(clone, "rev-parse", "HEAD")


def test_a_mirror_is_read_likewise(clone: Path) -> None:
    git(clone.parent, "clone", "-q", "--mirror", "clone", "mirror.git")
    assert commit_of(clone.parent / "mirror.git", "main") == git(clone, "rev-parse", "main")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["light", "heavy", "HEAD^", "gone", "../x", "-x", "ORIG_HEAD", "a" * 40])
def test_everything_else_is_left_to_git(clone: Path, name: str, packed: bool) -> None:
    if packed:
        git(clone, "pack-refs", "--all")
    assert commit_of(clone / ".git", name) == ""


def test_a_name_that_is_a_tag_too_is_left_to_git(clone: Path) -> None:
    git(clone, "tag", "main")
    assert commit_of(clone / ".git", "main") == ""


def test_a_linked_working_tree_is_left_to_git(clone: Path) -> None:
    git(clone, "worktree", "add", "-q", "../linked")
    assert commit_of(clone.parent / "linked/.git") == ""
    assert commit_of(clone.parent / "gone") == ""


def test_states_of_what_this_machine_sees(clone: Path) -> None:
    write(clone.parent / "folder", {"a.yaml": "x"})
    tasks = [
        Task("a", "clone", str(clone)),
        Task("b", "folder", str(clone.parent / "folder")),
        Task("c", "folder", str(clone.parent / "gone")),
        Task("d", "url", "https://git.example.com/a/b.git"),
    ]
    found = [content for _, content in states(tasks)]
    assert found[0] == git(clone, "rev-parse", "HEAD")
    assert found[1]
    assert found[2:] == ["", ""]
