"""Modules that are loaded when they are first used."""

from __future__ import annotations

import sys

from vmlint.runtime.module import late_module


def test_a_late_module_is_loaded_when_something_of_it_is_used() -> None:
    sys.modules.pop("this_is_not_there", None)
    missing = late_module("this_is_not_there")
    assert "this_is_not_there" not in sys.modules and missing is not None
    digest = late_module(".digest", "vmlint")
    import vmlint.digest

    assert digest.blake2b is vmlint.digest.blake2b
    assert "blake2b" in vars(digest)
