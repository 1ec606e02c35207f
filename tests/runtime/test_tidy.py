"""What answers leave is taken away after them."""

from __future__ import annotations

import gc
import weakref

import pytest

from vmlint.runtime.gc_control import expect_answers, no_garbage, tidy


class _Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_has_lived_longer_is_looked_at_each_fifth_time() -> None:
    gc.disable()
    try:
        gc.collect()
        kept = _Ring()
        young, old = weakref.ref(_Ring()), weakref.ref(kept)
        tidy(1)
        assert young() is None
        del kept
        tidy(4)
        assert old() is not None
        tidy(5)
        assert old() is None
    finally:
        gc.enable()


def test_a_process_that_answers_keeps_nothing_for_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line expects to end, and freezes what a run has built: a server goes on."""
    monkeypatch.setattr("vmlint.runtime.gc_control._expected", True)
    before = gc.get_threshold()
    try:
        expect_answers()
        with no_garbage():
            left = weakref.ref(_Ring())
        tidy(5)
        assert left() is None
    finally:
        gc.set_threshold(*before)
