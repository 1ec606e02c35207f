"""The bytes of a file to its documents, exactly as kubectl decodes them.

kubectl reads a file that begins with `{` as a stream of JSON values and turns to YAML where that fails; everything
else is YAML, cut at `---` line by line.

Source: KubeVirt `vendor/k8s.io/apimachinery/pkg/util/yaml/decoder.go` (YAMLOrJSONDecoder.Decode).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vmlint.runtime.cached import cached_property
from vmlint.source.builder import build
from vmlint.source.built import MAX_ALIASED, Built, Plain
from vmlint.source.discover import KUSTOMIZATION_FILES
from vmlint.source.document import Document, Problem, Skipped, SourceFile
from vmlint.source.json_mistake import mistake
from vmlint.source.json_values import JsonValues
from vmlint.source.manifest import is_manifest, is_unfilled
from vmlint.source.problems import Unreadable
from vmlint.source.separator import next_object
from vmlint.source.stream import Chunk, looks_like_json, split, text_of
from vmlint.source.template import is_template, reason_of_template
from vmlint.source.waiting import MayWait

__all__ = ["MAX_DOCUMENTS", "decode", "decode_text"]

MAX_DOCUMENTS = 100_000
"""The most documents of a file, empty ones included. It takes about 200 bytes to say anything of a machine or disk."""


def decode(
    data: bytes,
    file: str,
    *,
    chart: str = "",
    may_wait: MayWait | None = None,
    most_aliased: int = MAX_ALIASED,
    known: Mapping[int, str] | None = None,
    named: bool = True,
) -> SourceFile:
    """The documents of a file's bytes.

    A document that kubectl refuses has a problem and takes no other with it; one that is a template of another
    program is skipped instead. `chart` names the Helm chart that the file lies in, for that reason. Documents that
    `may_wait` are decoded when somebody asks for their data. Empty documents and those of comments alone are dropped,
    as kubectl drops them, but for comments to vmlint. Of more than MAX_DOCUMENTS the rest is one that can't be read, as
    is a document in which aliases add more than is left of `most_aliased`. Nothing is raised, whatever the bytes are.

    Of a file that was decoded before, the kinds of its objects may be `known`, by the lines of their documents: these
    all wait, and nothing else is in the file. What can't be read of a file that is not `named` and holds no manifest is
    `stray`.
    """
    return _Decoder(file, chart, may_wait, most_aliased, known, named).run(text_of(data), 1)


def decode_text(
    text: str,
    file: str,
    *,
    line: int = 1,
    chart: str = "",
    may_wait: MayWait | None = None,
    most_aliased: int = MAX_ALIASED,
    inside: bool = False,
) -> SourceFile:
    """The same for text that begins at a line of the file; `inside` means that it is a text in one of its documents."""
    return _Decoder(file, chart, may_wait, most_aliased, None, named=True, inside=inside).run(text, line)


class _Decoder:
    def __init__(
        self,
        file: str,
        chart: str,
        may_wait: MayWait | None,
        most_aliased: int,
        known: Mapping[int, str] | None,
        named: bool,
        *,
        inside: bool = False,
    ) -> None:
        self._known = known
        self._named = named or file.rpartition("/")[2] in KUSTOMIZATION_FILES
        self._text = ""
        self._file = file
        self._chart = chart
        self._inside = inside
        self._may_wait = may_wait
        self._documents: list[Document] = []
        self._skipped: list[Skipped] = []
        self._remarks: list[Document] = []
        self._most_aliased = most_aliased
        self._aliased = 0

    def run(self, text: str, line: int) -> SourceFile:
        self._text = text
        if looks_like_json(text):
            start = self._json(text, line)
            line += text.count("\n", 0, start)
            self._yaml(text[start:], line, start - text.rfind("\n", 0, start))
        else:
            self._yaml(text, line, 1)
        return SourceFile(
            self._file,
            tuple(self._documents),
            tuple(self._skipped),
            tuple(self._remarks),
            self._aliased,
        )

    def _json(self, text: str, line: int) -> int:
        """Decode JSON values from the start of the text; where they end and YAML begins.

        After two values kubectl is sure that the text is JSON: a mistake is then one of JSON.
        """
        values = JsonValues(text)
        end = 0
        count = 0
        column = 1
        while (start := values.skip_blank(end)) < len(text):
            line, column = _moved(text, end, start, line, column)
            try:
                value = values.at(start)
            except json.JSONDecodeError as error:
                if count < 2:
                    return _yaml_start(text, end, start)
                found = mistake(error)
                refused = Unreadable(found.position - start, f"not JSON, as the values before it are: {found.reason}")
                self._refuse(text[start:], line, column, refused)
                return len(text)
            except Unreadable as error:
                self._refuse(text[start:], line, column, error)
                return len(text)
            count += 1
            if count > MAX_DOCUMENTS:
                self._refuse("", line, column, _TOO_MANY)
                return len(text)
            end = value.end
            if value.data is not None:
                self._add(text[start:end], line, column, value.data, repeated=value.repeated, json=True)
            line, column = _moved(text, start, end, line, column)
        return len(text)

    def _yaml(self, text: str, line: int, column: int) -> None:
        for number, chunk in enumerate(split(text, line, column)):
            if number == MAX_DOCUMENTS:
                self._refuse("", chunk.line, chunk.column, _TOO_MANY)
                return
            if chunk.refused:
                self._refuse(chunk.text, chunk.line, chunk.column, Unreadable(0, chunk.refused))
                continue
            if self._known is not None:
                if kind := self._known.get(chunk.line):
                    self._wait(chunk, kind)
                continue
            if self._may_wait is not None and (kind := self._may_wait(chunk.text)):
                self._wait(chunk, kind)
                continue
            if not chunk.text.strip(" \n"):
                continue
            try:
                built = build(chunk.text, self._most_aliased - self._aliased)
            except Unreadable as error:
                self._aliased += error.aliased
                self._refuse(chunk.text, chunk.line, chunk.column, error)
                continue
            self._aliased += built.aliased
            if built.rest is not None:
                self._skip_rest(chunk.line + chunk.text.count("\n", 0, built.rest))
            if built.data is not None:
                self._add_objects(chunk, built)
            elif "vmlint:" in chunk.text:
                self._remarks.append(
                    Document(self._file, len(self._documents), chunk.line, chunk.text, column=chunk.column)
                )

    def _add_objects(self, chunk: Chunk, built: Built) -> None:
        """Add a document, and where a `---` is missing in it the documents that it should separate."""
        text, line, column, joined = chunk.text, chunk.line, chunk.column, False
        while built.repeated and (end := next_object(text, built.data)) is not None:
            first, rest = build(text[:end]), text[end:]
            self._add(
                text[:end],
                line,
                column,
                first.data,
                repeated=first.repeated,
                joined=joined,
                plain=isinstance(first, Plain),
            )
            line, column, joined = line + text.count("\n", 0, end), 1, True
            text, built = rest, build(rest)
        plain = isinstance(built, Plain)
        self._add(text, line, column, built.data, repeated=built.repeated, joined=joined, plain=plain)

    @cached_property
    def _holds_manifest(self) -> bool:
        return is_manifest(self._text)

    def _wait(self, chunk: Chunk, kind: str) -> None:
        index = len(self._documents)
        self._documents.append(Document(self._file, index, chunk.line, chunk.text, column=chunk.column, waiting=kind))

    def _add(
        self,
        text: str,
        line: int,
        column: int,
        data: Any,
        *,
        repeated: bool,
        json: bool = False,
        joined: bool = False,
        plain: bool = False,
    ) -> None:
        index = len(self._documents)
        self._documents.append(
            Document(
                self._file,
                index,
                line,
                text,
                data,
                column=column,
                repeated=repeated,
                json=json,
                joined=joined,
                plain=plain,
                inside=self._inside,
            )
        )

    def _refuse(self, text: str, line: int, column: int, error: Unreadable) -> None:
        index = len(self._documents)
        if not (self._named or self._holds_manifest):
            problem = Problem.of(error.index, error.reason, text, line, column)
            stray = Document(self._file, index, line, text, problem=problem, column=column, stray=True)
            self._documents.append(stray)
            return
        if is_template(text) or is_unfilled(text, error.index):
            self._skipped.append(Skipped(self._file, line, reason_of_template(text, self._chart)))
            return
        problem = Problem.of(error.index, error.reason, text, line, column)
        self._documents.append(Document(self._file, index, line, text, problem=problem, column=column))

    def _skip_rest(self, line: int) -> None:
        reason = "kubectl reads nothing from here on, as the document ends before it: begin the next one with `---`"
        self._skipped.append(Skipped(self._file, line, reason))


_TOO_MANY = Unreadable(0, f"the file has more than {MAX_DOCUMENTS:,} documents, the maximum: split it")


def _moved(text: str, start: int, end: int, line: int, column: int) -> tuple[int, int]:
    """The line and column of `end`, given those of `start`."""
    breaks = text.count("\n", start, end)
    return line + breaks, end - text.rfind("\n", start, end) if breaks else column + end - start


def _yaml_start(text: str, end: int, start: int) -> int:
    """Where YAML begins after the JSON that ended at `end`: the blanks on that value's own line are dropped."""
    return text.rfind("\n", end, start) + 1 or start
