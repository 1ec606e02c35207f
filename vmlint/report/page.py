"""A report as one page of HTML that loads nothing, with the data of manifests in it.

The page's policy allows its own style and script, known by their hashes, and nothing else. What comes from manifests is
data in the page: the script shows it as text alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import Any

from vmlint.report.untrusted import json_text

__all__ = ["page"]

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def page(package: str, data: Any) -> str:
    """The page of a package: its `page/page.html`, with `page.css`, `page.js` and the data as JSON in their places."""

    def asset(name: str) -> str:
        return files(package).joinpath("page", name).read_text("utf-8")

    style, script = asset("page.css"), asset("page.js")
    policy = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
    }
    parts = {
        "policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "style": style,
        "script": script,
        # No `<` ends the element that holds the data.
        "data": json_text(data, compact=True).strip().replace("<", "\\u003c"),
    }
    # In one pass, so that a manifest which holds the name of a part stays as it is.
    return _PLACEHOLDER.sub(lambda match: parts[match[1]], asset("page.html"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
