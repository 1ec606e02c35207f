from __future__ import annotations

import pytest

from vmlint.kubevirt.releases import NEWEST, Behaviour, Release, behaviour


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("1.8", Release(1, 8)),
        ("v1.8", Release(1, 8)),
        (" v1.8.2 ", Release(1, 8, 2)),
        ("v1.9.0-rc.1", Release(1, 9, 0)),
        ("0.59.1", Release(0, 59, 1)),
        ("latest", None),
        ("1", None),
        ("1.8.2.1", None),
        ("", None),
    ],
)
def test_parse(text: str, release: Release | None) -> None:
    assert Release.parse(text) == release


def test_a_release_prints_as_it_was_written() -> None:
    assert [str(Release.parse(text)) for text in ("v1.8", "v1.8.0")] == ["1.8", "1.8.0"]


def test_a_line_is_its_newest_patch() -> None:
    assert Release(1, 8, 9) < Release(1, 8) < Release(1, 10) and Release(0, 59) < Release(1, 0)


def test_behaviour_turns_with_the_release() -> None:
    assert not behaviour(Release(1, 5, 3)).admits_missing
    assert behaviour(Release(1, 6, 0)).admits_missing
    assert not behaviour(Release(1, 6)).memory_conflicts_by_field
    assert not behaviour(Release(1, 8)).beta_gates_on


@pytest.mark.parametrize(
    ("release", "marked"),
    [
        (Release(1, 6, 3), False),
        (Release(1, 6, 4), True),
        (Release(1, 6), True),
        (Release(1, 7, 1), False),
        (Release(1, 7, 2), True),
        (Release(1, 8, 0), True),
        (Release(1, 5), False),
    ],
)
def test_patch_releases_have_some_of_later_lines(release: Release, marked: bool) -> None:
    assert behaviour(release).pci_topology_annotation is marked


def test_no_release_is_the_newest() -> None:
    assert behaviour(None) == behaviour(NEWEST) == Behaviour(*[True] * len(Behaviour._fields))


def test_the_oldest_does_nothing_of_it() -> None:
    assert behaviour(Release(0, 56)) == Behaviour(*[False] * len(Behaviour._fields))


def test_the_main_branch_comes_after_the_newest_release() -> None:
    main = Release.parse("main")
    assert main is not None and main > NEWEST and str(main) == "main"
    assert behaviour(main) == behaviour(NEWEST)
