"""The text of one document to its value with libyaml, as go-yaml v2 and JSON make it.

libyaml's parser gives the events; this module turns them into dictionaries and lists. Nothing here keeps positions:
that is the work of `positions`, for the few documents that a finding asks about.

Sources: KubeVirt `vendor/go.yaml.in/yaml/v2/decode.go` (mapping, merge, alias, allowedAliasRatio) and
`vendor/sigs.k8s.io/yaml/yaml.go` (convertToJSONableObject).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from sys import intern
from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from vmlint.source.built import MAX_DEPTH, MAX_SCALAR, Built, too_long
from vmlint.source.problems import DIRECTIVE, Unreadable, explain
from vmlint.source.scalars import HINTS, KEY_HINTS, ScalarError, plain, plain_key, tagged, tagged_key

__all__ = ["build_with_libyaml", "events", "is_merge", "key_of", "too_deep_part"]

_MOST_TAGS = 100
"""The most directives that libyaml gets to see: it compares each with all before it, and kubectl refuses them."""


_BLANKS = re.compile(r"(?:\s|#[^\n]*)*")


class _Anchor:
    """A value with a name. `weight` counts its nodes, those of aliases in it included, as go-yaml counts them."""

    __slots__ = ("event", "open", "value", "weight")

    def __init__(self, event: Any) -> None:
        self.event = event
        self.open = True
        self.value: Any = None
        self.weight = 1


def build_with_libyaml(text: str, most_aliased: int) -> Built:
    """As `build`, for any text."""
    if text.count("\n%TAG") > _MOST_TAGS:
        raise Unreadable(text.index("%TAG"), DIRECTIVE)
    try:
        return _build(text, most_aliased)
    except YAMLError as error:
        if (part := too_deep_part(error, text)) is not None:
            return _build(part, most_aliased)
        raise explain(error, text) from None


def _build(text: str, most_aliased: int) -> Built:
    """As `build`; raises YAMLError where libyaml refuses the text."""
    if _needs_a_closer_look(text):
        _check_as_go_yaml(text)
    if len(text) > MAX_SCALAR:
        _check_lengths(text)
    builder = _Builder(text, most_aliased)
    try:
        return builder.document()
    except Unreadable as error:
        error.aliased = builder.aliased
        raise


class _Builder:
    __slots__ = ("_anchors", "_limit", "_next", "_nodes", "_repeated", "_text", "aliased")

    def __init__(self, text: str, most_aliased: int) -> None:
        self._text = text
        self._next: Callable[[], Any] = CParser(text).get_event
        self._anchors: dict[str, _Anchor] = {}
        self._repeated = False
        self._nodes = 0
        self.aliased = 0
        # Each node takes at least one character: beyond this, more than 99 in 100 nodes come from aliases.
        self._limit = min(99 * len(text) + 1000, most_aliased)

    def document(self) -> Built:
        self._next()
        event = self._next()
        if type(event) is not DocumentStartEvent:
            return Built(None, False, None, 0)
        event = self._next()
        data = self._node(event, 1)
        total = self._nodes + 2
        if self.aliased > 100 and total > 1000 and self.aliased / total > _allowed_ratio(total):
            raise _too_many_aliases(event)
        end = self._next()
        return Built(data, self._repeated, self._rest(end), self.aliased)

    def _rest(self, end: Any) -> int | None:
        """Where text begins after the document's end (`...`): kubectl reads one document between two `---`."""
        try:
            event = self._next()
        except YAMLError:
            blanks = _BLANKS.match(self._text, end.end_mark.index)
            return blanks.end() if blanks else end.end_mark.index
        return None if type(event) is StreamEndEvent else event.start_mark.index

    def _node(self, event: Any, depth: int) -> Any:
        """The value that starts with an event. The two collections handle the common cases themselves."""
        kind = type(event)
        if kind is AliasEvent:
            return self._alias(event, depth)
        anchor = self._open(event)
        nodes = self._nodes
        value: Any
        if kind is ScalarEvent:
            try:
                value = _scalar(event)
            except ScalarError as error:
                raise Unreadable(event.start_mark.index, str(error)) from None
        elif kind is MappingStartEvent:
            value = self._mapping(event, depth)
        else:
            value = self._sequence(event, depth)
        if anchor:
            anchor.open = False
            anchor.value = value
            anchor.weight += self._nodes - nodes
        return value

    def _mapping(self, start: Any, depth: int) -> dict[str, Any]:
        if depth > MAX_DEPTH:
            raise _too_deep(start)
        following = self._next
        data: dict[str, Any] = {}
        merged: set[str] = set()
        event = start
        try:
            while True:
                event = following()
                if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
                    key = event.value
                    if key[:1] in KEY_HINTS and event.implicit[0]:
                        if key == "<<":
                            merged |= self._merge(following(), data, depth)
                            continue
                        key = plain_key(key)
                elif type(event) is MappingEndEvent:
                    break
                elif is_merge(event):
                    merged |= self._merge(following(), data, depth)
                    continue
                else:
                    key = self._key(event, depth)

                event = following()
                kind = type(event)
                value: Any
                if kind is ScalarEvent and event.tag is None and event.anchor is None:
                    value = event.value
                    if value[:1] in HINTS and event.implicit[0]:
                        value = plain(value)
                elif kind is MappingStartEvent and event.anchor is None:
                    value = self._mapping(event, depth + 1)
                elif kind is SequenceStartEvent and event.anchor is None:
                    value = self._sequence(event, depth + 1)
                else:
                    value = self._node(event, depth + 1)

                if key in data:
                    if key in merged:
                        merged.discard(key)
                        self._nodes += 2
                    else:
                        self._repeated = True
                # The same few keys stand in every document: one string each saves much memory.
                data[intern(key)] = value
        except ScalarError as error:
            raise Unreadable(event.start_mark.index, str(error)) from None
        self._nodes += 2 * len(data)
        return data

    def _sequence(self, start: Any, depth: int) -> list[Any]:
        if depth > MAX_DEPTH:
            raise _too_deep(start)
        following = self._next
        data: list[Any] = []
        append = data.append
        event = start
        try:
            while True:
                event = following()
                kind = type(event)
                if kind is MappingStartEvent and event.anchor is None:
                    append(self._mapping(event, depth + 1))
                elif kind is ScalarEvent and event.tag is None and event.anchor is None:
                    value = event.value
                    if value[:1] in HINTS and event.implicit[0]:
                        value = plain(value)
                    append(value)
                elif kind is SequenceEndEvent:
                    break
                else:
                    append(self._node(event, depth + 1))
        except ScalarError as error:
            raise Unreadable(event.start_mark.index, str(error)) from None
        self._nodes += len(data)
        return data

    def _key(self, event: Any, depth: int) -> str:
        """A key that is more than a scalar's text: with a tag, an anchor, or an alias."""
        kind = type(event)
        if kind is ScalarEvent:
            anchor = self._open(event)
            if anchor:
                anchor.open = False
                anchor.value = _scalar(event)
            return key_of(event)
        if kind is AliasEvent:
            self._alias(event, depth)
            named = self._anchors[event.anchor].event
            if type(named) is ScalarEvent:
                return key_of(named)
        raise Unreadable(event.start_mark.index, "a mapping key can't be a mapping or a list; quote it if it is text")

    def _merge(self, event: Any, data: dict[str, Any], depth: int) -> set[str]:
        """Write the mappings under `<<` into `data`, over what is there; of a list, the earlier ones win."""
        value = self._node(event, depth + 1)
        sources = value if type(event) is SequenceStartEvent else [value]
        if not all(isinstance(source, dict) for source in sources):
            raise Unreadable(event.start_mark.index, "`<<` merges a mapping or a list of mappings, and this is neither")
        own = len(data)
        keys: set[str] = set()
        for source in reversed(sources):
            data.update(source)
            keys.update(source)
        # The value is one node, and what it brought is counted with it, not again with the mapping.
        self._nodes += 1 - 2 * (len(data) - own)
        return keys

    def _open(self, event: Any) -> _Anchor | None:
        """A new anchor for the value that the event starts; a name may be used again, the latest counts."""
        if event.anchor is None:
            return None
        anchor = self._anchors[event.anchor] = _Anchor(event)
        return anchor

    def _alias(self, event: Any, depth: int) -> Any:
        """A copy of the anchor's value, so that no two places of the data are one object."""
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            raise Unreadable(event.start_mark.index, f"the anchor `&{event.anchor}` is not defined before this alias")
        if anchor.open:
            raise Unreadable(event.start_mark.index, f"the anchor `&{event.anchor}` contains itself")
        self._nodes += anchor.weight
        self.aliased += anchor.weight
        if self.aliased > self._limit:
            raise _too_many_aliases(event)
        return _copy(anchor.value, event, depth)


def is_merge(event: Any) -> bool:
    """Whether a key's event is `<<`, unquoted or with its tag."""
    return (
        type(event) is ScalarEvent
        and event.value == "<<"
        and (event.tag == _MERGE_TAG or (event.tag is None and event.implicit[0]))
    )


def key_of(event: Any) -> str:
    """The key that a scalar's event makes. Raises ScalarError where kubectl refuses it."""
    if event.tag is not None:
        return tagged_key(event.tag, event.value)
    text: str = event.value
    return plain_key(text) if event.implicit[0] and text[:1] in HINTS else text


_MERGE_TAG = "tag:yaml.org,2002:merge"


def events(text: str) -> Iterator[Any]:
    """libyaml's events of a text; the last one is that of a collection deeper than MAX_DEPTH, if there is any.

    libyaml 0.2.5 takes time for each level above a value: to the end of such a text it may take hours.
    Raises YAMLError.
    """
    count = 0
    try:
        for event in _events(text):
            yield event
            count += 1
    except YAMLError as error:
        if (part := too_deep_part(error, text)) is None:
            raise
        yield from islice(_events(part), count, None)


def too_deep_part(error: YAMLError, text: str) -> str | None:
    """The text before libyaml's error, if something in it is nested deeper than MAX_DEPTH, else None.

    libyaml reads up to 1,024 characters ahead of the events it gives: its error may come before the event of the level
    that vmlint refuses. libyaml 0.2.6 (PyYAML 6.0.4) also refuses more than 1,000 levels itself. Without this, the
    message and its place would depend on the installed libyaml.
    """
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if mark is None or mark.index <= MAX_DEPTH:
        return None
    part = text[: mark.index]
    depth = 0
    try:
        for event in _events(part):
            depth += _DEEPER.get(type(event), 0)
    except YAMLError:
        pass
    return part if depth > MAX_DEPTH else None


_DEEPER = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}
"""How an event changes the depth; other events don't."""


def _events(text: str) -> Iterator[Any]:
    following: Callable[[], Any] = CParser(text).get_event
    depth = 0
    while type(event := following()) is not StreamEndEvent:
        depth += _DEEPER.get(type(event), 0)
        yield event
        if depth > MAX_DEPTH:
            return


_FLOW = re.compile(r"""[\[{](?<![^\s\ufeff][\[{])(?![^\n"'#\[\]{}?]*[\]}])""")
"""What may begin a mapping or list in brackets, but for one that ends in its line and has no `?`, and no others in
it."""


def _needs_a_closer_look(text: str) -> bool:
    """Whether the text may hold what libyaml reads and go-yaml does not. Few documents hold any of it."""
    if "\\/" in text:
        return True
    return "?" in text and (opened := _FLOW.search(text)) is not None and text.find("?", opened.end()) != -1


def _check_as_go_yaml(text: str) -> None:
    """Refuse a `?` in an unquoted value inside `[` or `{`, and the escape `\\/`, as go-yaml v2 does."""
    depth = 0
    for event in events(text):
        kind = type(event)
        if kind is SequenceStartEvent or kind is MappingStartEvent:
            depth += 1 if depth or event.flow_style else 0
        elif depth and (kind is SequenceEndEvent or kind is MappingEndEvent):
            depth -= 1
        elif kind is DocumentEndEvent:
            return
        elif kind is ScalarEvent:
            start, end = event.start_mark.index, event.end_mark.index
            if event.style == '"' and (escape := _SLASH.search(text, start, end)):
                raise Unreadable(escape.end() - 2, "kubectl does not know the escape `\\/`: write `/`")
            if depth and not event.style and "?" in event.value:
                reason = "kubectl reads a `?` inside `[` or `{` as the start of a key: put the value in quotes"
                raise Unreadable(text.index("?", start, end), reason)


def _check_lengths(text: str) -> None:
    """Refuse a scalar of more than MAX_SCALAR characters, before anything is made of it."""
    for event in events(text):
        if type(event) is ScalarEvent and len(event.value) > MAX_SCALAR:
            mark: Any = event.start_mark
            raise Unreadable(mark.index, too_long(event.value))
        if type(event) is DocumentEndEvent:
            return


_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")


def _scalar(event: Any) -> Any:
    if event.tag is not None:
        return tagged(event.tag, event.value)
    return plain(event.value) if event.implicit[0] and event.value[:1] in HINTS else event.value


def _copy(value: Any, event: Any, depth: int) -> Any:
    if isinstance(value, dict):
        if depth > MAX_DEPTH:
            raise _too_deep(event)
        return {key: _copy(each, event, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        if depth > MAX_DEPTH:
            raise _too_deep(event)
        return [_copy(each, event, depth + 1) for each in value]
    return value


def _allowed_ratio(nodes: int) -> float:
    """The share of nodes that may come from aliases: 99% up to 400,000 nodes, falling to 10% at 4,000,000."""
    return min(0.99, max(0.10, 0.99 - 0.89 * (nodes - 400_000) / 3_600_000))


def _too_many_aliases(event: Any) -> Unreadable:
    return Unreadable(
        event.start_mark.index, "aliases blow the document up to many times its size; write the values out"
    )


def _too_deep(event: Any) -> Unreadable:
    return Unreadable(event.start_mark.index, f"nested deeper than {MAX_DEPTH} levels")
