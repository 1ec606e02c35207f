"""The progress bar: only for people who wait."""

from __future__ import annotations

import io

import pytest

from vmlint.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def test_a_short_run_shows_none(terminal: Terminal, clock: Clock) -> None:
    with Progress(terminal, clock=clock) as progress:
        progress("reading", 1, 2)
        clock.now = 0.9
        progress("reading", 2, 2)
    assert terminal.getvalue() == ""


def test_a_long_run_shows_stages_and_takes_the_bar_away(terminal: Terminal, clock: Clock) -> None:
    with Progress(terminal, clock=clock) as progress:
        clock.now = 2
        progress("reading", 1, 0)
        progress("checking [bold]", 1, 20)
    shown = terminal.getvalue()
    assert "reading" in shown
    assert "checking [bold]" in shown
    assert "1/20" in shown
    assert shown.endswith("\x1b[2K")


def test_who_wants_none_gets_none(terminal: Terminal, clock: Clock) -> None:
    with Progress(terminal, wanted=False, clock=clock) as progress:
        clock.now = 2
        progress("reading", 1, 2)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_a_file_gets_none(stream: io.StringIO | None, clock: Clock) -> None:
    with Progress(stream, clock=clock) as progress:
        clock.now = 2
        progress("reading", 1, 2)
    assert stream is None or stream.getvalue() == ""
