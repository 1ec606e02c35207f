"""What the tool that applies a folder refuses, or accepts without any effect."""

from __future__ import annotations

from collections.abc import Mapping

from vmlint.model.resource import Written
from vmlint.record import Codes, Record

__all__ = ["BuildCode", "BuildProblem", "Unbuildable", "invalid"]


class BuildCode(Codes):
    """Why a kustomization, or what a tool has to apply, has no result."""

    MISSING = "missing"
    OUTSIDE = "outside"
    RESTRICTED = "restricted"
    NO_KUSTOMIZATION = "no-kustomization"
    SEVERAL_FILES = "several-files"
    UNKNOWN_FIELD = "unknown-field"
    WRONG_TYPE = "wrong-type"
    INVALID = "invalid"
    EMPTY = "empty"
    NOT_A_COMPONENT = "not-a-component"
    IS_A_COMPONENT = "is-a-component"
    CYCLE = "cycle"
    IDENTITY_TAKEN = "identity-taken"
    OBJECT_INVALID = "object-invalid"
    KEY_TWICE = "key-twice"
    KEY_NOT_TEXT = "key-not-text"
    PATCH_INVALID = "patch-invalid"
    PATCH_UNMATCHED = "patch-unmatched"
    PATCH_AMBIGUOUS = "patch-ambiguous"
    PATCH_FAILS = "patch-fails"
    GENERATOR_FAILS = "generator-fails"
    REPLACEMENT_FAILS = "replacement-fails"
    SUBSTITUTION = "substitution"
    REFERENCE_AMBIGUOUS = "reference-ambiguous"
    TARGET_UNMATCHED = "target-unmatched"
    """The one that is no refusal: a patch with a `target` that selects no object changes nothing."""

    PATH_NOT_APPLIED = "path-not-applied"
    TOOL = "tool"


class BuildProblem(Record):
    """A refusal with its place. `values` holds what a sentence about it needs, by names that each code defines.

    `key` means that the field's name is meant and not its value. `folder` is the folder that has no result.
    """

    code: BuildCode
    at: Written
    folder: str = ""
    values: Mapping[str, str] = {}
    key: bool = False

    @property
    def identity(self) -> tuple[BuildCode, int, object, tuple[tuple[str, str], ...]]:
        """Equal for two reports of one fault: a base may be built for several overlays."""
        return self.code, id(self.at.document), self.at.path, tuple(sorted(self.values.items()))


class Unbuildable(Exception):  # noqa: N818 - it names the state of the kustomization
    """Carries the problem that ends a build. It never leaves the package."""

    def __init__(self, problem: BuildProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def invalid(at: Written, reason: str, folder: str) -> BuildProblem:
    """A kustomization that kustomize does not take, for a reason that needs no code of its own."""
    return BuildProblem(BuildCode.INVALID, at, folder, {"reason": reason})
