"""A program that reads files of a stranger, run so that it reaches nothing else.

It gets no network where the system can separate it (`unshare`), and elsewhere proxies that refuse; no
program besides itself; no configuration of the user, and none that the files could bring: kubectl obeys
`$HOME/.kube/kuberc`, which can switch on its plugins and Helm.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Event, Timer

from vmlint.source.program import installed

__all__ = ["TooLong", "run"]

_SECONDS = 60
_MOST_BYTES = 64 * 2**20
_NOWHERE = "http://127.0.0.1:1"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_WITHOUT_NETWORK = ("--user", "--map-root-user", "--net", "--")


class TooLong(Exception):  # noqa: N818 - the output is
    """More output than is read."""


def run(tool: Sequence[str], *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program. Raises TimeoutExpired after a minute, TooLong after 64 MiB of output, OSError without it."""
    with tempfile.TemporaryDirectory(prefix="vmlint-") as home, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*_isolation(), *tool, *words],
            cwd=home,
            env=_environment(home, tool[0]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        expired = Event()
        timer = Timer(_SECONDS, _end, (process, expired))
        timer.start()
        try:
            assert process.stdout is not None
            output = process.stdout.read(_MOST_BYTES + 1)
            if len(output) > _MOST_BYTES:
                raise TooLong(f"it makes more than {_MOST_BYTES // 2**20} MiB")
            code = process.wait()
        finally:
            timer.cancel()
            with suppress(OSError):
                process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        if expired.is_set():
            raise subprocess.TimeoutExpired(list(tool), _SECONDS)
        errors.seek(0)
        return subprocess.CompletedProcess(process.args, code, output, errors.read(_MOST_BYTES))


def _end(process: subprocess.Popen[bytes], expired: Event) -> None:
    expired.set()
    process.kill()


def _environment(home: str, tool: str) -> dict[str, str]:
    """The variables of the program: none of the caller's, and nothing to find by them."""
    proxies = {name: _NOWHERE for proxy in _PROXIES for name in (proxy, proxy.lower())}
    return {
        **proxies,
        "NO_PROXY": "",
        "no_proxy": "",
        "PATH": os.defpath if _is_script(tool) else home,
        "HOME": home,
        "TMPDIR": home,
        "LC_ALL": "C",
        "KUBECONFIG": os.devnull,
        "KUBERC": "off",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _is_script(tool: str) -> bool:
    """Whether a program is a script, which needs others: then git is there, and may not transfer anything."""
    try:
        with Path(tool).open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


@cache
def _isolation() -> Sequence[str]:
    """The words before a command that leave it no network; none where the system refuses that."""
    unshare, true = installed("unshare"), installed("true")
    if unshare is None or true is None:
        return ()
    words = (unshare, *_WITHOUT_NETWORK)
    try:
        done = subprocess.run(
            [*words, true], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False, env={}
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return words if done.returncode == 0 else ()
