"""What may be meant by a name that leads nowhere: the known name that is most like it."""

from __future__ import annotations

from collections.abc import Iterable

from vmlint.graph.cluster import Cluster
from vmlint.model.ref import Ref

__all__ = ["MOST_COMPARED", "Names"]

MOST_COMPARED = 10_000_000
"""How much is compared in a run: one for each pair of names, and for those that are alike their lengths' product. What
is missing after that is reported without the name that may be meant."""

_ALIKE = 0.75  # how like two names must be for one to be meant by the other; difflib's ratio


class Names:
    """The names of a cluster's objects. Each kind's are looked through once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._kinds: dict[Ref, _Kind] = {}

    def nearest(self, ref: Ref) -> str:
        """The object of that name elsewhere, else the nearest name in its namespace; "" where none is near."""
        key = Ref(ref.group, ref.kind, "", "")
        if (kind := self._kinds.get(key)) is None:
            kind = self._kinds[key] = _Kind(self._cluster.whole, [*self._cluster.names(key), *self._cluster.made(key)])
        return kind.nearest(ref)


class _Kind:
    """The names of one kind. `whole` keeps what was compared so far, for all parts of it."""

    def __init__(self, whole: Cluster, known: Iterable[Ref]) -> None:
        self._whole = whole
        by_name: dict[str, set[Ref]] = {}
        self._signs = _Signs()
        self._here: dict[str, dict[str, int]] = {}
        for ref in known:
            by_name.setdefault(ref.name, set()).add(ref)
            self._here.setdefault(ref.namespace, {})[ref.name] = self._signs.of(ref.name)
        self._by_name = {name: sorted((ref.short, ref) for ref in refs) for name, refs in by_name.items()}
        self._found: dict[Ref, str] = {}

    def nearest(self, ref: Ref) -> str:
        for short, other in self._by_name.get(ref.name, ()):
            if other != ref:
                return short
        if (found := self._found.get(ref)) is None:
            found = self._found[ref] = self._most_like(ref.name, self._here.get(ref.namespace, {}))
        return found

    def _most_like(self, name: str, known: dict[str, int]) -> str:
        """What `difflib.get_close_matches` would give first, with fewer comparisons.

        The characters that two names share, in whatever order, are the most that can be alike.
        """
        if self._whole.count_compared(len(known)) > MOST_COMPARED:
            return ""
        from difflib import SequenceMatcher  # only a fault needs it

        sign = self._signs.of(name)
        bounds = (
            (2.0 * (sign & other).bit_count() / (len(name) + len(like)), like)
            for like, other in known.items()
            if like != name
        )
        best = (_ALIKE, "")
        matcher = SequenceMatcher[str]()
        matcher.set_seq2(name)
        for bound, like in sorted((bound for bound in bounds if bound[0] >= _ALIKE), reverse=True):
            if bound < best[0]:
                break
            if self._whole.count_compared(len(name) * len(like)) > MOST_COMPARED:
                return ""
            matcher.set_seq1(like)
            best = max(best, (matcher.ratio(), like))
        return best[1]


class _Signs:
    """Names as sets of bits: a bit for the first `a`, one for the second, and so on."""

    def __init__(self) -> None:
        self._bits: dict[tuple[str, int], int] = {}

    def of(self, name: str) -> int:
        counts: dict[str, int] = {}
        sign = 0
        for char in name:
            nth = counts[char] = counts.get(char, 0) + 1
            sign |= 1 << self._bits.setdefault((char, nth), len(self._bits))
        return sign
