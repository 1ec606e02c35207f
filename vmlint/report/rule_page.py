"""A rule's documentation, as `vmlint explain` and the site show it: its own page, and how to configure it."""

from __future__ import annotations

import textwrap

from vmlint.rule import Rule

__all__ = ["documentation"]

_CONFIGURE = "## How to configure"
_SOURCE = "\n## Source\n"


def documentation(rule: Rule) -> str:
    """The sections below the title, in Markdown; what every rule can be configured with is added before its source."""
    body = rule.page.partition("\n")[2].strip()
    before, source, after = body.partition(_SOURCE)
    before = before.rstrip()
    opening = f"{before}\n\n" if _CONFIGURE in before else f"{before}\n\n{_CONFIGURE}\n"
    return f"{opening.lstrip()}{_settings(rule)}\n{source}{after}".rstrip()


def _settings(rule: Rule) -> str:
    """The settings that change or skip any rule."""
    text = (
        f"In the configuration, `levels: {{{rule.slug}: note}}` changes the level of its findings, and `ignore: "
        f"[{rule.slug}]` skips the rule. The comment `# vmlint: ignore[{rule.slug}] reason` suppresses the finding at "
        "its field."
    )
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)
