"""What has to hold for any repository: everything that vmlint makes of it, and how it is looked at.

Nothing is raised but what says that there is nothing to do; every file and document is accounted for; every place lies
in a file; no report holds what a terminal, a log, or a reader of XML and JSON would obey; nothing on disk changes.
"""

from __future__ import annotations

import json
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import chdir
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from vmlint.api import check, judge
from vmlint.cache import Cache
from vmlint.config.config import Config
from vmlint.config.file import load_for
from vmlint.engine.request import RunRequest
from vmlint.engine.snapshot import Snapshot
from vmlint.engine.workspace import snapshot_of
from vmlint.errors import ConfigError, NothingToRead, UsageError
from vmlint.explain.expand import claims_of, expanded
from vmlint.explain.trace import trace
from vmlint.findings.finding import Report
from vmlint.fix.prune import prune
from vmlint.report import FORMATS, render
from vmlint.report.graph import FORMATS as PICTURES
from vmlint.report.graph import render as draw
from vmlint.report.graph.picture import picture
from vmlint.report.manifest import manifest
from vmlint.report.trace import render as traced
from vmlint.report.trace import render_json
from vmlint.source.comments import comments
from vmlint.source.decode import decode
from vmlint.source.discover import ENDINGS, KUSTOMIZATION_FILES
from vmlint.source.problems import CONTROL
from vmlint.source.stream import looks_like_json, text_of

from .case import Case, Link, load, save
from .commands import look
from .harm import Escape, demand, harmless

__all__ = ["Escape", "account", "survey"]


def survey(case: Case, empty: Path, random: Random | None = None) -> str:
    """Look at a case in an empty folder: `checked`, or why there was nothing to check.

    With chance, some of what takes long is left out.
    """
    chance = random or Random(len(case))
    (folder := empty / "repository").mkdir()
    (commanded := empty / "commands").mkdir()
    save({"target.yaml": b"kind: Outside\n", "folder/vm.yaml": b"kind: Outside\n"}, empty / "outside")
    save(case, folder)
    look(case, commanded, chance)
    with chdir(folder):
        try:
            settings = load_for([])
        except ConfigError:
            settings, end = Config(), "configuration refused"
        else:
            end = "checked"
        settings = settings.replace(paths=(), render=False)
        try:
            opened = snapshot_of(RunRequest((".",), settings.knowing()))
        except NothingToRead:
            return "nothing to read"
        except (UsageError, ConfigError):
            return "configuration refused"
        try:
            report = judge(opened)
        except (UsageError, ConfigError):  # a baseline that is none
            return "configuration refused"
        demand(not report.crashes, f"{next(iter(report.crashes), '')}")
        _account(case, opened)
        _places(case, report)
        _reports(report)
        _others(opened, report)
        if random is None or random.random() < 0.1:
            _shared(settings, report)
        if random is None or random.random() < 0.3:
            _remembered(case, settings, report)
    demand(load(folder) == dict(case), "files have changed")
    return end


# Whoever judges, and whatever is known of an earlier run


def _shared(settings: Config, report: Report) -> None:
    """Two processes say what one does."""
    demand(_said(settings, jobs=2) == render("json", report), "two processes say something else")


def _remembered(case: Case, settings: Config, report: Report) -> None:
    """A run over what an earlier one has seen says what one without it does: of all files, and where one is empty."""
    with tempfile.TemporaryDirectory() as kept:
        cache = Cache(Path(kept), least_bytes=0)
        demand(_said(settings, cache=cache) == render("json", report), "a run that is kept says something else")
        names = sorted(name for name in case if _is_read(name) and not name.endswith("vmlint.yaml"))
        for name in names[len(case) % len(names) :][:1] if names else ():
            warm, cold = (_said(settings, overlay={name: b""}, cache=one) for one in (cache, None))
            demand(warm == cold, f"what is known of a run is wrong without {name!r}")


def _said(settings: Config, **named: Any) -> str:
    try:
        return render("json", check(["."], settings.knowing(), **named))
    except NothingToRead:
        return "nothing"


# Everything is accounted for

_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_CONTENT = re.compile(r"^[a-z]\w*: [a-z]", re.MULTILINE)
_ENDS = "kubectl reads nothing from here on"


def _account(case: Case, opened: Snapshot) -> None:
    repository, settings = opened.repository, opened.settings
    links = any(isinstance(data, Link) for data in case.values())
    if not (links or settings.exclude or settings.context or any(name.endswith(".gitignore") for name in case)):
        wanted = [name for name in case if _is_read(name)]
        demand(repository.counts.files == len(wanted), f"{repository.counts.files} files of {len(wanted)} were read")
    for name, data in case.items():
        if _is_read(name) and not isinstance(data, Link):
            account(name, data)


def _is_read(name: str) -> bool:
    *folders, base = name.split("/")
    dotted = any(folder.startswith(".") for folder in folders)
    return (base.lower().endswith(ENDINGS) or base in KUSTOMIZATION_FILES) and not dotted


def account(name: str, data: bytes) -> None:
    """Each part of a YAML file that holds a key and a word is a document, or says why it is none."""
    text = text_of(data)
    read = decode(data, name)
    for document in read.documents:
        document.span(())
        list(comments(document))
    if looks_like_json(text) or CONTROL.search(text) or re.search("[\r\x85\u2028\u2029]", text):
        return
    told = {document.line for document in read.documents} | {skipped.line for skipped in read.skipped}
    rest = any(skipped.reason.startswith(_ENDS) for skipped in read.skipped)
    starts = [0, *(match.start() for match in _SEPARATOR.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if _CONTENT.search(text, start, end) and not rest:
            first, last = (text.count("\n", 0, index) + 1 for index in (start, end))
            demand(any(first <= line <= last for line in told), f"{name}: nothing is said of lines {first} to {last}")


def _places(case: Case, report: Report) -> None:
    """Every finding points into a file that is there."""
    for finding in (*report.findings, *(one.finding for one in report.suppressed)):
        held = finding.file in case or finding.file.endswith("vmlint.yaml") or Path(finding.file).exists()
        demand(held, f"no file {finding.file!r}")
        demand(finding.line >= 1 and finding.column >= 1, f"no place {finding}")
        ends = (finding.end_line, finding.end_column) >= (finding.line, finding.column)
        demand(ends, f"ends before it begins: {finding}")
        inside = not finding.excerpt or finding.column <= len(finding.excerpt) + 1
        demand(inside, f"beyond the line: {finding}")


# No report does harm


def _reports(report: Report) -> None:
    for name in FORMATS:
        text = render(name, report)
        harmless(f"the report {name}", text)
        demand(text == render(name, report), f"the report {name} differs the second time")
        if name in ("json", "sarif", "gitlab"):
            json.loads(text)
        if name == "junit":
            ElementTree.fromstring(text)
    wide = {"color": False, "width": 40, "verbose": True, "show_suppressed": True, "encoding": "ascii"}
    for options in ({**wide, "statistics": True}, wide):
        text = render("text", report, **options)
        harmless("the report text", text)
        text.encode("ascii")


# The other commands


def _others(opened: Snapshot, report: Report) -> None:
    for world in opened.worlds:
        for vm in expanded(world):
            told = trace(vm, world)
            harmless("a trace", traced([told], color=False, width=None, encoding="utf-8"))
            json.loads(render_json([told]))
            for path, giver in vm.origin.items():
                str(path), str(giver)
            if vm.problem is None:
                harmless("an expanded VM", manifest(vm.data, {path: str(of) for path, of in vm.origin.items()}))
        for claim in claims_of(world):
            if claim.problem is None:
                harmless("a claim", manifest(claim.data))
    graph, about = picture(opened, report)
    for name in PICTURES:
        text = draw(name, graph, about)
        harmless(f"the graph {name}", text)
        for parsed in _parsed(name, text):
            demand(parsed is not None, f"the graph {name} is no {name}")
    prune(report.suppressions)


def _parsed(name: str, text: str) -> Iterator[Any]:
    if name == "json":
        yield json.loads(text)
    if name in ("svg", "graphml"):
        yield ElementTree.fromstring(text)
