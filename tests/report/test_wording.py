from vmlint.findings.finding import Report, Undecided
from vmlint.report.wording import counted, doubt, place, sentence, statement, tally
from vmlint.rule import Level

from .sample import LABEL_MISSING, OLD_VERSION, REPORT, UNREADABLE, vm


def test_counted() -> None:
    assert [counted(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]


def test_place_shows_what_is_known() -> None:
    assert place("a.yaml", 3, 7) == "a.yaml:3:7"
    assert place("a.yaml", 3) == "a.yaml:3"
    assert place("a.yaml", 0) == "a.yaml"
    assert place("", 0) == ""


def test_sentence_ends_once() -> None:
    assert [sentence(text) for text in ("so", "so.", "so? ", "so!")] == ["so.", "so.", "so?", "so!"]


def test_statement_names_the_object() -> None:
    assert statement(OLD_VERSION) == "VirtualMachineClusterPreference fedora: `v1alpha2` is replaced by `v1beta1`."
    assert statement(LABEL_MISSING).startswith("VirtualMachine shop/web: volume `root` leads")
    assert statement(UNREADABLE) == "a tab stands where blanks indent."


def test_doubt_names_the_object() -> None:
    assert doubt(Undecided("a.yaml", 1, vm("web"), "a variable")) == "VirtualMachine shop/web: a variable"
    assert doubt(Undecided("a.yaml", 1, None, "a variable")) == "a variable"


def test_tally_starts_with_the_gravest() -> None:
    assert tally(REPORT) == [(Level.ERROR, "2 errors"), (Level.WARNING, "1 warning"), (Level.NOTE, "1 note")]
    assert tally(Report("0.1.0")) == []
