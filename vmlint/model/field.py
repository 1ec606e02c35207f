"""Field paths, written the way KubeVirt's own messages write them: `spec.template.spec.volumes[0].name`."""

from __future__ import annotations

from functools import cache

from vmlint.runtime.pattern import late
from vmlint.source.span import Path

__all__ = ["Path", "parse", "render"]

_STEP = late(r"([^.\[\]]+)|\[(\d+)\]")


@cache
def parse(field: str) -> Path:
    """The steps of a written path. Keys that hold dots can't be written this way: give those as steps."""
    return tuple(key if key else int(index) for key, index in _STEP.findall(field))


def render(path: Path) -> str:
    """The path as people read it; a key with dots is written as it is."""
    out: list[str] = []
    for step in path:
        if isinstance(step, int):
            out.append(f"[{step}]")
        else:
            out.append(f".{step}" if out else step)
    return "".join(out)
