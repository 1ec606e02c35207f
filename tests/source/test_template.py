import pytest

from vmlint.source.template import is_template, reason_of_template


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name: {{ .Values.name }}", "Helm"),
        ('{{- include "x" . }}', "Helm"),
        ("{{ range .Values.list }}", "Helm"),
        ("{{ $.Release.Name }}", "Helm"),
        ("{% if a %}", "Jinja"),
        ("name: {{ name }}", "Go or Jinja"),
    ],
)
def test_a_template_is_named_by_its_kind(text: str, word: str) -> None:
    assert is_template(text)
    assert reason_of_template(text).startswith(f"a {word} template")


def test_a_chart_is_named() -> None:
    assert "the Helm chart `charts/web`" in reason_of_template("{{ x }}", "charts/web")


def test_other_texts_are_no_templates() -> None:
    assert not is_template("a: [b\n# } }")
