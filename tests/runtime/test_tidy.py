"""What answers leave is taken away after them."""

from __future__ import annotations

import gc
import weakref

from vmlint.runtime.gc_control import tidy


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
