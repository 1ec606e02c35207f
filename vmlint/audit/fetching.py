"""Repositories that git fetches, where an audit file names a URL.

Git uses its own configuration and credentials, and only these: it asks nobody, follows the allowed protocols only,
makes a bare clone without templates, and so runs no hook and no filter of anybody.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from vmlint.audit.places import scrubbed
from vmlint.errors import UsageError
from vmlint.source.program import installed

__all__ = ["clone", "remote_commit"]

_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.askPass="),
    *("-c", "fetch.recurseSubmodules=false"),
    *("-c", "transfer.bundleURI=false"),
)
_SECONDS = 3600
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def remote_commit(url: str, revision: str, protocols: Sequence[str], folder: Path) -> str:
    """The commit of a revision of a remote repository, without fetching it. UsageError where it has none."""
    if _COMMIT.fullmatch(revision):
        return revision
    name = revision or "HEAD"
    said = _git(["ls-remote", "--", url, name, f"refs/tags/{name}^{{}}"], protocols, folder)
    rows = (line.partition("\t") for line in said.splitlines())
    found = {ref: commit for commit, _, ref in rows}
    wanted = (name, f"refs/heads/{name}", f"refs/tags/{name}^{{}}", f"refs/tags/{name}")
    for ref in wanted:
        if ref in found:
            return found[ref]
    raise UsageError(f"the repository has no revision `{name}`")


def clone(url: str, revision: str, protocols: Sequence[str], bare: Path, *, commit: str = "") -> None:
    """Fetch one commit into a bare repository, which is made where it is not there; its HEAD becomes that of the
    revision. With a `commit` that one is fetched besides, where the remote gives it."""
    if not bare.exists():
        _git(["init", "--quiet", "--bare", "--template=", "--", str(bare)], protocols, bare.parent)
    wanted = commit or revision or "HEAD"
    fetch = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
    target = "refs/vmlint/before" if commit else "refs/vmlint/fetched"
    try:
        _git([*fetch, "--", url, f"+{wanted}:{target}"], protocols, bare)
    except UsageError:
        if not commit:
            raise
        return
    if not commit:
        fetched = _git(["rev-parse", "--verify", f"{target}^{{commit}}"], protocols, bare).strip()
        _git(["update-ref", "--no-deref", "HEAD", fetched], protocols, bare)


def _git(words: Sequence[str], protocols: Sequence[str], folder: Path) -> str:
    """The output of git. UsageError with its own words, without credentials, where it fails."""
    if (program := installed("git")) is None:
        raise UsageError("the program `git` is not installed")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _OWN}
    environment = {
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
        **kept,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": ":".join(protocols),
        "LC_ALL": "C",
    }
    command = [program, "--no-pager", *_OPTIONS, *words]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git can't fetch: {type(error).__name__}") from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
        raise UsageError(f"git can't fetch: {scrubbed(reason) or f'exit code {done.returncode}'}")
    return done.stdout.decode("utf-8", "replace")


_OWN = ("GIT_SSH_COMMAND", "GIT_SSH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
"""Variables of the user that say how git reaches a remote."""
