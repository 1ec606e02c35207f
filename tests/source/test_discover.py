import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vmlint.errors import UsageError
from vmlint.source.discover import Found, discover
from vmlint.source.document import Skipped

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make files with these names below the working directory."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def write(*names: str, text: str = "a: 1\n") -> Path:
        for name in names:
            file = here / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return here

    return write


def names(*paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return [found.name for found in discover(paths, exclude=exclude) if isinstance(found, Found)]


def skipped(*paths: str) -> list[tuple[str, str]]:
    return [(found.file, found.reason) for found in discover(paths) if isinstance(found, Skipped)]


def test_a_directory_gives_its_manifests_in_order(make: Make) -> None:
    make("b/c.yml", "a.yaml", "B.YAML", "b/a.json", "b.yaml", "notes.txt", "yaml", ".hidden/x.yaml", ".git/config.yaml")
    assert names(".") == ["B.YAML", "a.yaml", "b.yaml", "b/a.json", "b/c.yml"]


def test_folders_with_a_dot_are_read_where_they_are_named(make: Make) -> None:
    make(".vscode/a.json", ".k8s/vms/b.yaml", "web/.idea/c.yaml", "web/.drone.yml")
    assert names(".") == ["web/.drone.yml"]
    assert names(".", ".k8s") == [".k8s/vms/b.yaml", "web/.drone.yml"]
    assert names("web/.idea") == ["web/.idea/c.yaml"]
    found = discover(["."], dotted=[".k8s/vms", "web"])
    assert [each.name for each in found if isinstance(each, Found)] == [".k8s/vms/b.yaml", "web/.drone.yml"]


def test_the_order_does_not_depend_on_that_of_the_paths(make: Make) -> None:
    make("a/x.yaml", "b/y.yaml", "c.txt")
    assert names("c.txt", "b", "a") == names("a", "b", "c.txt") == ["a/x.yaml", "b/y.yaml", "c.txt"]


def test_a_file_is_found_once(make: Make) -> None:
    make("a/x.yaml", "a/b/y.yaml")
    assert names("a", "a/b", "./a/x.yaml", "a/../a/x.yaml", "a") == ["a/b/y.yaml", "a/x.yaml"]


def test_a_named_file_is_read_whatever_its_ending(make: Make) -> None:
    make("a/x.txt", "a/y.yaml")
    found = discover(["a", "a/x.txt", "a/y.yaml"])
    assert [(each.name, each.named) for each in found if isinstance(each, Found)] == [
        ("a/x.txt", True),
        ("a/y.yaml", True),
    ]


def test_names_outside_the_working_directory_stay_as_given(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    here = make("a/x.yaml", "b/.keep")
    monkeypatch.chdir(here / "b")
    assert names("../a") == ["../a/x.yaml"]
    assert names(str(here / "a")) == [f"{here.as_posix()}/a/x.yaml"]
    monkeypatch.chdir(here)
    assert names(str(here)) == ["a/x.yaml"]


@pytest.mark.parametrize("path", ["absent.yaml", "", "a\0b", "x.yaml/below"])
def test_a_path_that_is_not_there_is_a_mistake_of_the_user(make: Make, path: str) -> None:
    make("x.yaml")
    with pytest.raises(UsageError) as caught:
        discover(["x.yaml", path])
    assert "\n" not in str(caught.value)
    assert f"`{path}`" in str(caught.value)


def test_standard_input_is_found_under_its_name(make: Make) -> None:
    make("a.yaml")
    assert discover(["-", "a.yaml", "-"])[0] == Found("<stdin>", None, True)
    assert len(discover(["-", "a.yaml", "-"])) == 2


def test_gitignore_files_hold_below_their_directories(make: Make) -> None:
    make("keep.yaml", "out.yaml", "build/x.yaml", "a/keep.yaml", "a/local.yaml", "a/build/x.yaml", "b/local.yaml")
    make(".gitignore", text="out.yaml\nbuild/\n!nonsense[\n")
    make("a/.gitignore", text="local.yaml\n")
    assert names(".") == ["a/keep.yaml", "b/local.yaml", "keep.yaml"]


def test_a_nearer_gitignore_overrules(make: Make) -> None:
    make("a/x.gen.yaml", "b/x.gen.yaml")
    make(".gitignore", text="*.gen.yaml\n")
    make("a/.gitignore", text="!x.gen.yaml\n")
    assert names(".") == ["a/x.gen.yaml"]


def test_gitignore_files_above_count_up_to_the_root_of_the_repository(make: Make) -> None:
    make("repo/apps/x.yaml", "repo/apps/y.gen.yaml", "repo/apps/z.top.yaml")
    make("repo/.gitignore", text="*.gen.yaml\n")
    make(".gitignore", text="*.top.yaml\n")
    assert len(names("repo/apps")) == 3
    make("repo/.git/HEAD")
    assert names("repo/apps") == ["repo/apps/x.yaml", "repo/apps/z.top.yaml"]


def test_what_the_user_names_is_read_though_it_is_ignored(make: Make) -> None:
    make("rendered/x.yaml", "rendered/a/y.yaml", ".git/HEAD")
    make(".gitignore", text="rendered/\n")
    assert names(".") == []
    assert names("rendered") == ["rendered/a/y.yaml", "rendered/x.yaml"]
    assert names("rendered/x.yaml") == ["rendered/x.yaml"]


def test_a_linked_gitignore_is_not_followed(make: Make) -> None:
    here = make("x.yaml")
    make("patterns", text="*.yaml\n")
    (here / ".gitignore").symlink_to("patterns")
    assert names(".") == ["x.yaml"]


def test_excluded_files_are_left_out_even_when_named(make: Make) -> None:
    make("a/x.yaml", "a/y.yaml", "a/tests/z.yaml", "b/x.yaml")
    assert names("a", "a/x.yaml", "b", exclude=("a/x.yaml", "tests/")) == ["a/y.yaml", "b/x.yaml"]
    assert names("a/tests", "b", exclude=("tests/",)) == ["b/x.yaml"]
    assert names(".", exclude=("*.yaml", "!y.yaml")) == ["a/y.yaml"]


def test_exclusion_holds_for_absolute_names(make: Make) -> None:
    here = make("a/x.yaml", "a/y.yaml")
    assert names(str(here / "a"), exclude=("a/x.yaml",)) == ["a/y.yaml"]
    assert names(str(here / "a" / "x.yaml"), exclude=("a/x.yaml",)) == []


def test_links_within_the_paths_are_read_once_and_loops_end(make: Make) -> None:
    here = make("a/x.yaml")
    (here / "a/loop").symlink_to(here / "a")
    (here / "a/self").symlink_to("self")
    (here / "a/again.yaml").symlink_to("x.yaml")
    (here / "b.yaml").symlink_to("a/x.yaml")
    assert names(".") == ["a/x.yaml"]
    assert skipped(".") == []


def test_a_link_is_read_if_its_target_would_not_be(make: Make) -> None:
    here = make("a/x.txt")
    (here / "one.yaml").symlink_to("a/x.txt")
    (here / "two.yaml").symlink_to("a/x.txt")
    assert names(".") == ["one.yaml"]


def test_links_out_of_the_paths_are_reported_and_not_followed(make: Make) -> None:
    here = make("a/x.yaml", "b/secret.yaml")
    (here / "a/file.yaml").symlink_to(here / "b/secret.yaml")
    (here / "a/directory").symlink_to(here / "b")
    (here / "a/gone.yaml").symlink_to("nowhere")
    assert names("a") == ["a/x.yaml"]
    outside = "a link to a target outside the given paths; name the target to include it"
    assert skipped("a") == [
        ("a/directory", outside),
        ("a/file.yaml", outside),
        ("a/gone.yaml", "a broken link"),
    ]
    assert skipped("a", "b") == [("a/gone.yaml", "a broken link")]


def test_a_named_link_is_followed(make: Make) -> None:
    here = make("real/x.yaml")
    (here / "link").symlink_to("real")
    assert names("link") == ["link/x.yaml"]


def test_a_pipe_is_reported_and_not_opened(make: Make) -> None:
    here = make("x.yaml")
    os.mkfifo(here / "pipe.yaml")
    assert skipped(".") == [("pipe.yaml", "not a regular file")]


def test_a_directory_that_can_not_be_listed_is_reported(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make("a/x.yaml", "closed/y.yaml")
    scandir = os.scandir

    def guarded(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert names(".") == ["a/x.yaml"]
    assert skipped(".") == [("closed", "the folder can't be read: permission denied")]


def test_a_name_that_is_not_utf_8_keeps_its_bytes(make: Make) -> None:
    here = make()
    file = os.fsencode(here) + b"/\xff.yaml"
    try:
        with open(file, "wb") as out:  # noqa: PTH123 - the name is bytes
            out.write(b"a: 1\n")
    except OSError:
        pytest.skip("the file system takes no such name")
    (found,) = discover(["."])
    assert isinstance(found, Found)
    assert found.name == "\udcff.yaml"
    assert found.path is not None
    assert Path(found.path).read_bytes() == b"a: 1\n"


def test_directories_without_marks(tmp_path: Path) -> None:
    for folder in ("bare/below", "marked", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.yaml").touch()
    (tmp_path / "marked" / ".VMLINT.yaml").touch()
    found = discover([str(tmp_path)], marks=frozenset({".vmlint.yaml"}))
    assert found.unmarked == {f"{tmp_path}{below}" for below in ("", "/bare", "/bare/below")}
