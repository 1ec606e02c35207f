"""Whether a text that can't be read was meant as a manifest, and what a tool would have filled in first.

An editor's settings, a workflow of CI, a chart's values: what is no manifest and was not named as one is none of
vmlint's business, whether its syntax is right or not.
"""

from __future__ import annotations

import re

from vmlint.runtime.pattern import late

__all__ = ["is_manifest", "is_unfilled"]

_VERSION = late(r"^[ ]{0,3}(?:- )?[\"']?apiVersion[\"']?[ ]*:", re.MULTILINE)
_KIND = late(r"^[ ]{0,3}(?:- )?[\"']?kind[\"']?[ ]*:", re.MULTILINE)
_OWN_KIND = late(r"^[ ]{0,3}(?:- )?kind[ ]*:[ ]*[\"']?(?:VirtualMachine|DataVolume|DataSource)", re.MULTILINE)
_JSON_VERSION = late(r"\"apiVersion\"\s*:")
_JSON_KIND = late(r"\"kind\"\s*:")
_FLOW = late(r"^\s*\{[^\"]*\bapiVersion\s*:", re.MULTILINE)
_VALUE = late(r":[ ]+(?:%%?[A-Za-z][\w.-]*%%?|@@?[A-Za-z][\w.-]*@@?)|<%|\[%|\{%")
"""A value that begins with a character which can begin no value in YAML, and the tags of template languages."""


def is_manifest(text: str) -> bool:
    """Whether a text names the API version and the kind of an object, or a kind of KubeVirt's or CDI's alone."""
    if _VERSION.search(text) and _KIND.search(text):
        return True
    if _OWN_KIND.search(text):
        return True
    if _JSON_VERSION.search(text) and _JSON_KIND.search(text):
        return True
    return _FLOW.search(text) is not None


def is_unfilled(text: str, index: int) -> bool:
    """Whether the line of a syntax error at that index holds a placeholder, such as `name: %%NAME%%`."""
    start = text.rfind("\n", 0, index) + 1
    end = text.find("\n", index)
    return _VALUE.search(text[start : end if end >= 0 else len(text)]) is not None
