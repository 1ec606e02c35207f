"""A cache folder that somebody prepared: nothing of anybody else's is deleted, written or opened, and whatever an entry
holds, the report is that of a run without it."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.cases import FIXTURES
from tests.cli.test_hostile import vmlint
from vmlint.api import check
from vmlint.cache import Cache
from vmlint.cache import store as module
from vmlint.cache.memory import recalled
from vmlint.cache.reports import unpacked
from vmlint.cache.store import Info, Store
from vmlint.errors import UsageError
from vmlint.registry import known
from vmlint.report import render

OLD = (0, 0)
BIG = "".join(
    f"---\napiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {{name: vm{number}, namespace: shop}}\n"
    f"spec: {{runStrategy: Sometimes, template: {{spec: {{domain: {{devices: {{}}}}}}}}}}\n# {'x' * 2000}\n"
    for number in range(150)
)
"""Large enough to be kept."""


def sealed(content: bytes) -> bytes:
    """An entry as vmlint writes it."""
    packed = zlib.compress(content)
    return b"vmlint cache\n" + module._seal(packed) + packed


def aged(file: Path) -> Path:
    os.utime(file, OLD, follow_symlinks=False)
    return file


# What is in the folder besides


def test_nobody_elses_files_are_deleted(tmp_path: Path) -> None:
    names = ("notes.txt", "run-0123", "memory-abc", ".run-0123.0123456789ab", "build-1")
    for folder in ("v1", "v2", "vmlint-1", "vmlint-2"):
        (tmp_path / folder).mkdir(mode=0o700)
        for name in names:
            (tmp_path / folder / name).write_text("mine")
            aged(tmp_path / folder / name)
    store = Store(tmp_path, most_bytes=10)
    store.put("run", "a", os.urandom(100))
    assert store.info().entries == 0  # it is larger than all entries may be
    store.clear()
    for folder in ("v1", "v2", "vmlint-1", "vmlint-2"):
        assert sorted(file.name for file in (tmp_path / folder).iterdir()) == sorted(names)


def test_entries_of_older_layouts_are_deleted(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    packed = zlib.compress(b"old")
    aged_entry = tmp_path / "v1/run-0123"
    aged_entry.write_bytes(module._seal(packed) + packed)
    Store(tmp_path).clear()
    assert not aged_entry.exists()


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    target = outside / "target"
    target.write_bytes(sealed(b"not for you"))
    folder = tmp_path / "cache"
    (folder / "vmlint-2").mkdir(parents=True, mode=0o700)
    (folder / "CACHEDIR.TAG").symlink_to(outside / "tag")
    (folder / "vmlint-2/run-a").symlink_to(target)
    (folder / "vmlint-1").symlink_to(outside)
    aged(target)
    store = Store(folder)
    assert store.get("run", "a") is None
    store.put("run", "b", b"b")
    store.clear()
    assert [file.name for file in outside.iterdir()] == ["target"]
    assert target.stat().st_mtime == 0
    store.put("run", "a", b"in place of the link")
    assert store.get("run", "a") == b"in place of the link"
    assert target.read_bytes() == sealed(b"not for you")


def test_the_tag_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "CACHEDIR.TAG").write_text("mine")
    Store(tmp_path).put("run", "a", b"")
    assert (tmp_path / "CACHEDIR.TAG").read_text() == "mine"


def test_nothing_but_regular_files_is_opened(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put("run", "first", b"")
    for name in ("run-a", ".run-a.0123456789ab"):
        os.mkfifo(tmp_path / "vmlint-2" / name)
        aged(tmp_path / "vmlint-2" / name)
    (tmp_path / "vmlint-2/run-b").mkdir()
    program = (
        "import sys; from pathlib import Path; from vmlint.cache.store import Store\n"
        "store = Store(Path(sys.argv[1])); print(store.get('run', 'a'), store.get('run', 'b'))\n"
        "store.put('run', 'b', b''); print(store.trouble != '', store.clear().entries)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.stdout == "None None\nTrue 1\n", done.stderr
    assert stat.S_ISFIFO((tmp_path / "vmlint-2/run-a").lstat().st_mode)


# Folders of others


@pytest.mark.parametrize("which", ["", "vmlint-2"])
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path, mode: int, which: str) -> None:
    folder = tmp_path / "cache"
    Store(folder).put("run", "a", b"one")
    other = folder / which
    if mode == 0o770:
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder to another group")
        os.chown(other, -1, 12345)
    other.chmod(mode)
    store = Store(folder)
    assert store.get("run", "a") is None
    store.put("run", "b", b"two")
    assert (store.info(), [file.name for file in (folder / "vmlint-2").iterdir()]) == (Info(0, 0), ["run-a"])
    said = f"the cache in `{folder}` is not used: others can write to it; `chmod go-w` restricts it to you"
    assert store.refused == said
    with pytest.raises(UsageError, match="others can write to it"):
        store.clear()
    (tmp_path / "vms.yaml").write_text(BIG)
    done = vmlint("check", "--cache-dir", str(folder), str(tmp_path / "vms.yaml"), cwd=tmp_path)
    assert done.stderr == f"{said}. The result is the same, and takes longer\n"


def test_a_folder_for_all_in_which_each_has_an_own_place_is_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    store = Store(tmp_path)
    store.put("run", "a", b"one")
    assert store.get("run", "a") == b"one"
    assert stat.S_IMODE((tmp_path / "vmlint-2").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_folder_of_another_user_is_not_used(tmp_path: Path) -> None:
    store = Store(tmp_path)
    os.chown(tmp_path, 12345, -1)
    store.put("run", "a", b"one")
    assert store.refused.endswith("it belongs to another user")
    assert not (tmp_path / "vmlint-2").exists()


@pytest.mark.parametrize("link", ["cache", "cache/vmlint-2", "above"])
def test_a_link_is_no_cache(tmp_path: Path, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, home = tmp_path / "repository", tmp_path / "home"
    (home / "cache").mkdir(parents=True, mode=0o700)
    repository.mkdir()
    monkeypatch.chdir(repository)
    folder = Path("cache")
    if link == "cache/vmlint-2":
        folder.mkdir(mode=0o700)
        Path(link).symlink_to(home)
    elif link == "above":
        Path(link).symlink_to(home)
        folder = Path("above/cache")
    else:
        folder.symlink_to(home)
    store = Store(folder)
    store.put("run", "a", b"one")
    assert "symbolic link" in store.refused
    assert sorted(file.name for file in home.rglob("*")) == ["cache"]


# Entries that do harm


def test_no_more_is_inflated_than_an_entry_may_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", 10_000_000)
    store = Store(tmp_path)
    store.put("run", "a", b"")
    (tmp_path / "vmlint-2/run-a").write_bytes(sealed(bytes(10_000_000)))
    assert store.get("run", "a") == bytes(10_000_000)
    (tmp_path / "vmlint-2/run-a").write_bytes(sealed(bytes(10_000_001)))
    assert store.get("run", "a") is None
    store.put("run", "b", bytes(10_000_001))
    assert store.get("run", "b") is None


NESTED = "[" * 100_000
ODD: tuple[Any, ...] = (None, True, -1, 1.5, "", "x", [], [[]], {}, {"a": 1}, [1, 2, 3, 4, 5], ["a", [], None])


def mangled(value: Any, chance: random.Random) -> Any:
    """The value with something else in one place."""
    if isinstance(value, dict | list) and value and chance.random() < 0.9:
        copy: Any = value.copy()
        key = chance.choice(list(copy) if isinstance(copy, dict) else range(len(copy)))
        if chance.random() < 0.15:
            del copy[key]
        else:
            copy[key] = mangled(copy[key], chance)
        return copy
    return chance.choice(ODD)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A repository, and a cache with what a run over it leaves."""
    folder = tmp_path_factory.mktemp("kept")
    for number, file in enumerate(sorted((FIXTURES / "quickstart").rglob("*.yaml"))):
        (folder / f"{number}.yaml").write_bytes(file.read_bytes())
    cache = tmp_path_factory.mktemp("cache")
    check([folder], cache=Cache(cache, least_bytes=0))
    return folder, cache


def test_a_malformed_report_is_no_report(kept: tuple[Path, Path]) -> None:
    (entry,) = (kept[1] / "vmlint-2").glob("run-*")
    store = Store(kept[1])
    text = store.get("run", entry.name.partition("-")[2])
    assert text is not None
    whole = unpacked(text, known())
    assert whole is not None and whole.findings
    chance = random.Random(4)
    value = json.loads(text)
    for case in (NESTED, "{}", "[]", "null", "1", '{"version": ' + NESTED, text[:-1], text[: len(text) // 2]):
        assert unpacked(case if isinstance(case, bytes) else case.encode(), known()) is None
    for _ in range(1000):
        found = unpacked(json.dumps(mangled(value, chance)).encode(), known())
        if found is not None:
            for format in ("text", "json", "sarif"):
                render(format, found)


def test_a_malformed_memory_changes_no_report(kept: tuple[Path, Path]) -> None:
    folder, cache = kept
    (entry,) = (cache / "vmlint-2").glob("memory-*")
    text = Store(cache).get("memory", entry.name.partition("-")[2])
    assert text is not None and recalled(text) is not None
    for case in (b"", NESTED.encode(), b"[]\n" + NESTED.encode(), b"[]\n1", b"[]\n[]", b'[]\n["a"]', text[:-5]):
        assert recalled(case) is None or not case
    first, *rows = text.decode().split("\n")
    chance = random.Random(4)
    (folder / "0.yaml").write_bytes((folder / "0.yaml").read_bytes() + b"# other\n")
    cold = render("json", check([folder]))
    for _ in range(60):
        at = chance.randrange(len(rows))
        content, facts, quiet = json.loads(rows[at])[1:]
        row = [json.loads(rows[at])[0], content, mangled(facts, chance), quiet]
        changed = "\n".join([first, *rows[:at], json.dumps(row), *rows[at + 1 :]])
        for other in (cache / "vmlint-2").glob("run-*"):
            other.unlink()
        entry.write_bytes(sealed(changed.encode()))
        report = check([folder], cache=Cache(cache, least_bytes=0))
        assert not report.crashes
        render("json", report)
    entry.write_bytes(sealed(text))
    assert render("json", check([folder], cache=Cache(cache, least_bytes=0))) == cold
