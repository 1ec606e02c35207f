from vmlint.findings.finding import Finding
from vmlint.report.fingerprint import fingerprints

from .sample import LABEL_MISSING, UNREADABLE, vm


def mark(finding: Finding) -> str:
    return next(fingerprints([finding]))


def test_lines_and_files_make_no_difference_to_an_objects_finding() -> None:
    moved = LABEL_MISSING._replace(file="apps/web.yaml", line=90, column=1, message="said in other words", excerpt="")
    assert mark(moved) == mark(LABEL_MISSING)


def test_the_version_of_the_api_makes_no_difference() -> None:
    assert LABEL_MISSING.resource
    newer = LABEL_MISSING._replace(resource=LABEL_MISSING.resource._replace(api_version="kubevirt.io/v2"))
    assert mark(newer) == mark(LABEL_MISSING)


def test_rule_object_and_field_make_a_difference() -> None:
    changed = [
        LABEL_MISSING._replace(rule="VM104"),
        LABEL_MISSING._replace(resource=vm("db")),
        LABEL_MISSING._replace(field="spec.preference.inferFromVolume"),
        UNREADABLE,
        UNREADABLE._replace(file="other.yaml"),
    ]
    assert len({mark(finding) for finding in [LABEL_MISSING, *changed]}) == 6


def test_findings_of_one_place_are_numbered() -> None:
    marks = list(fingerprints([LABEL_MISSING, UNREADABLE, LABEL_MISSING]))
    assert [marks[0], marks[2]] == [f"{marks[0][:32]}:1", f"{marks[0][:32]}:2"]
    assert len(set(marks)) == 3
