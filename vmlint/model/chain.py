"""The way a resolution went: hop by hop, with the place where each hop is written."""

from __future__ import annotations

from vmlint.model.resource import Place
from vmlint.record import Record

__all__ = ["Hop"]


class Hop(Record):
    """One step: its text (`volume root → DataVolume template web-root`) and where that is written, if anywhere."""

    text: str
    place: Place | None
