"""Writes down anew what the fixtures are expected to say, and the generated pages: `python -m tools.accept [SLUG …]`.

Read the difference before you commit it: an expectation is right because somebody looked at it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.cases import FIXTURES, difference, fixed, report, repos
from tools import index
from tools.docs import DOCS, generated, pages
from tools.readme import filled_pages
from vmlint.cli.fixtures import cases, expectation, run, written
from vmlint.registry import rules


def _accept(file: Path, text: str) -> None:
    if not file.exists() or file.read_text("utf-8") != text:
        file.write_text(text, "utf-8")
        print(file)


def main(slugs: list[str]) -> None:
    index.write()
    for case in cases(FIXTURES, "bad", "outside"):
        if slugs and case.parent.name not in slugs:
            continue
        said = run(case, rules())
        _accept(expectation(case), written(said))
        if any("fixable" in finding for finding in said["findings"]):
            _accept(case.with_suffix(".diff"), difference(fixed(case)))
    for tree in repos():
        if not slugs or tree.parent.name in slugs:
            _accept(tree.parent / "report.json", written(report(tree)))
    for page, text in filled_pages().items():
        _accept(page, text)
    (DOCS / "rules").mkdir(exist_ok=True)
    written_anew = pages()
    for file, text in written_anew.items():
        _accept(file, text)
    for file in set(generated()) - set(written_anew):
        file.unlink()
        print(f"{file} is gone")


if __name__ == "__main__":
    main(sys.argv[1:])
