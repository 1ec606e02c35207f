"""What nobody can apply after an edit: kustomizations that fail, and files that are not YAML. Their objects stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmlint.engine.snapshot import Snapshot
from vmlint.findings.finding import ObjectId
from vmlint.gitops.problem import BuildCode
from vmlint.impact.model import ObjectChange, Verdict
from vmlint.impact.pairing import Side, without_number
from vmlint.rule import Effect, Fault, Rule, Spot

__all__ = ["Unapplied"]

_EFFECTS = (Effect.UNBUILDABLE, Effect.UNREADABLE)


class Unapplied:
    """The deployments and files that can't be applied after an edit."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._before = before
        self._after = after
        refused = [problem for problem in after.repository.problems if problem.code is not BuildCode.TARGET_UNMATCHED]
        folders = [problem.folder for problem in refused if problem.folder]
        self._deployments = set(map(after.relative, [*after.repository.failed, *folders]))
        self._files = {
            after.relative(document.file)
            for document in after.repository.documents
            if not document.waiting and document.problem is not None
        }

    def keeps(self, side: Side) -> bool:
        """Whether an object stays as it was before the edit."""
        if not (self._deployments or self._files):
            return False
        relative = self._before.relative
        return self.fails(side.deployment) or relative(side.resource.document.file) in self._files

    def fails(self, deployment: str) -> bool:
        """Whether a deployment that is known from before the edit can't be applied after it."""
        return self._before.relative(without_number(deployment)) in self._deployments

    def changes(self, rules: Sequence[Rule]) -> Iterator[ObjectChange]:
        """Why they can't be applied, where the edit is the reason."""
        known = set(_faults(self._before, rules))
        for (file, message), fault in _faults(self._after, rules).items():
            if (file, message) not in known and isinstance(fault.place, Spot):
                document, span = fault.place
                yield ObjectChange(
                    ObjectId("", "file", "", document.file),
                    Verdict.REFUSED,
                    message,
                    fix=fault.fix,
                    notes=("the objects in the cluster stay as they are",),
                    file=document.file,
                    line=span.line,
                )


def _faults(snapshot: Snapshot, rules: Sequence[Rule]) -> dict[tuple[str, str], Fault]:
    """What the rules about unreadable files and failing tools report, by the file and the message."""
    repository = snapshot.repository
    documents = [document for document in repository.documents if not document.waiting and document.problem is not None]
    return {
        (snapshot.relative(fault.place.document.file), fault.message): fault
        for rule in rules
        if rule.meta.effect in _EFFECTS
        for subject in (*documents, *repository.problems)
        if isinstance(subject, rule.meta.subject)
        for fault in rule.check(subject, snapshot.world)
        if isinstance(fault, Fault) and isinstance(fault.place, Spot)
    }
