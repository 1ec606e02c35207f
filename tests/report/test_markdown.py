"""The Markdown report, read again by a Markdown parser: what it shows, and that it shows nothing else."""

import re
from html import unescape

import pytest
from markdown_it import MarkdownIt

from vmlint.findings.finding import Changed, Finding, ObjectId, Report, Skipped
from vmlint.report.markdown import SIZE, render

from .sample import EVIL, HOSTILE, LABEL_MISSING, OLD_VERSION, OVERRIDE, REPORT, UNREADABLE, golden

OURS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "code", "br", "table", "thead", "tbody", "tr", "th", "td"}
FOLDED = {"details", "summary"}

# What Markdown, HTML and the readers of the finished page act on.
TRAPS = (
    "a|b",
    "|---|---|",
    "`code` ``more`` ` lone",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</details>",
    "<!-- hidden",
    "[link](https://evil.example) ![image](https://evil.example/x.png)",
    "[a]: https://evil.example",
    "<https://evil.example>",
    "*a* _b_ **c** ~~d~~ $x$ [^1]",
    "&lt;&#60;&amp;",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "1) item",
    "> quote",
    "---",
    "===",
    "    indented",
    "```",
    "~~~",
    "\\",
    "ends in a backslash\\",
    "ends in a backquote `",
    "@somebody `@`@everybody #1 GH-1 :tada: https://evil.example www.evil.example a@evil.example",
    "line\n\n# break",
    EVIL,
)


def page(report: Report) -> str:
    """The HTML as GitHub and GitLab make it, with tables and HTML."""
    html: str = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(render(report))
    return html


def shown(html: str) -> str:
    """The text that a reader of the page sees, without the blanks around it."""
    return " ".join(unescape(re.sub(r"</?\w+[^>]*>", " ", html)).split())


def test_the_whole_report() -> None:
    assert render(REPORT) == golden("report.md")


def test_nothing_found() -> None:
    assert render(Report("0.1.0")) == "## vmlint: nothing found\n\n0 objects from 0 files.\n"


def test_a_run_of_a_change_shows_what_it_leaves_out() -> None:
    changed = Report("0.1.0")._replace(changed=Changed("origin/*", "c0ffee", 3, 1))
    assert render(changed).splitlines()[4] == (
        "Changed: 3 of 0 objects affected by changes since `origin/*`; 1 finding elsewhere is not shown."
    )


def test_counts_come_first_the_gravest_on_top() -> None:
    rows = re.findall(r"<tr>\s*(.*?)</tr>", page(REPORT), re.DOTALL)[1:]
    assert [shown(row).split()[:3] for row in rows] == [
        ["1", "error", "VM103"],
        ["1", "error", "VM901"],
        ["1", "warning", "VM210"],
        ["1", "note", "VM701"],
    ]


def test_findings_of_one_object_stand_under_one_heading() -> None:
    other = LABEL_MISSING._replace(line=90, file="vms/more.yaml")
    text = render(Report("0.1.0", (LABEL_MISSING, OLD_VERSION, other)))
    assert re.findall(r"^### .*$", text, re.MULTILINE) == [
        "### `VirtualMachine shop/web`",
        "### `VirtualMachineClusterPreference fedora`",
    ]
    assert text.index("vms/more.yaml:90") < text.index("VM701 old-version · deprecated")


def everywhere(trap: str) -> Finding:
    return OVERRIDE._replace(
        resource=ObjectId("v1", trap, trap, trap),
        field=trap,
        message=f"{trap}",
        fix=trap,
        file=trap,
        chain=tuple(step._replace(text=trap, file=trap) for step in OVERRIDE.chain),
    )


@pytest.mark.parametrize("trap", TRAPS)
def test_no_manifest_writes_markdown(trap: str) -> None:
    report = Report("0.1.0", (everywhere(trap),), skipped=(Skipped(trap, 3, trap),))
    plain = Report("0.1.0", (everywhere("plain"),), skipped=(Skipped("plain", 3, "plain"),))
    tags = [re.findall(r"</?(\w+)", re.sub(r"</?code>", "", page(one))) for one in (report, plain)]
    assert tags[0] == tags[1]
    assert set(tags[0]) <= OURS | FOLDED


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_shown_as_it_is_written(trap: str) -> None:
    from vmlint.report.untrusted import visible

    html = page(Report("0.1.0", (OVERRIDE._replace(message=f"see {trap} here", resource=None),)))
    wanted = "".join(visible(f"see {trap} here").split())
    assert wanted.replace("`", "") in "".join(shown(html).split()).replace("`", "")


@pytest.mark.parametrize("trap", TRAPS)
def test_nothing_is_left_for_the_readers_of_the_finished_page(trap: str) -> None:
    """They look for persons, issues, addresses and emoji in the text outside code."""
    html = page(Report("0.1.0", (everywhere(trap),)))
    prose = re.sub(r"<code>.*?</code>", " ", html, flags=re.DOTALL)
    assert re.findall(r"@\w|#\d|GH-\d|://|www\.\w|:[\w+-]+:", shown(prose)) == []


def test_hostile_names_stay_inert() -> None:
    assert set(re.findall(r"</?(\w+)", page(HOSTILE))) <= OURS | FOLDED


def test_a_summary_that_would_be_too_large_is_cut_and_reports_it() -> None:
    long = tuple(UNREADABLE._replace(message=f"{line:04}" + "é" * 996, line=line) for line in range(1, 2000))
    text = render(Report("0.1.0", long))
    assert SIZE * 0.99 < len(text.encode("utf-8")) <= SIZE
    listed = text.count("VM901 unreadable ·")
    assert text.endswith(f"\n\n{1999 - listed} findings more, too many for a summary.\n")


def test_findings_go_before_what_was_skipped() -> None:
    skipped = tuple(Skipped(f"charts/{number}.yaml", 0, f"reason {number} {'x' * 200}") for number in range(5000))
    text = render(Report("0.1.0", (LABEL_MISSING,), skipped=skipped))
    assert "VM103 infer-label-missing ·" in text
    assert "too many for a summary" in text
    assert len(text.encode("utf-8")) <= SIZE
