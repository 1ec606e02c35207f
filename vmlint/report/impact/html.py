"""An impact as a page of its own: one file that loads nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from vmlint.impact.model import Impact, ObjectChange
from vmlint.report.impact.alike import alike
from vmlint.report.impact.wording import applied_in, closing, details, grouped, summary
from vmlint.report.untrusted import visible
from vmlint.report.wording import place

__all__ = ["render"]

_STYLE = """\
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin: 2rem 0 .25rem; border-bottom: 3px solid; padding-bottom: .25rem; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
h3 + h3 { margin-top: 0; }
p { margin: .25rem 0; }
.error { border-color: #c62828; } .warning { border-color: #ef6c00; }
.note { border-color: #1565c0; } .quiet { border-color: #9e9e9e; }
.place, .meaning, footer { color: #616161; }
table { border-collapse: collapse; margin: .25rem 0; }
td { padding: .1rem .75rem .1rem 0; vertical-align: top; }
code, td { font-family: ui-monospace, monospace; font-size: .9em; }
@media (prefers-color-scheme: dark) { body { background: #121212; color: #e0e0e0; }
  .place, .meaning, footer { color: #9e9e9e; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(impact: Impact) -> str:
    """One HTML document."""
    title = f"{_text(impact.before)} → {_text(impact.after)}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>vmlint: {title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(summary(impact))}</h1><p>{title}</p>",
    ]
    for _, heading, changes in grouped(impact):
        parts.append(f'<h2 class="{heading.style}">{_text(heading.title)} ({len(changes)})</h2>')
        parts.append(f'<p class="meaning">{_text(heading.meaning)}</p>')
        for group in alike(changes):
            parts += _block(group)
    parts.append("<footer>" + "".join(f"<p>{_text(line)}</p>" for line in closing(impact)) + "</footer></body></html>")
    return "\n".join(parts) + "\n"


def _block(changes: Sequence[ObjectChange]) -> Iterator[str]:
    """The objects of changes with the same consequence, and the consequence."""
    for one in changes:
        where = _text(place(one.file, one.line))
        applied = _text(applied_in(one))
        yield f'<h3>{_text(str(one.resource))}<span class="place">{applied} {where}</span></h3>'
    change = changes[0]
    if change.values:
        rows = (
            f"<tr><td>{_text(value.path)}</td><td>{_text(value.before or 'unset')} → {_text(value.after or 'unset')}"
            f"</td><td>{_text(value.giver)}</td></tr>"
            for value in change.values
        )
        yield f"<table>{''.join(rows)}</table>"
    yield from (f"<p>{_text(sentence)}</p>" for sentence in details(change))
    yield from (
        f'<p class="place">{_text(place(step.file, step.line))} {_text(step.text)}</p>' for step in change.chain
    )


def _text(text: str) -> str:
    return escape(visible(text))
