"""`python -m vmlint`, and the command `vmlint`."""

import sys

# The first place of `python -m` is the working directory. What is linted may lie there, and is not to be imported.
if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]

from vmlint.runtime.limited import guarded


def main() -> int:
    """Run the command line. All else is imported under the guard: that alone takes more memory than it does."""

    def run() -> int:
        from vmlint.cli import program

        return program()

    return guarded(run)


if __name__ == "__main__":
    sys.exit(main())
