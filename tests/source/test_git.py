"""What git says of the working tree, in real repositories."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.history import commit, git, write
from vmlint.errors import UsageError
from vmlint.source.git import Difference, compare


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def held(difference: Difference, most: int = 1000) -> dict[str, bytes]:
    return difference.contents(difference.old, most)


def changed(tmp_path: Path) -> list[str]:
    difference = compare("HEAD", ["."])
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    return sorted(file for file in files if not file.startswith(".git/") and difference.has_changed(file))


def test_what_is_edited_staged_renamed_and_untracked(tmp_path: Path) -> None:
    first = commit(tmp_path, {name: f"{name}\n" for name in ("same", "edited", "staged", "moved", "gone", "a b\tü")})
    write(tmp_path, {"edited": "new\n", "staged": "new\n", "gone": None, "a b\tü": "new\n", "new/one": "x\n"})
    git(tmp_path, "add", "staged")
    git(tmp_path, "mv", "moved", "folder-moved")
    difference = compare("HEAD", ["."])
    assert changed(tmp_path) == ["a b\tü", "edited", "folder-moved", "new/one", "staged"]
    assert difference.commit == first
    assert held(difference) == {name: f"{name}\n".encode() for name in ("edited", "staged", "moved", "gone", "a b\tü")}


def test_what_is_staged_counts_though_the_working_tree_has_it_too(tmp_path: Path) -> None:
    commit(tmp_path, {"a": "1\n"})
    write(tmp_path, {"a": "2\n"})
    git(tmp_path, "add", "a")
    assert changed(tmp_path) == ["a"]


def test_a_file_of_the_same_content_has_not_changed(tmp_path: Path) -> None:
    commit(tmp_path, {"a": "1\n"})
    (tmp_path / "a").unlink()
    write(tmp_path, {"a": "1\n"})
    assert changed(tmp_path) == []


def test_before_the_first_commit_all_is_new(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, {"a": "1\n", "b": "1\n"})
    git(tmp_path, "add", "a")
    assert changed(tmp_path) == ["a", "b"]
    assert held(compare("HEAD", ["."])) == {}


def test_a_branch_is_compared_where_it_left_the_other(tmp_path: Path) -> None:
    base = commit(tmp_path, {"a": "1\n", "b": "1\n"})
    git(tmp_path, "checkout", "-q", "-b", "feature")
    commit(tmp_path, {"a": "2\n"})
    git(tmp_path, "checkout", "-q", "main")
    commit(tmp_path, {"b": "2\n"})
    git(tmp_path, "checkout", "-q", "feature")
    difference = compare("main", ["."])
    assert (difference.commit, held(difference)) == (base, {"a": b"1\n"})


def test_paths_are_those_of_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, {"a/x": "1\n", "b/x": "1\n"})
    write(tmp_path, {"b/x": "2\n"})
    monkeypatch.chdir(tmp_path / "a")
    difference = compare("HEAD", [".."])
    assert [difference.has_changed(file) for file in ("x", "../b/x", str(tmp_path / "b/x"))] == [False, True, True]
    assert (difference.path_of("x"), difference.path_of("../../x")) == ("a/x", None)
    assert [difference.below(path) for path in ("..", ".", "../b", "../b/x", "../../")] == [
        True,
        False,
        True,
        True,
        False,
    ]


def test_a_folder_that_is_a_link_is_where_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path / "real", {"a": "1\n"})
    write(tmp_path / "real", {"a": "2\n"})
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path / "link")
    assert compare("HEAD", ["."]).has_changed("a")


def test_a_submodule_changes_as_a_whole(tmp_path: Path) -> None:
    commit(tmp_path / "other", {"x": "1\n"})
    commit(tmp_path / "top", {"a": "1\n"})
    git(tmp_path / "top", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../other", "sub")
    commit(tmp_path / "top", {})
    write(tmp_path / "top/sub", {"x": "2\n"})
    assert not compare("HEAD", ["top"]).has_changed("top/sub/x")
    commit(tmp_path / "top/sub", {})
    assert compare("HEAD", ["top"]).has_changed("top/sub/x")
    assert held(compare("HEAD", ["top"])) == {}


def test_large_files_are_left_out(tmp_path: Path) -> None:
    commit(tmp_path, {"a": "1" * 10, "b": "1" * 11})
    write(tmp_path, {"a": "", "b": ""})
    assert held(compare("HEAD", ["."]), 10) == {"a": b"1" * 10}


@pytest.mark.parametrize(
    "settings",
    [
        {"core.fsmonitor": "{run}"},
        {"core.hooksPath": "hooks"},
        {"diff.external": "{run}"},
        {"diff.x.textconv": "{run}", "diff.x.command": "{run}"},
        {"filter.x.clean": "{run}", "filter.x.smudge": "{run}", "filter.x.required": "true"},
        {"filter.x.process": "{run}"},
        {"core.pager": "{run}", "pager.diff": "true"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_nothing_that_the_configuration_names_is_run(tmp_path: Path, settings: dict[str, str]) -> None:
    commit(tmp_path, {".gitattributes": "*.yaml filter=x diff=x\n", "a.yaml": "1\n"})
    write(tmp_path, {"run": f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n", "hooks/post-index-change": "", "a.yaml": "2\n"})
    (tmp_path / "hooks/post-index-change").write_text((tmp_path / "run").read_text())
    for file in ("run", "hooks/post-index-change"):
        (tmp_path / file).chmod(0o755)
    for name, value in settings.items():
        git(tmp_path, "config", name, value.format(run=tmp_path / "run"))
    (tmp_path / "ran").unlink(missing_ok=True)
    difference = compare("HEAD", ["."])
    assert difference.has_changed("a.yaml")
    assert difference.contents(["a.yaml"], 10)["a.yaml"] == b"1\n"
    assert not (tmp_path / "ran").exists()


HOSTILE = {
    "a filter that is no UTF-8": b"""[filter "\xff"]\n\tclean = RUN\n\tsmudge = RUN\n\tprocess = RUN\n\trequired\n""",
    "an included filter": b"[include]\n\tpath = more\n",
    "a filter included by a condition": b"""[includeIf "gitdir:**"]\n\tpath = more\n""",
    "a file system monitor": b"[core]\n\tfsmonitor = RUN\n\tfsmonitorHookVersion = 2\n",
    "hooks": b"[core]\n\thooksPath = hooks\n[index]\n\tversion = 4\n",
    "an external diff": b"""[diff]\n\texternal = RUN\n[diff "x"]\n\tcommand = RUN\n\ttextconv = RUN\n""",
    "a pager": b"[core]\n\tpager = RUN\n[pager]\n\tdiff = RUN\n\trev-parse = RUN\n\tconfig = RUN\n",
    "aliases": b"[alias]\n\tdiff = !RUN\n\trev-parse = !RUN\n\tls-files = !RUN\n\tcat-file = !RUN\n\tconfig = !RUN\n",
    "a signer": b"[gpg]\n\tprogram = RUN\n[log]\n\tshowSignature = true\n",
    "a transport": b"""[core]\n\tsshCommand = RUN\n\tgitProxy = RUN\n\taskPass = RUN\n[credential]\n\thelper = !RUN\n"""
    b"""[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ext::RUN\n\tpromisor = true\n"""
    b"[protocol]\n\tallow = always\n",
    "attributes": b"[core]\n\tattributesFile = attributes\n" b"""[filter "y"]\n\tclean = RUN\n""",
    "another working tree": b"[core]\n\tworktree = /\n",
    "a trace": b"[trace2]\n\tnormalTarget = RUN\n\teventTarget = RUN\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_configuration_runs_nothing(tmp_path: Path, text: bytes) -> None:
    """The configuration is written by hand: git itself would not write some of these names."""
    commit(tmp_path, {".gitattributes": "placeholder\n", "a.yaml": "1\n", "b.yaml": "1\n"})
    (tmp_path / ".gitattributes").write_bytes(b"*.yaml filter=\xff diff=x\n")
    run = tmp_path / "run"
    write(tmp_path, {"run": f"#!/bin/sh\necho $0 $* >>{tmp_path}/ran\ncat\n", "attributes": "*.yaml filter=y\n"})
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        write(tmp_path, {f"hooks/{name}": run.read_text(), f".git/hooks/{name}": run.read_text()})
        (tmp_path / "hooks" / name).chmod(0o755)
        (tmp_path / ".git/hooks" / name).chmod(0o755)
    run.chmod(0o755)
    more = b"""[filter "\xff"]\n\tclean = RUN\n\tprocess = RUN\n"""
    (tmp_path / ".git" / "more").write_bytes(more.replace(b"RUN", str(run).encode()))
    with (tmp_path / ".git" / "config").open("ab") as config:
        config.write(text.replace(b"RUN", str(run).encode()))
    write(tmp_path, {"a.yaml": "2\n"})
    os.utime(tmp_path / "b.yaml", (1, 1))
    difference = compare("HEAD", ["."])
    assert difference.root == str(tmp_path)
    assert (difference.has_changed("a.yaml"), difference.has_changed("b.yaml")) == (True, False)
    assert difference.contents(["a.yaml"], 10)["a.yaml"] == b"1\n"
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()


def test_pipes_in_the_place_of_gits_files_are_not_waited_for(tmp_path: Path) -> None:
    commit(tmp_path, {"a": "1\n"})
    for name in ("config", "FETCH_HEAD", "commondir", "info/attributes", "config.worktree"):
        (tmp_path / ".git" / name).unlink(missing_ok=True)
        os.mkfifo(tmp_path / ".git" / name)
    assert changed(tmp_path) == []


# What of the configuration counts


def test_line_ends_compare_as_the_configuration_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, {"a": "1\n"})
    write(tmp_path, {"a": "1\r\n"})
    os.utime(tmp_path / "a", (1, 1))
    assert changed(tmp_path) == ["a"]
    git(tmp_path, "config", "core.autocrlf", "true")
    assert changed(tmp_path) == []
    git(tmp_path, "config", "--unset", "core.autocrlf")
    (tmp_path / "global").write_text("[include]\n\tpath = included\n")
    (tmp_path / "included").write_text("[core]\n\tautocrlf = input\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    assert "a" not in changed(tmp_path)


def test_an_upstream_is_known_by_its_short_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path / "origin", {"a": "1\n"})
    git(tmp_path, "clone", "-q", f"file://{tmp_path}/origin", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    commit(tmp_path / "clone", {"a": "2\n"})
    assert compare("@{upstream}", ["."]).has_changed("a")
    assert not compare("HEAD", ["."]).has_changed("a")
    assert compare("HEAD@{1}", ["."]).has_changed("a")


def test_a_linked_working_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path / "main", {"a": "1\n"})
    git(tmp_path / "main", "worktree", "add", "-q", "-b", "other", "../linked")
    commit(tmp_path / "linked", {"a": "2\n"})
    write(tmp_path / "linked", {"b": "1\n"})
    git(tmp_path / "linked", "add", "b")
    monkeypatch.chdir(tmp_path / "linked")
    difference = compare("HEAD", ["."])
    assert (difference.root, set(difference.changed)) == (str(tmp_path / "linked"), {"b"})
    assert compare("HEAD@{1}", ["."]).changed == {"a", "b"}


def test_an_index_in_parts(tmp_path: Path) -> None:
    commit(tmp_path, {"a": "1\n", "b": "1\n"})
    git(tmp_path, "update-index", "--split-index")
    write(tmp_path, {"a": "2\n"})
    assert changed(tmp_path) == ["a"]


def test_longer_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256", "long")
    commit(tmp_path / "long", {"a": "1\n"})
    write(tmp_path / "long", {"a": "2\n"})
    monkeypatch.chdir(tmp_path / "long")
    difference = compare("HEAD", ["."])
    assert (set(difference.changed), difference.contents(["a"], 10)) == ({"a"}, {"a": b"1\n"})


def test_a_hook_names_its_repository_and_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, {"a": "1\n", "b": "1\n"})
    write(tmp_path, {"a": "2\n", "b": "2\n"})
    shutil.copy(tmp_path / ".git/index", tmp_path / ".git/other")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    assert changed(tmp_path) == ["a", "b"]


def test_a_relative_folder_of_programs_has_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path, {"git": "#!/bin/sh\ntouch ran\n"})
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.environ['PATH']}")
    assert changed(tmp_path) == ["git"]
    assert not (tmp_path / "ran").exists()


def test_the_index_stays_as_it_is(tmp_path: Path) -> None:
    """Though git would take note of the time of a file that is as it was."""
    commit(tmp_path, {"a": "1\n"})
    os.utime(tmp_path / "a", (1, 1))
    before = (tmp_path / ".git/index").read_bytes()
    assert changed(tmp_path) == []
    assert (tmp_path / ".git/index").read_bytes() == before
    git(tmp_path, "diff")
    assert (tmp_path / ".git/index").read_bytes() != before


def test_a_change_within_a_moment_is_seen(tmp_path: Path) -> None:
    for size in range(20):
        commit(tmp_path, {"a": f"{size:02}\n"})
        write(tmp_path, {"a": f"{size + 1:02}\n"})
        assert changed(tmp_path) == ["a"]


def refusal(ref: str, *paths: str) -> str:
    with pytest.raises(UsageError) as caught:
        compare(ref, paths or ["."])
    return str(caught.value)


def test_mistakes_are_reported_in_one_line(tmp_path: Path) -> None:
    assert refusal("HEAD") == "`--changed` compares with a commit, and `.` is not in a git repository"
    commit(tmp_path / "repo", {"a/b": "1\n"})
    assert refusal("nope", "repo") == (
        "`--changed`: git has no revision `nope`: write a branch, a tag or a commit that this clone has "
        "(`git fetch` gets others)"
    )
    assert refusal("repo/a", "repo") == (
        "`--changed`: git has no revision `repo/a`: it is a path: write `--changed=HEAD repo/a`, or `repo/a --changed`"
    )
    for ref in ("--output=x", "-h", ""):
        said = f"`--changed={ref}` names no revision: write `--changed`, or `--changed=origin/main`"
        assert refusal(ref, "repo") == said
    assert refusal("HEAD", "repo", ".") == (
        f"`.` is outside of `{tmp_path / 'repo'}`: `--changed` compares within one git repository"
    )
    assert not (tmp_path / "x").exists()


def test_branches_without_a_common_commit(tmp_path: Path) -> None:
    commit(tmp_path, {"a": "1\n"})
    git(tmp_path, "checkout", "-q", "--orphan", "other")
    commit(tmp_path, {"b": "1\n"})
    assert refusal("main") == (
        "`--changed`: `main` and HEAD have no commit in common: name a revision that this branch comes from"
    )


def test_a_shallow_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = tmp_path / "origin"
    commit(origin, {"a": "1\n"})
    git(origin, "branch", "old")
    commit(origin, {"a": "2\n"})
    git(origin, "checkout", "-q", "old")
    commit(origin, {"b": "2\n"})
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{origin}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    assert refusal("origin/main") == (
        "`--changed`: `origin/main` and HEAD have no commit in common: the clone is shallow: fetch its history "
        "(`git fetch --unshallow`; `fetch-depth: 0` in actions/checkout)"
    )


def test_a_clone_without_the_old_files_fetches_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = tmp_path / "origin"
    commit(origin, {"a": "1\n"})
    first = commit(origin, {"b": "2\n"})
    commit(origin, {"a": "2\n"})
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{origin}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    difference = compare(first, ["."])
    with pytest.raises(UsageError) as caught:
        held(difference)
    assert difference.contents([], 10) == {}
    assert str(caught.value) == (
        f"`--changed`: this clone lacks files of {first[:12]}, and nothing is fetched: clone without `--filter`"
    )


def test_without_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert refusal("HEAD") == "`--changed` needs the program `git`, which is not installed"
