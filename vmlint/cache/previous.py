"""What an earlier run over the same files says of this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vmlint.cache.affected import affected
from vmlint.cache.memory import Memory, can_remember
from vmlint.engine.files import KnownFiles
from vmlint.engine.reuse import Reuse
from vmlint.engine.silent import Ends
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.subjects import NumberedSubject
from vmlint.engine.summaries import facts_of
from vmlint.model.resource import Resource
from vmlint.source.document import Document
from vmlint.source.read import Raw

__all__ = ["PreviousRun"]


class PreviousRun(Reuse):
    """The memory of a run, as far as it holds for files with these `contents`."""

    def __init__(self, memory: Memory, files: Sequence[Raw], contents: Mapping[str, str]) -> None:
        self._memory = memory
        self._contents = {raw.name: raw.data for raw in files}
        self._changed = {
            name
            for name, content in contents.items()
            if (was := memory.files.get(name)) is None or was.content != content
        }
        self.files = KnownFiles(
            {
                name: one.facts
                for name, one in memory.files.items()
                if one.facts and name in self._contents and name not in self._changed
            }
        )

    @property
    def knows_most(self) -> bool:
        """Whether more than half of the files are what they were: else the run is a new one."""
        return 2 * len(self._changed) < len(self._contents)

    def silent(self, snapshot: Snapshot, subjects: Sequence[NumberedSubject]) -> Mapping[int, Ends]:
        """The subjects, by their numbers, of which there was nothing to say, and to which no change can matter."""
        if not can_remember(snapshot) or snapshot.world.cluster.namespaces != self._memory.namespaces:
            return {}
        again = self._again(snapshot)
        if again is None:
            return {}
        silent: dict[int, Ends] = {}
        for index, (_, subject) in enumerate(subjects):
            document = subject.document if isinstance(subject, Resource) else subject
            if not isinstance(document, Document) or document.file in again or document.file not in self.files.facts:
                continue
            where = self._memory.files[document.file].quiet[document.index] if document is not subject else ()
            if where is not None:
                silent[index] = where
        return silent

    def _again(self, snapshot: Snapshot) -> set[str] | None:
        """The files whose objects are judged again."""
        objects: dict[str, list[Resource]] = {}
        for found in snapshot.repository.resources:
            if found.document.file not in self.files.facts:
                objects.setdefault(found.document.file, []).append(found)

        def of(document: Document) -> list[Resource]:
            return [found for found in objects.get(document.file, ()) if found.document is document]

        files = (file for file in snapshot.repository.files if file.file in self._changed)
        return affected(self._memory, self._contents, {file.file: facts_of(file, of) for file in files}, objects)
