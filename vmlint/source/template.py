"""Files that are no manifests yet: templates of Helm, Jinja and others, which another program has to fill in."""

from __future__ import annotations

from vmlint.runtime.pattern import late

__all__ = ["is_template", "reason_of_template"]

_MARKS = ("{{", "{%")
_HELM = late(r"\{\{-?\s*(?:\$?\.?(?:Values|Release|Chart|Capabilities|Files)\b|include\s|template\s|define\s|tpl\s)")
_HELM_ANYWHERE = late(r"\.(?:Values|Release|Chart|Capabilities)\.")


def is_template(text: str) -> bool:
    """Whether a text that is no YAML looks like one that would be, once filled in."""
    return any(mark in text for mark in _MARKS)


def reason_of_template(text: str, chart: str = "") -> str:
    """Why such a text is not linted, and what to do. `chart` is the directory of its Helm chart, if any."""
    if chart:
        return f"a template of the Helm chart `{chart}`: render the chart with `helm template` and lint the result"
    if _HELM.search(text) or _HELM_ANYWHERE.search(text):
        return "a Helm template: render the chart with `helm template` and lint the result"
    if "{%" in text:
        return "a Jinja template: render it and lint the result"
    return "a Go or Jinja template: render it and lint the result"
