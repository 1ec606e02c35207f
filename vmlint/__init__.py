"""vmlint says what KubeVirt and CDI would do with a repository's manifests, before anybody applies them.

import vmlint
report = vmlint.check(["manifests/"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmlint.api import check, diff
    from vmlint.config.config import Config
    from vmlint.explain.expand import expand
    from vmlint.impact.model import Impact, ObjectChange, Verdict

__all__ = ["Config", "Impact", "ObjectChange", "Verdict", "__version__", "check", "diff", "expand"]

_HOMES = {
    "check": "vmlint.api",
    "diff": "vmlint.api",
    "Config": "vmlint.config.config",
    "expand": "vmlint.explain.expand",
    "Impact": "vmlint.impact.model",
    "ObjectChange": "vmlint.impact.model",
    "Verdict": "vmlint.impact.model",
}


def __getattr__(name: str) -> Any:
    """The public names are imported when they are first used: `vmlint --version` needs none of them."""
    if name == "__version__":
        from vmlint.version import VERSION

        return VERSION
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `vmlint` has no `{name}`")
