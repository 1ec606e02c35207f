"""What an earlier run leaves to the next: whatever changes between them, the report is that of a run without it."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import vmlint
from tests.cache.test_cache import edited
from tests.cases import FIXTURES, repos
from vmlint.cache import Cache
from vmlint.cache.mentions import words
from vmlint.cli.fixtures import cases
from vmlint.engine import analysis
from vmlint.findings.finding import Report
from vmlint.source.discover import ENDINGS

FOLDERS = sorted({case.parent for case in cases(FIXTURES) if not (case / "before").is_dir()} | set(repos()))
_WORD = re.compile(r"(?<=[ /\"'])[a-z0-9][a-z0-9.:-]+(?=[\s\"'}\],/]|$)", re.MULTILINE)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects that rules are asked about."""
    names: list[str] = []
    look = analysis._Checking.check

    def noted(self: Any, index: int) -> Any:
        names.append(str(self._subjects[index][1]))
        return look(self, index)

    monkeypatch.setattr(analysis._Checking, "check", noted)
    return names


def same(cache: Cache) -> Report:
    cold, warm = vmlint.check(), vmlint.check(cache=cache)
    assert warm._replace(suppressions=()) == cold._replace(suppressions=())
    return cold


# Any change


def changes(folder: Path, chance: random.Random) -> Iterator[str]:
    """Change a repository, one file at a time, in ways that let objects lose and find each other."""
    read = (file for file in folder.rglob("*") if file.is_file() and file.name.lower().endswith(ENDINGS))
    files = sorted(file for file in read if file.name != ".vmlint.yaml")
    texts = {file: file.read_text("utf-8", "surrogateescape") for file in files}
    known = sorted({word for text in texts.values() for word in _WORD.findall(text)})
    if not known:
        return
    for _ in range(3):
        file = chance.choice(files)
        text = texts[file]
        found = [match.span() for match in _WORD.finditer(text)]
        match chance.choice(("word", "word", "word", "gone", "copy", "back")):
            case "word" if found:
                start, end = chance.choice(found)
                new = chance.choice(known)
                file.write_text(text[:start] + new + text[end:], "utf-8", "surrogateescape")
                yield f"{file}: {text[start:end]} is {new}"
            case "gone":
                file.unlink(missing_ok=True)
                yield f"{file} is gone"
            case "copy":
                other = file.with_name(f"copy-of-{file.name}")
                other.write_text(text, "utf-8", "surrogateescape")
                yield f"{other} is there"
            case _:
                file.write_text(text, "utf-8", "surrogateescape")
                yield f"{file} is as it was"


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name + "-" + folder.name)
def test_whatever_changes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache", least_bytes=0)
    repository = tmp_path / "repository"
    shutil.copytree(folder, repository)
    monkeypatch.chdir(repository)
    same(cache)
    for _ in changes(repository, random.Random(folder.name)):
        same(cache)


# Who is judged again


VM = "vms/team-1/vm-1.yaml"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "least", "most"),
    [
        pytest.param(edited("instancetypes/small.yaml", "guest: ", "guest: 1"), 30, 180, id="an instancetype"),
        pytest.param(edited(VM, "runStrategy: ", "runStrategy: Halted # "), 1, 30, id="a VM"),
        pytest.param(lambda folder: (folder / VM).unlink(), 0, 30, id="a VM that is gone"),
        pytest.param(
            lambda folder: (folder / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: web-1}\n"),
            0,
            30,
            id="what is nobody's business",
        ),
        pytest.param(edited("storage/rbd.yaml", "name: ", "name: x"), 200, 900, id="a storage class"),
        pytest.param(
            lambda folder: (folder / "vm.yaml").write_text((folder / VM).read_text().replace("team-1", "new")),
            200,
            900,
            id="a namespace",
        ),
        pytest.param(
            lambda folder: (folder / "x.yaml").write_text((folder / VM).read_text().replace("-1", "-${X}")),
            200,
            900,
            id="a name that is filled in",
        ),
        pytest.param(
            lambda folder: (folder / "Kustomization").write_text("resources: [storage/rbd.yaml]\n"),
            200,
            900,
            id="a kustomization",
        ),
    ],
)
def test_who_is_judged_again(
    repository: Path, tmp_path: Path, looked: list[str], change: Callable[[Path], None], least: int, most: int
) -> None:
    cache = Cache(tmp_path / "cache", least_bytes=0)
    vmlint.check(cache=cache)
    change(repository)
    del looked[:]
    warm = vmlint.check(cache=cache)
    assert least <= len([name for name in looked if name.startswith("VirtualMachine ")]) <= most
    assert vmlint.check()._replace(suppressions=()) == warm._replace(suppressions=())


def test_a_change_reaches_who_infers_through_others(repository: Path, tmp_path: Path, looked: list[str]) -> None:
    """VM → template → DataSource → claim: the claim's labels."""
    cache = Cache(tmp_path / "cache", least_bytes=0)
    vmlint.check(cache=cache)
    image = next(
        file for file in sorted((repository / "images").rglob("*.yaml")) if "PersistentVolumeClaim" in file.read_text()
    )
    image.write_text(image.read_text().replace("default-instancetype: ", "default-instancetype: no-"), "utf-8")
    del looked[:]
    report = same(cache)
    assert any(name.startswith("VirtualMachine ") for name in looked)
    assert any("no-" in finding.message for finding in report.findings)


def test_a_run_that_changes_nothing_twice_has_its_report(repository: Path, tmp_path: Path, looked: list[str]) -> None:
    cache = Cache(tmp_path / "cache", least_bytes=0)
    text = (repository / VM).read_text()
    first = vmlint.check(cache=cache)
    edited(VM, "runStrategy: ", "runStrategy: Halted # ")(repository)
    vmlint.check(cache=cache)
    (repository / VM).write_text(text)
    del looked[:]
    assert vmlint.check(cache=cache) == first
    assert looked == []


@pytest.mark.slow
@pytest.mark.parametrize("content", ["", "[]", "[]\n[]", '[]\n["a",1,[[1]],[]]', '["x"]\n["a","b",[],[[[]]]]', "\xff"])
def test_an_entry_of_another_kind_is_a_miss(repository: Path, tmp_path: Path, content: str) -> None:
    from vmlint.cache.store import Store

    cache = Cache(tmp_path / "cache", least_bytes=0)
    vmlint.check(cache=cache)
    store = Store(tmp_path / "cache")
    for file in (tmp_path / "cache").rglob("memory-*"):
        store.put("memory", file.name.removeprefix("memory-"), content.encode("latin-1"))
    edited(VM, "runStrategy: ", "runStrategy: Halted # ")(repository)
    same(cache)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name: web\n", ["name", "web"]),
        ('{"name":"web-1","x":[a.b,"c/d"]}', ["name", "web-1", "x", "a.b", "c", "d"]),
        ("a: 'it''s' # note\nb: &x y\nc: *x", ["a", "it", "s", "note", "b", "x", "y", "c", "x"]),
        ('a: "w\\x65b"', None),
        ('a: "we\\\n  b"', None),
        ("a: !!binary d2Vi", None),
        ("a: !<tag:yaml.org,2002:binary> d2Vi", None),
        ('a: "\\n is no letter"! here', ["a", "n", "is", "no", "letter", "here"]),
    ],
)
def test_the_words_of_a_text(text: str, found: list[str] | None) -> None:
    said = words(text.encode())
    assert (None if said is None else [word.decode() for word in said]) == found


def test_the_words_of_another_encoding_are_not_known() -> None:
    assert words("\ufeffname: web".encode("utf-16-le")) is None
