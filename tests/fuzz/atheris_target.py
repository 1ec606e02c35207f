"""The reader of documents under a fuzzer that follows coverage.

`python -m tests.fuzz.atheris_target -max_total_time=600`. It needs `atheris`, which is no dependency: `pip install
atheris` where there is a wheel for the interpreter. The options are libFuzzer's; folders of seeds may follow them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Runs until something is raised, or the options say that it is enough."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["vmlint.source"]):
        survey: Any = import_module("tests.fuzz.survey")
    atheris.Setup(sys.argv, lambda data: survey.account("f.yaml", data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
