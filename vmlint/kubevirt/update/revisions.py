"""The copies of instancetypes and preferences that KubeVirt stores for each VM, and which content counts for it.

At a VM's first sync the controller stores a copy of what each matcher names, as a ControllerRevision. The copy counts
from then on, until the matcher names something else. Sources: KubeVirt `pkg/instancetype/revision/store.go`
(syncStatusWithMatcher), `pkg/instancetype/find/revision.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vmlint.model.access import text
from vmlint.model.matcher import Matcher
from vmlint.record import Codes, Record

__all__ = ["Gap", "Look", "Revision", "content_of", "stored_revision"]


class Gap(Codes):
    """Why the content of an instancetype or preference is not there."""

    MISSING = "missing"
    """It does not exist."""
    REVISION_MISSING = "revision missing"
    """The ControllerRevision that the matcher names does not exist."""
    UNKNOWN = "unknown"
    """The files don't hold it."""


Content = Mapping[str, Any] | Gap
"""An instancetype or preference, a whole object, or why there is none."""

Look = Callable[[Matcher, Mapping[str, Any]], Content]
"""Asked for what a matcher of a VM names in the cluster as it is now, by the matcher's field of the VM."""


class Revision(Record):
    """What a VM's status holds of one matcher: the name and kind that it was stored for, and the copy."""

    name: str
    kind: str
    content: Content
    revision_name: str = ""


def content_of(
    matcher: Matcher, field: Mapping[str, Any] | None, stored: Revision | None, look: Look
) -> Content | None:
    """What a VM gets of a matcher's field: the revision that it names, the stored copy of what it names, or the object
    itself. None where the VM has no such field."""
    if field is None:
        return None
    if named := text(field, "revisionName"):
        return stored.content if stored is not None and stored.revision_name == named else look(matcher, field)
    if stored is not None and stored.name == text(field, "name"):
        return stored.content
    return look(matcher, field)


def stored_revision(
    matcher: Matcher, field: Mapping[str, Any] | None, stored: Revision | None, look: Look
) -> Revision | None:
    """What the status holds after the controller has stored a copy for a matcher's field.

    A copy is made anew where the field names another object or another kind; a kind that is removed changes nothing.
    """
    if field is None:
        return stored
    name, kind, revision = (text(field, key) for key in ("name", "kind", "revisionName"))
    known = stored or Revision("", "", Gap.MISSING)
    changed = stored is None or (name and name != known.name) or (kind and kind != known.kind)
    if revision and (changed or revision != known.revision_name):
        return Revision(name or known.name, kind or known.kind, look(matcher, field), revision)
    if changed:
        return Revision(name or known.name, kind or known.kind, look(matcher, {**field, "revisionName": ""}))
    return known
