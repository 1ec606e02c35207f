"""`python -m vmlint`."""

import sys

# The first place of `python -m` is the working directory. What is linted may lie there, and is not to be imported.
if not sys.flags.safe_path:
    del sys.path[0]

from vmlint.cli import program

sys.exit(program())
