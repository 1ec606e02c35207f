"""Findings with the same cause, shown together in reports for people."""

from vmlint.findings.finding import Finding, Report, Step
from vmlint.findings.merging import merged
from vmlint.report import json_, markdown, text
from vmlint.report.bundles import Bundle, bundles
from vmlint.rule import Effect, Level

from .sample import LABEL_MISSING, OVERRIDE, UNREADABLE, vm


def missing(name: str, *, line: int = 7, field: str = "spec.volumes[0].secret.secretName") -> Finding:
    return Finding(
        rule="VM820",
        slug="secret-not-found",
        effect=Effect.UNRESOLVED,
        level=Level.WARNING,
        resource=vm(name),
        field=field,
        message="Secret `shop/keys` is not in the repository",
        fix="add the Secret",
        file=f"{name}.yaml",
        line=line,
        column=5,
        end_line=line,
        end_column=9,
        excerpt="    keys",
    )


A, B, C = missing("a"), missing("b"), missing("c")


def test_findings_that_differ_in_object_and_place_are_one_bundle() -> None:
    assert bundles([A, LABEL_MISSING, B, C]) == [Bundle(A, (B, C)), Bundle(LABEL_MISSING)]


def test_the_index_in_a_list_makes_no_difference() -> None:
    other = missing("b", field="spec.template.spec.volumes[3].secret.secretName")
    assert bundles([A, other]) == [Bundle(A, (other,))]


def test_what_differs_otherwise_is_apart() -> None:
    others = [
        B._replace(message="Secret `shop/users` is not in the repository"),
        B._replace(fix="did you mean `key`?"),
        B._replace(level=Level.ERROR),
        B._replace(effect=Effect.STUCK),
        B._replace(rule="VM821"),
        B._replace(chain=(Step("Secret keys", "", 0),)),
        missing("b", field="spec.domain.namespace"),
    ]
    assert bundles([A, *others]) == [Bundle(A), *map(Bundle, others)]


def test_the_first_hops_of_a_chain_make_no_difference() -> None:
    end = Step("claim golden/fedora: label missing", "images/fedora.yaml", 22)
    first = A._replace(chain=(Step("volume root → template a", "a.yaml", 4), end))
    second = B._replace(chain=(Step("volume root → template b", "b.yaml", 4), end))
    assert bundles([first, second]) == [Bundle(first, (second,))]


def test_objects_of_other_deployments_make_no_difference() -> None:
    dev = vm("a")._replace(namespace="dev")
    first, second = merged([A, A._replace(resource=dev), B])
    assert first.message == "Secret `shop/keys` is not in the repository. Also in `dev/a`."
    assert bundles([first, second]) == [Bundle(first, (second,))]


def test_text_lists_the_other_places() -> None:
    report = Report("0.1.0", (A, B._replace(also=(vm("b")._replace(namespace="dev"),)), C))
    assert text.render(report, quiet=True) == (
        "a.yaml:7:5  warning  VM820 secret-not-found · unresolved\n"
        "  VirtualMachine shop/a: Secret `shop/keys` is not in the repository.\n"
        "    7 │     keys\n"
        "      │     ^^^^\n"
        "  fix    add the Secret\n"
        "  also   b.yaml:7:5  VirtualMachine shop/b and dev/b\n"
        "         c.yaml:7:5  VirtualMachine shop/c\n"
    )


def test_text_puts_objects_below_places_on_a_narrow_page() -> None:
    lines = text.render(Report("0.1.0", (A, B)), quiet=True, width=40).splitlines()
    assert lines[-2:] == ["  also   b.yaml:7:5", "           VirtualMachine shop/b"]


def test_a_document_has_a_place_alone() -> None:
    other = UNREADABLE._replace(file="vms/other.yaml")
    assert text.render(Report("0.1.0", (UNREADABLE, other)), quiet=True).endswith("  also   vms/other.yaml:3:1\n")


def test_text_shortens_a_long_list_unless_it_is_verbose() -> None:
    report = Report("0.1.0", tuple(missing(f"vm{number:02}") for number in range(13)))
    lines = text.render(report).splitlines()
    assert lines[5:7] == [
        "  also   vm01.yaml:7:5  VirtualMachine shop/vm01",
        "         vm02.yaml:7:5  VirtualMachine shop/vm02",
    ]
    assert lines[14:16] == [
        "         vm10.yaml:7:5  VirtualMachine shop/vm10",
        "         and 2 more findings with the same cause, listed with --verbose",
    ]
    assert lines[-1] == "13 warnings in 0 objects from 0 files"
    assert text.render(report, verbose=True).count("  fix    add the Secret\n") == 13


def test_markdown_has_every_place() -> None:
    assert markdown.render(Report("0.1.0", (A, OVERRIDE, B, C))).partition("### ")[2].partition("\n\n### ")[0] == (
        "`VirtualMachine shop/a`\n\n"
        "- **warning** · VM820 secret-not-found · unresolved · `a.yaml:7:5`\\\n"
        "  Secret `shop/keys` is not in the repository.\\\n"
        "  Fix: add the Secret.\\\n"
        "  Also at `b.yaml:7:5`, `c.yaml:7:5`."
    )


def test_json_has_each_finding() -> None:
    assert json_.render(Report("0.1.0", (A, B, C))).count('"VM820"') == 3
