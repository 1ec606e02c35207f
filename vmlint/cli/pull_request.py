"""The base of a pull request, from the variables that CI systems set.

Sources: GitHub Actions "Variables", GitLab "Predefined CI/CD variables", Bitbucket Pipelines "Variables and secrets",
Azure Pipelines "Predefined variables", Jenkins "Branch API", Buildkite "Environment variables", Woodpecker and Drone
"Environment reference", Travis CI "Environment Variables"; pre-commit `pre_commit/commands/run.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

__all__ = ["base_of", "is_ci"]


def _commit(value: str) -> str:
    return value


def _branch(value: str) -> str:
    return f"origin/{value.removeprefix('refs/heads/')}"


_VARIABLES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("PRE_COMMIT_FROM_REF", _commit),
    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", _commit),
    ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", _branch),
    ("GITHUB_BASE_REF", _branch),
    ("BITBUCKET_PR_DESTINATION_COMMIT", _commit),
    ("BITBUCKET_PR_DESTINATION_BRANCH", _branch),
    ("SYSTEM_PULLREQUEST_TARGETBRANCH", _branch),
    ("BUILDKITE_PULL_REQUEST_BASE_BRANCH", _branch),
    ("CHANGE_TARGET", _branch),
    ("CI_COMMIT_TARGET_BRANCH", _branch),
    ("DRONE_TARGET_BRANCH", _branch),
)
"""The surest first. Each is set for pull requests only, but for Drone's."""


def base_of(environment: Mapping[str, str]) -> str:
    """The revision that a pull request is compared with, "" outside of one."""
    for variable, read in _VARIABLES:
        value = environment.get(variable, "")
        if value and (variable != "DRONE_TARGET_BRANCH" or environment.get("DRONE_BUILD_EVENT") == "pull_request"):
            return read(value)
    if environment.get("TRAVIS_PULL_REQUEST", "false") != "false" and environment.get("TRAVIS_BRANCH"):
        return _branch(environment["TRAVIS_BRANCH"])
    return ""


def is_ci(environment: Mapping[str, str]) -> bool:
    """Whether a CI system runs the command."""
    return environment.get("CI", "").lower() in ("1", "true") or "TF_BUILD" in environment
