"""What a client sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vmlint.server.options import Options


def test_settings_are_written_as_in_the_file() -> None:
    settings = {"closed-world": ["shop"], "target": {"kubevirt": "1.6"}, "exclude": None}
    options = Options.of({"vmlint": {"files": "all", "hints": False, "settings": settings}})
    assert options == Options(True, False, True, {"closed_world": ["shop"], "target_kubevirt": "1.6"})


@pytest.mark.parametrize("given", [None, 5, "x", [1], {}, {"vmlint": 5}, {"other": {}}, {"settings": [1]}])
def test_what_is_no_setting_is_none(given: Any) -> None:
    assert Options.of(given) == Options()


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        ({"files": 5}, "`vmlint.files` must be `open` or `all`, not `5`"),
        ({"hints": "x"}, "`vmlint.hints` must be true or false, not `x`"),
        ({"settings": {"rules": ["a"]}}, "`vmlint.settings.rules` is not a setting that an editor can change"),
        ({"settings": {"target": "1.6"}}, "`vmlint.settings.target`: "),
        ({"settings": {"target": {"kubevirt": 1.6}}}, "`vmlint.settings.target`: "),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(given: Any, mistake: str) -> None:
    options = Options.of(given)
    assert replace(options, mistakes=()) == Options()
    assert len(options.mistakes) == 1 and options.mistakes[0].startswith(mistake)
