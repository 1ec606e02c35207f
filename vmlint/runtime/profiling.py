"""Where the time of a run goes: by stage, and by rule. Nothing is measured unless somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["Profile", "Share", "profiled", "stage", "watched"]

_Said = TypeVar("_Said")


class Share:
    """How often something was done, and how many seconds that took."""

    def __init__(self) -> None:
        self.calls = 0
        self.seconds = 0.0


class Profile:
    """What was measured: each stage in the order of the run, and each rule by its slug.

    What several rules ask is worked out once, and counts for the first that asks.
    """

    def __init__(self) -> None:
        self.stages: dict[str, Share] = {}
        self.rules: dict[str, Share] = {}


_profiles: list[Profile] = []


@contextmanager
def profiled() -> Iterator[Profile]:
    """Measure all that is done inside."""
    profile = Profile()
    _profiles.append(profile)
    try:
        yield profile
    finally:
        _profiles.remove(profile)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """What is done inside is a stage of the run. Stages don't lie in each other."""
    start = time.perf_counter()
    try:
        yield
    finally:
        taken = time.perf_counter() - start
        for profile in _profiles:
            share = profile.stages.setdefault(name, Share())
            share.calls += 1
            share.seconds += taken


def watched(slug: str, check: Callable[..., Iterator[_Said]]) -> Callable[..., Iterator[_Said]]:
    """The check of a rule, measured if somebody asks."""
    if not _profiles:
        return check
    shares = [profile.rules.setdefault(slug, Share()) for profile in _profiles]

    def measured(*words: Any) -> Iterator[_Said]:
        taken = 0.0
        start = time.perf_counter()
        try:
            for answer in check(*words):
                taken += time.perf_counter() - start
                yield answer
                start = time.perf_counter()
        finally:
            taken += time.perf_counter() - start
            for share in shares:
                share.calls += 1
                share.seconds += taken

    return measured
