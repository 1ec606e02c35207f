"""The end of a process: what it built stays until then, and all that belongs to an end still happens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import vmlint
from tests.runtime.test_loaded import MACHINE
from vmlint.engine.snapshot import Snapshot
from vmlint.runtime.gc_control import lasting

_ENDS = """\
import atexit, sys
from vmlint.runtime import gc_control as lasting

class Built:
    def __init__(self, name): self.name, self.itself = name, self
    def __del__(self): sys.stderr.write(f"{self.name} is taken down\\n")

class Plain(Built):
    def __init__(self, name): self.name = name

atexit.register(print, "what others registered is called")
lasting.expect_end()
with lasting.no_garbage():
    lasting.lasting(lambda: Plain("the first"))
    lasting.lasting(lambda: Built("an earlier ring"))
lasting.lasting(lambda: (Plain("the last"), Built("a ring")))
sys.stdout.write("flushed, ")
lasting.end()
sys.exit(3)
"""


def test_the_last_that_was_built_goes_with_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", _ENDS], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (
        3,
        "the first is taken down\nan earlier ring is taken down\n",
    )
    assert done.stdout == "flushed, what others registered is called\n"


@pytest.mark.slow
def test_a_library_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vmlint.runtime import gc_control as module

    (tmp_path / "vm.yaml").write_text(MACHINE, "utf-8")
    vmlint.check([tmp_path])
    assert module._kept == []
    monkeypatch.setattr(module, "_expected", True)
    vmlint.check([tmp_path])
    assert [type(kept) for kept in module._kept] == [Snapshot]
    monkeypatch.undo()
    assert lasting(str) == "" and module._kept == []
