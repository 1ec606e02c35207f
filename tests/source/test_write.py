"""Files written at once: what a link, a full disk, a kill and a foreign folder do to them."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from vmlint.errors import UsageError
from vmlint.source.write import check_place, replace_file


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "secret").write_text("old")
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


def names(folder: Path) -> set[str]:
    return {found.name for found in folder.iterdir()}


def test_a_new_file_has_the_usual_mode(repository: Path) -> None:
    replace_file("new", b"content")
    (repository / "plain").write_text("")
    assert (repository / "new").read_bytes() == b"content"
    assert (repository / "new").stat().st_mode == (repository / "plain").stat().st_mode
    assert names(repository) == {".git", "new", "plain"}


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o664])
def test_mode_stays(repository: Path, mode: int) -> None:
    file = repository / "file"
    file.write_text("old and long")
    file.chmod(mode)
    replace_file("file", b"new")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", mode)
    assert names(repository) == {".git", "file"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_owner_stays(repository: Path) -> None:
    file = repository / "file"
    file.write_text("old")
    os.chown(file, 12345, 54321)
    replace_file("file", b"new")
    found = file.stat()
    assert (file.read_bytes(), found.st_uid, found.st_gid) == (b"new", 12345, 54321)


@pytest.mark.parametrize("content", [b"n", b"new and longer"])
def test_hard_links_stay(repository: Path, content: bytes) -> None:
    (repository / "file").write_text("old")
    os.link(repository / "file", repository / "other")
    replace_file("file", content)
    assert (repository / "other").read_bytes() == content
    assert (repository / "file").stat().st_nlink == 2


def test_a_link_within_the_repository_stays_one(repository: Path) -> None:
    (repository / "real").write_text("old")
    (repository / "link").symlink_to("real")
    replace_file("link", b"new")
    assert (repository / "link").is_symlink()
    assert (repository / "real").read_bytes() == b"new"


# Links that lead out


@pytest.mark.parametrize("target", ["../secret", "../not-there-yet", ".git/config"])
@pytest.mark.parametrize("how", ["file", "folder", "chain"])
def test_a_link_out_of_the_repository_is_refused(repository: Path, target: str, how: str) -> None:
    (repository / ".git" / "config").write_text("old")
    if how == "file":
        (repository / "report").symlink_to(target)
        file = "report"
    elif how == "chain":
        (repository / "next").symlink_to(target)
        (repository / "report").symlink_to("next")
        file = "report"
    else:
        (repository / "reports").symlink_to(os.path.dirname(target))  # noqa: PTH120
        file = f"reports/{os.path.basename(target)}"  # noqa: PTH119
    for call in (check_place, lambda file: replace_file(file, b"new")):
        with pytest.raises(UsageError, match=r"a link leads from `\.` to `"):
            call(file)
    assert (repository.parent / "secret").read_text() == "old"
    assert (repository / ".git" / "config").read_text() == "old"
    assert not (repository.parent / "not-there-yet").exists()


def test_a_folder_that_is_no_repository_is_treated_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "report").symlink_to("../secret")
    monkeypatch.chdir(tmp_path / "folder")
    with pytest.raises(UsageError):
        replace_file("report", b"new")
    assert not (tmp_path / "secret").exists()


def test_what_is_named_outside_is_written(repository: Path) -> None:
    replace_file("../secret", b"new")
    assert (repository.parent / "secret").read_bytes() == b"new"


# What goes wrong on the way


FULL = """
    import os, sys
    from vmlint.errors import UsageError
    from vmlint.source import write
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        write.replace_file("file", b"x" * 100_000)
    except UsageError as error:
        print(error)
"""


@pytest.mark.parametrize("links", [1, 2])
def test_without_space_the_old_file_stays(repository: Path, links: int) -> None:
    """A limit of the file's size is what a full disk is to a process."""
    (repository / "file").write_text("old")
    if links > 1:
        os.link(repository / "file", repository / "other")
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(FULL)], capture_output=True, text=True, check=False)
    assert done.stdout == f"can't write `file`: {os.strerror(errno.EFBIG)}\n", done.stderr
    assert (repository / "file").read_text() == "old"
    assert names(repository) == {".git", "file"} | ({"other"} if links > 1 else set())


KILLED = """
    import os, signal
    from vmlint.source import write
    write.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    write.replace_file("file", b"new")
"""


def test_a_kill_leaves_the_old_file_and_nothing_else(repository: Path) -> None:
    (repository / "file").write_text("old")
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (repository / "file").read_text() == "old"
    assert names(repository) == {".git", "file"}


def test_without_nameless_files_an_error_leaves_none_behind(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    replace_file("file", b"old")
    assert (repository / "file").read_text() == "old"

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=os.strerror(errno.ENOSPC)):
        replace_file("file", b"new")
    assert (repository / "file").read_text() == "old"
    assert names(repository) == {".git", "file"}


def test_a_pipe_gets_the_content(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from vmlint.source.write import *; replace_file('/dev/stdout', b'content')"],
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"content", done.stderr


def test_a_file_in_a_folder_of_others_is_overwritten(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    (repository / "file").write_text("old and long")
    monkeypatch.setattr(os, "replace", refused)
    replace_file("file", b"new")
    assert (repository / "file").read_bytes() == b"new"
    assert names(repository) == {".git", "file"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_stays(repository: Path) -> None:
    (repository / "file").write_text("old")
    (repository / "file").chmod(0o400)
    with pytest.raises(UsageError):
        replace_file("file", b"new")
    assert (repository / "file").read_text() == "old"
