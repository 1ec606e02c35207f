"""`vmlint cache`, and the options of `vmlint check` that are about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Engine, Run
from vmlint.cache import Cache
from vmlint.cache.store import Store


def test_info_and_clear(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMLINT_CACHE_DIR", str(tmp_path / "there"))
    assert run("cache", "info") == (0, f"folder   {tmp_path / 'there'}\nentries  0\nsize     0.0 KiB\n", "")
    Store(tmp_path / "there").put("run", "a", bytes(range(256)) * 8)
    size = (tmp_path / "there/vmlint-2/run-a").stat().st_size / 1024
    assert run("cache", "info") == (
        0,
        f"folder   {tmp_path / 'there'}\nentries  1\nsize     {size:.1f} KiB\n",
        "",
    )
    assert run("cache", "clear", "--cache-dir", str(tmp_path / "elsewhere")) == (0, "0 entries deleted, 0.0 KiB\n", "")
    assert run("cache", "clear") == (0, f"1 entry deleted, {size:.1f} KiB\n", "")
    assert run("cache", "info")[1].splitlines()[1] == "entries  0"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name an action: `vmlint cache info` or `vmlint cache clear`"),
        (("info", "--cache-dir", ""), "`--cache-dir` needs the name of a folder"),
    ],
)
def test_mistakes(run: Run, words: tuple[str, ...], said: str) -> None:
    assert run("cache", *words) == (2, "", f"vmlint cache: {said}\n")


def test_check_uses_the_cache_unless_disabled(run: Run, engine: Engine) -> None:
    run("check")
    assert isinstance(engine.cache, Cache)
    run("check", "--no-cache")
    assert engine.cache is None


def test_a_cache_that_can_not_be_written_is_said_to_who_asks(run: Run, engine: Engine, tmp_path: Path) -> None:
    def fail(progress: object) -> None:
        (tmp_path / "file").write_text("")
        engine.cache._store = Store(tmp_path / "file")
        engine.cache._store.put("run", "a", b"")

    engine.before = fail
    trouble = (
        f"the cache in `{tmp_path / 'file'}` can't be written: Not a directory: nothing is kept for the next run\n"
    )
    assert run("check", "-v")[2] == trouble
    assert run("check")[2] == ""
