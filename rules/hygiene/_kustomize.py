"""What the rules about kustomizations share: the place of a problem, and its closing sentence."""

from __future__ import annotations

from vmlint.gitops.problem import BuildProblem
from vmlint.rule import Spot

__all__ = ["NOTHING_APPLIED", "spot"]

NOTHING_APPLIED = "kustomize refuses to build the kustomization, so nothing of it is applied."


def spot(problem: BuildProblem) -> Spot:
    document, path = problem.at
    return Spot(document, document.key_span(path) if problem.key else document.span(path))
