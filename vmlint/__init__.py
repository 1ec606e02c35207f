"""vmlint says what KubeVirt and CDI would do with a repository's manifests, before anybody applies them.

import vmlint
report = vmlint.check(["manifests/"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmlint.api import check
    from vmlint.config.config import Config
    from vmlint.explain.expand import expand

__all__ = ["Config", "__version__", "check", "expand"]

_HOMES = {"check": "vmlint.api", "Config": "vmlint.config.config", "expand": "vmlint.explain.expand"}


def __getattr__(name: str) -> Any:
    """The public names are imported when they are first used: `vmlint --version` needs none of them."""
    if name == "__version__":
        from vmlint.version import VERSION

        return VERSION
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module `vmlint` has no `{name}`")
