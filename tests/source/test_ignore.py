from pathlib import Path

import pytest

from vmlint.source.ignore import Excluded, Ignored, compiled, matches


@pytest.mark.parametrize(
    ("pattern", "name", "out"),
    [
        ("*.yaml", "a/b.yaml", True),
        ("/a.yaml", "b/a.yaml", False),
        ("/a.yaml", "a.yaml", True),
        ("a/**/c.yaml", "a/b/b/c.yaml", True),
        ("tests/", "x/tests/y.yaml", True),
        ("tests/", "tests", False),
        ("a", "../a/b.yaml", True),
        ("srv", "/srv/a.yaml", True),
        ("# note", "# note", False),
    ],
)
def test_exclusion_patterns(pattern: str, name: str, out: bool) -> None:
    assert Excluded([pattern])(name) is out


def test_a_name_that_is_no_utf_8_is_matched_with_a_question_mark() -> None:
    spec = compiled(["vms/", "z?.yaml"])
    assert matches(spec, "vms/\udcff/web.yaml")
    assert matches(spec, "z\udcff.yaml")
    assert not matches(spec, "a\udcff.yaml")
    assert matches(spec, "vms/é.yaml")


def test_no_pattern_excludes_nothing() -> None:
    assert not Excluded([])("a.yaml")


def test_a_directory_is_distinguished_from_a_file() -> None:
    assert Excluded(["tests/"])("tests", directory=True)


def test_an_unreadable_or_huge_gitignore_holds_nothing(tmp_path: Path) -> None:
    directory = str(tmp_path)
    (tmp_path / ".gitignore").mkdir()
    assert not Ignored().inside(directory)(f"{directory}/a.yaml")
    (tmp_path / ".gitignore").rmdir()
    (tmp_path / ".gitignore").write_text("*.yaml\n" + "#" * 1024 * 1024)
    assert not Ignored().inside(directory)(f"{directory}/a.yaml")
    (tmp_path / ".gitignore").write_bytes(b"\xff\n*.yaml\r\n")
    assert Ignored().inside(directory)(f"{directory}/a.yaml")


@pytest.mark.slow
def test_a_gitignore_with_more_patterns_than_can_be_matched_holds_nothing(tmp_path: Path) -> None:
    file, directory = tmp_path / ".gitignore", str(tmp_path)
    many = [f"**/a{number}*b*/**/c" for number in range(5000)]
    file.write_text("\n".join(["*.yaml", *many[:500]]))
    assert Ignored().inside(directory)(f"{directory}/a.yaml")
    file.write_text("\n".join(["*.yaml", *many]))
    assert not Ignored().inside(directory)(f"{directory}/a.yaml")


def test_without_a_repository_nothing_above_counts(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.yaml\n")
    below = tmp_path / "a"
    below.mkdir()
    assert not Ignored.above(str(below))(f"{below}/x.yaml")
    (tmp_path / ".git").mkdir()
    assert Ignored.above(str(below))(f"{below}/x.yaml")
