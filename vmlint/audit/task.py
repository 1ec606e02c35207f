"""The work on one repository as a plain value: what is sent to a worker, and what its results depend on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any

from vmlint.audit.schema import SCHEMA_VERSION

__all__ = ["KINDS", "Limits", "Task"]

KINDS = ("folder", "clone", "mirror", "archive", "url")
"""What a source is: a folder as it is, a clone or bare mirror at a revision, a tar archive, a repository that git
fetches."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one repository may take. `memory` and `size` are bytes, `timeout` seconds."""

    timeout: int = 600
    memory: int = 4 * 2**30
    attempts: int = 3
    files: int = 100_000
    size: int = 2 * 2**30
    split: int = 16 * 2**20
    """The bytes of manifests of KubeVirt and CDI from which several tasks check the deployments of a repository."""


@dataclass(frozen=True, slots=True)
class Task:
    """A repository of an audit.

    `location` is an absolute path or a URL. `paths` are checked in the repository; none means those of its own
    configuration, else all. `settings` have the names of `Config`. `given` are files and folders of the audit that the
    settings name, by the names under which the task sees them. `upgrades` are pairs of releases.
    """

    name: str
    kind: str
    location: str
    revision: str = ""
    paths: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    upgrades: tuple[tuple[str, str], ...] = ()
    strip: int = 0
    protocols: tuple[str, ...] = ("https", "ssh")
    link: str = ""
    limits: Limits = Limits()

    @property
    def is_versioned(self) -> bool:
        """Whether git knows earlier states of the repository."""
        return self.kind in ("clone", "mirror", "url")

    def key(self, content: str, build: str, given: str) -> str:
        """The content key: what the results depend on, whatever the repository is called and wherever it is.

        `content` is the commit or the hash of the files, `build` stands for vmlint itself, `given` for the content of
        the files that the settings name.
        """
        parts = [SCHEMA_VERSION, build, given, content, self.paths, self.settings, self.upgrades, self.strip]
        text = json.dumps(parts, sort_keys=True)
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()

    def plain(self) -> dict[str, Any]:
        """The task as JSON can hold it."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Task:
        """The task of such a value."""
        more = {
            "paths": tuple(plain["paths"]),
            "upgrades": tuple((before, after) for before, after in plain["upgrades"]),
            "protocols": tuple(plain["protocols"]),
            "limits": Limits(**plain["limits"]),
        }
        return cls(**{**plain, **more})
