"""The images that a kustomization's `images` changes.

Sources: kustomize `api/filters/imagetag` (LegacyFilter, imageTagUpdater), `api/internal/image/image.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vmlint.gitops.field_specs import FieldSpec
from vmlint.gitops.part import Part
from vmlint.model.access import get, text
from vmlint.model.field import Path
from vmlint.runtime.pattern import late

__all__ = ["images_of", "retagged"]

_CONTAINERS = ("containers", "initContainers")
_REST = late(r"(?::[\w.{}-]*)?(?:@sha256:[\w.{}-]*)?", re.ASCII)


def images_of(part: Part, specs: Iterable[FieldSpec]) -> list[Path]:
    """The places of an object's images, in the order in which they are changed: some twice. Raises Blocked."""
    found = [*_in_containers(part.draft.data, ())]
    for spec in specs:
        found += part.places(spec, create=False)
    return found


def _in_containers(data: Any, path: Path) -> Iterator[Path]:
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict | list):
                yield from _in_containers(value, (*path, key))
                if key in _CONTAINERS and isinstance(value, list):
                    yield from (
                        (*path, key, index, "image") for index, entry in enumerate(value) if get(entry, "image")
                    )
    elif isinstance(data, list):
        for index, entry in enumerate(data):
            yield from _in_containers(entry, (*path, index))


def retagged(image: str, entry: Mapping[str, Any]) -> str:
    """The image as an entry of `images` changes it, the same for one that it does not name."""
    name = text(entry, "name")
    if not image.startswith(name) or not _REST.fullmatch(image[len(name) :]):
        return image
    tag, digest = _tag_and_digest(image[len(name) :])
    new_tag, new_digest, suffix = (text(entry, field) for field in ("newTag", "digest", "tagSuffix"))
    if new_tag or new_digest:
        tag, digest = new_tag, new_digest
    elif suffix:
        tag, digest = f"{tag}{suffix}", ""
    return "".join((text(entry, "newName") or name, f":{tag}" if tag else "", f"@{digest}" if digest else ""))


def _tag_and_digest(rest: str) -> tuple[str, str]:
    tag, _, digest = rest.partition("@")
    return tag.removeprefix(":"), digest
