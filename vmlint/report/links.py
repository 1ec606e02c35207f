"""Where a rule's documentation is on the web, for reports that can link to it.

The source does not know where it is published: `tools/address.py` writes both addresses before a release is built.
Without them reports have no links.
"""

from __future__ import annotations

from typing import Final

from vmlint.runtime.pattern import late

__all__ = ["DOCUMENTATION", "REPOSITORY", "rule_url"]

DOCUMENTATION: Final[str] = ""
"""The address of the site that `tools/site.sh` builds, without a slash at its end."""

REPOSITORY: Final[str] = ""
"""The address of the repository for a browser, without a slash at its end."""

# The numbers that are reserved for vmlint's own rules: those of packs have no page on the site.
_OWN = late(r"VM\d")


def rule_url(rule: str, slug: str) -> str:
    """The address of a rule's page: "" for a rule of a pack, and where no address is known."""
    return f"{DOCUMENTATION}/rules/{slug}.html" if DOCUMENTATION and _OWN.match(rule) else ""
