"""Entries on disk: what was written is read, what is damaged is not there, and nothing grows without end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmlint.cache.store import Info, Store, default_folder
from vmlint.errors import UsageError


def entries(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file() and file.name != "CACHEDIR.TAG")


def test_what_is_put_is_got(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache")
    store.put("run", "a", b"one")
    store.put("run", "b", b"")
    store.put("facts", "a", b"three")
    store.put("run", "a", b"four")
    assert [store.get(*at) for at in (("run", "a"), ("run", "b"), ("facts", "a"), ("run", "c"))] == [
        b"four",
        b"",
        b"three",
        None,
    ]
    assert entries(tmp_path) == ["facts-a", "run-a", "run-b"]
    assert (
        (tmp_path / "cache/CACHEDIR.TAG").read_text("utf-8").startswith("Signature: 8a477f597d28d172789f06886806bc55")
    )
    assert store.trouble == ""


@given(cut=st.integers(0, 200), flipped=st.integers(0, 200))
def test_a_damaged_entry_is_not_there(tmp_path_factory: pytest.TempPathFactory, cut: int, flipped: int) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = Store(folder)
    store.put("run", "a", os.urandom(150))
    (file,) = list(folder.rglob("run-a"))
    whole = file.read_bytes()
    file.write_bytes(whole[: cut % len(whole)])
    assert store.get("run", "a") is None
    at = flipped % len(whole)
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    assert store.get("run", "a") is None
    store.put("run", "a", b"anew")
    assert store.get("run", "a") == b"anew"


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file")
    store.put("run", "a", b"one")
    assert store.get("run", "a") is None
    assert store.trouble == f"the cache in `{tmp_path / 'file'}` can't be written: Not a directory"
    assert store.info() == Info(0, 0)


def test_what_was_asked_for_longest_ago_goes_first(tmp_path: Path) -> None:
    store = Store(tmp_path, most_bytes=3500)
    for number, name in enumerate("abc"):
        store.put("run", name, os.urandom(1000))
        os.utime(tmp_path / "vmlint-2" / f"run-{name}", times=(0, time.time() - 1000 + number))
    assert store.get("run", "a")
    store.put("run", "d", os.urandom(1000))
    assert entries(tmp_path) == ["run-a", "run-c", "run-d"]


def test_what_nobody_needs_goes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / "vmlint-1").mkdir()
    days = {
        "vmlint-2/run-old": 31,
        "vmlint-2/run-new": 29,
        "vmlint-2/.run-x.0123456789ab": 1,
        "vmlint-2/.run-x.ba9876543210": 0,
        "vmlint-1/run-a": 40,
    }
    store.put("run", "first", b"")
    for name, age in days.items():
        (tmp_path / name).write_bytes(b"vmlint cache\n")
        os.utime(tmp_path / name, times=(0, time.time() - age * 24 * 3600))
    store.put("run", "last", b"")
    assert entries(tmp_path) == [".run-x.ba9876543210", "run-first", "run-last", "run-new"]


def test_it_is_cleared_with_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("run", "a", b"one")
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "vm").mkdir()
    (tmp_path / "vm" / "run-a").write_text("mine too")
    assert store.info() == store.clear()
    assert store.info() == Info(0, 0)
    assert entries(tmp_path) == ["mine.txt", "run-a"]


def test_runs_at_the_same_time_leave_whole_entries(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from vmlint.cache.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "for _ in range(100):\n"
        "    store.put('run', 'a', sys.argv[2].encode() * 5000)\n"
        "    assert store.get('run', 'a') in (b'x' * 5000, b'y' * 5000)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name]) for name in "xy"]
    assert [one.wait() for one in running] == [0, 0]
    assert entries(tmp_path) == ["run-a"]


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_folder() == Path(os.environ["VMLINT_CACHE_DIR"])
    monkeypatch.delenv("VMLINT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    found = default_folder()
    assert found is not None
    assert (found.name, found.is_relative_to(tmp_path)) == ("vmlint", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may delete everything")
def test_what_can_not_be_deleted_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("run", "a", b"one")
    (tmp_path / "vmlint-2").chmod(0o500)
    with pytest.raises(UsageError, match="can't delete"):
        store.clear()
    (tmp_path / "vmlint-2").chmod(0o700)
