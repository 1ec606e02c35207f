"""What pyproject.toml can't express: the index of the rules is generated when a package is built."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools.index import write


class WithIndex(build_py):
    """Copies the modules, then writes the index beside those of the rules.

    An editable installation has none: its rules change, and vmlint loads their modules instead.
    """

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            write(Path(self.build_lib, "vmlint/rules/_index.py"))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        own = [] if self.editable_mode else [str(Path(self.build_lib, "vmlint/rules/_index.py"))]
        return list(dict.fromkeys([*super().get_outputs(include_bytecode), *own]))


setup(cmdclass={"build_py": WithIndex})
