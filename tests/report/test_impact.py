"""Changes with the same consequence in the reports of `vmlint diff`."""

from typing import Any

from vmlint.findings.finding import Step
from vmlint.impact.model import Impact, ObjectChange, ValueChange, Verdict
from vmlint.report.impact import html, markdown, text
from vmlint.report.impact.alike import alike

from .sample import vm


def restart(name: str, **others: Any) -> ObjectChange:
    change = ObjectChange(
        vm(name),
        Verdict.RESTART,
        "the guest must be restarted.",
        values=(ValueChange("domain.cpu.cores", "1", "2"),),
        file=f"{name}.yaml",
        line=4,
    )
    return change._replace(**others)


A, B = restart("a"), restart("b")
C = restart("c", values=(ValueChange("domain.cpu.cores", "1", "4"),))


def test_changes_with_one_text_are_one_group() -> None:
    assert alike([A, C, B]) == [[A, B], [C]]
    assert alike([A, B._replace(notes=("it is paused",))]) == [[A], [B._replace(notes=("it is paused",))]]
    ends = [
        (Step("VM a", "a.yaml", 1), Step("type m", "t.yaml", 2)),
        (Step("VM b", "b.yaml", 1), Step("type m", "", 0)),
    ]
    first, second = (change._replace(chain=chain) for change, chain in zip((A, B), ends, strict=True))
    assert alike([first, second]) == [[first, second]]


def test_the_text_is_below_all_its_objects() -> None:
    lines = text.render(Impact("old", "new", (A, B, C)), quiet=True).splitlines()
    assert lines[1:8] == [
        "  VirtualMachine shop/a  a.yaml:4",
        "  VirtualMachine shop/b  b.yaml:4",
        "      domain.cpu.cores: 1 → 2",
        "    The guest must be restarted.",
        "  VirtualMachine shop/c  c.yaml:4",
        "      domain.cpu.cores: 1 → 4",
        "    The guest must be restarted.",
    ]
    assert lines[-1] == "old → new: 3 restarts."


def test_the_same_in_two_overlays_has_one_text() -> None:
    changes = tuple(A._replace(deployments=(overlay,)) for overlay in ("dev", "prod"))
    lines = text.render(Impact("old", "new", changes), quiet=True).splitlines()
    assert lines[1:5] == [
        "  VirtualMachine shop/a in dev  a.yaml:4",
        "  VirtualMachine shop/a in prod  a.yaml:4",
        "      domain.cpu.cores: 1 → 2",
        "    The guest must be restarted.",
    ]


def test_a_page_has_the_text_below_all_its_objects() -> None:
    page = html.render(Impact("old", "new", (A._replace(deployments=("dev",)), B, C)))
    assert (
        '<h3>VirtualMachine shop/a<span class="place"> in dev a.yaml:4</span></h3>\n'
        '<h3>VirtualMachine shop/b<span class="place"> b.yaml:4</span></h3>\n'
        "<table><tr><td>domain.cpu.cores</td><td>1 → 2</td><td></td></tr></table>\n"
        "<p>The guest must be restarted.</p>\n"
        '<h3>VirtualMachine shop/c<span class="place"> c.yaml:4</span></h3>\n'
    ) in page


def test_markdown_has_the_text_below_all_its_objects() -> None:
    page = markdown.render(Impact("old", "new", (A, B)))
    assert (
        "- **`VirtualMachine shop/a`** · `a.yaml:4`\\\n"
        "  **`VirtualMachine shop/b`** · `b.yaml:4`\\\n"
        "  The guest must be restarted.\n"
        "  - `domain.cpu.cores`: `1` → `2`\n"
    ) in page


def test_a_comment_that_is_too_short_for_all_counts_the_rest() -> None:
    page = markdown.render(Impact("old", "new", tuple(restart(f"{'x' * 200}{number:04}") for number in range(400))))
    shown = page.count("**`VirtualMachine shop/x")
    assert len(page) <= markdown.SIZE
    assert shown % 50 == 0 and shown > 50
    assert f"{400 - shown} more changes: a comment is too short for all." in page


def test_a_mark_of_markdown_ends_before_a_space() -> None:
    page = markdown.render(Impact("old", "new", (A._replace(deployments=("dev",)),)))
    assert "- **`VirtualMachine shop/a`** in dev · `a.yaml:4`" in page
