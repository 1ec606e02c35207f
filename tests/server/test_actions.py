"""What is shown of a place, and what can be done about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from tests.history import git
from tests.server.repository import FILES, cursor, opened, written
from tests.server.test_navigation import after
from vmlint.engine.request import RunRequest
from vmlint.engine.states import since
from vmlint.impact.compare import compare
from vmlint.report.impact.text import render
from vmlint.server.actions import FIX_ALL, actions
from vmlint.server.diagnostics import diagnostic
from vmlint.server.hints import hints
from vmlint.server.hover import hover
from vmlint.server.lenses import EXPAND, diff_text, diff_title, expanded_text, lenses
from vmlint.server.session import within
from vmlint.server.view import View


@pytest.fixture
def view(tmp_path: Path) -> View:
    return opened(written(tmp_path))


def edited(view: View, name: str, old: str, new: str) -> View:
    """The view after an edit."""
    content = view.texts(name)
    assert content is not None
    assert old in content.content
    view.folder.opened(name, content.content.replace(old, new))
    snapshot = view.folder.snapshot()
    assert snapshot is not None
    return View(view.folder, snapshot, view.texts.encoding)


# Hover


def shown(view: View, name: str, words: str, at: int = 0) -> str:
    found = hover(view, cursor(view, name, words, at))
    if found is None:
        return ""
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value


def test_an_inferring_matcher_shows_its_way(view: View) -> None:
    text = shown(view, "web.yaml", "inferFromVolume: root", 18)
    steps = (
        "infers from volume root",
        "DataSource golden/fedora",
        "fedora-disk",
        "VirtualMachineClusterInstancetype small",
    )
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert f"{view.folder.root.as_uri()}/sizes.yaml#L4" in text
    assert "**2 vCPUs, 4Gi**" in text


def test_a_volume_shows_what_its_disk_comes_from(view: View) -> None:
    text = shown(view, "web.yaml", "dataVolume:\n          name: web-root", 25)
    assert "volume → DataVolume `shop/web-root`, made by VirtualMachine shop/web" in text
    assert "source → DataSource `golden/fedora`" in text
    assert "source → PersistentVolumeClaim `golden/fedora-disk`" in text
    assert "storage class → StorageClass `rbd`" in text
    assert "20Gi" in text


def test_names_show_their_users(view: View) -> None:
    text = shown(view, "sizes.yaml", "name: small", 7)
    assert "VirtualMachine shop/web, inferred" in text
    assert "PersistentVolumeClaim golden/fedora-disk" in text
    view = edited(view, "cache.yaml", "name: large", "name: huge")
    assert "No object of this folder uses it." in shown(view, "sizes.yaml", "name: large", 7)


def test_effective_values_and_who_gives_them(view: View) -> None:
    text = shown(view, "cache.yaml", "domain:")
    assert "- `cpu.sockets`: `8`, from instancetype shop/large" in text
    assert "- `memory.guest`: `32Gi`, from instancetype shop/large" in text
    assert "Effective" not in shown(view, "db.yaml", "guest: 2Gi", 8)


def test_a_field_that_needs_a_restart(view: View) -> None:
    text = shown(view, "db.yaml", "sockets: 2", 9)
    assert "With a smaller value the guest must be restarted: sockets can't be taken from a running guest." in text
    view = edited(view, "db.yaml", "sockets: 2", "cores: 2")
    assert "After a change the guest must be restarted" in shown(view, "db.yaml", "cores: 2", 7)


# Hints and lenses


def test_hints_show_what_is_inferred(view: View) -> None:
    content = view.texts("web.yaml")
    assert content is not None
    found = hints(view, "web.yaml", content.whole())
    assert [(one.position.line, one.label) for one in found] == [(9, "→ small, 2 vCPUs, 4Gi")]
    assert hints(view, "web.yaml", types.Range(types.Position(0, 0), types.Position(5, 0))) == []


def test_a_lens_expands_a_vm(view: View) -> None:
    found = [one.command for one in lenses(view, "cache.yaml") if one.command is not None]
    assert [one.command for one in found] == [EXPAND]
    uri, line, number = found[0].arguments or ()
    assert isinstance(line, int)
    assert isinstance(number, int)
    assert uri == f"{view.folder.root.as_uri()}/cache.yaml"
    text = expanded_text(view, "cache.yaml", line, number)
    assert text is not None
    assert "sockets: 8" in text
    assert "# instancetype shop/large" in text
    assert expanded_text(view, "sizes.yaml", 0) is None


def title(view: View, name: str = "db.yaml", line: int = 0) -> str:
    return diff_title(view, name, line).removeprefix("Diff with the last commit").removeprefix(": ")


def test_a_lens_compares_with_the_last_commit(view: View) -> None:
    root = view.folder.root
    (root / ".git").rmdir()
    git(root, "init", "-q")
    assert title(view) == ""
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    assert title(view) == "unchanged"
    # Unsaved text counts, and what is on disk does not.
    titles = []
    for old, new in [("sockets: 2", "sockets: 3"), ("sockets: 3", "cores: 2"), ("Always", "Sometimes")]:
        view = edited(view, "db.yaml", old, new)
        titles.append(title(view))
    assert titles == ["applied live", "restart required", "refused"]
    assert title(view, "cache.yaml") == "unchanged"
    view = edited(view, "db.yaml", "Sometimes", "Always")
    (root / "db.yaml").write_text("", "utf-8")
    assert title(view) == "restart required"
    # The text is that of `vmlint diff`.
    content = view.texts("db.yaml")
    assert content is not None
    (root / "db.yaml").write_text(content.content, "utf-8")
    with within(root):
        states = since("HEAD", RunRequest())
    impact = compare(states.before, states.after, ("the last commit", "the files in the editor"))
    assert diff_text(view) == render(impact) + "\n"
    # Another commit is another comparison.
    git(root, "commit", "-qam", "second")
    assert title(view) == "unchanged"


# Actions


def offered(view: View, name: str, words: str, kind: str = "") -> dict[str, types.CodeAction]:
    content = view.texts(name)
    assert content is not None
    there = content.position_at(content.content.index(words))
    with within(view.folder.root):
        found = actions(view, view.folder.check(), name, types.Range(there, there), [kind] if kind else None)
    return {one.title: one for one in found}


def made(view: View, action: types.CodeAction) -> dict[str, str]:
    assert action.edit is not None
    return after(view, action.edit)


def test_a_fix_is_offered_where_its_finding_is(view: View) -> None:
    found = offered(view, "cache.yaml", "running: true")
    fixes = [one for one in found.values() if one.kind == types.CodeActionKind.QuickFix and one.is_preferred]
    assert len(fixes) == 1
    assert made(view, fixes[0]) == {"cache.yaml": FILES["cache.yaml"].replace("running: true", "runStrategy: Always")}
    assert not any(one.is_preferred for one in offered(view, "cache.yaml", "apiVersion").values())


def test_all_safe_fixes_at_once(view: View) -> None:
    (found,) = offered(view, "cache.yaml", "apiVersion", FIX_ALL).values()
    assert made(view, found) == {"cache.yaml": FILES["cache.yaml"].replace("running: true", "runStrategy: Always")}
    assert offered(view, "db.yaml", "apiVersion", FIX_ALL) == {}


def test_suppressions(view: View) -> None:
    found = offered(view, "cache.yaml", "running: true")
    (here,) = [title for title in found if title.endswith("here")]
    (file,) = [title for title in found if title.endswith("in this file")]
    for title, comment in ((here, "  # vmlint: ignore[running-deprecated] reason"), (file, "# vmlint: ignore-file")):
        content = made(view, found[title])["cache.yaml"]
        assert comment in content
        view.folder.opened("cache.yaml", content)
        assert not view.folder.check().findings.get("cache.yaml")


def test_the_baseline_takes_a_finding(tmp_path: Path) -> None:
    baseline = '{\n  "version": 1,\n  "findings": []\n}\n'
    files = {**FILES, ".vmlint.yaml": "baseline: known.json\n", "known.json": baseline}
    view = opened(written(tmp_path, files))
    found = offered(view, "cache.yaml", "running: true")
    (tmp_path / "known.json").write_text(made(view, found["Add this finding to known.json"])["known.json"])
    view.folder.touched(["known.json"])
    assert not view.folder.check().findings.get("cache.yaml")


def test_the_disk_and_the_network_that_are_missing(view: View) -> None:
    found = offered(view, "web.yaml", "runStrategy")
    new = made(view, found["Add a disk for volume seed"])["web.yaml"]
    assert "          - name: seed\n            disk:\n              bus: virtio\n          interfaces:" in new
    view = edited(view, "web.yaml", "      - name: storage\n        multus: {networkName: shop/vlan7}\n", "")
    found = offered(view, "web.yaml", "runStrategy")
    new = made(view, found["Add a network for interface storage"])["web.yaml"]
    assert (
        "        pod: {}\n      - name: storage\n        multus:\n          networkName: storage\n      volumes:" in new
    )


def test_the_label_that_an_inference_looks_for(view: View) -> None:
    labels = "  labels:\n    instancetype.kubevirt.io/default-instancetype: small\n"
    view = edited(view, "images.yaml", labels, "")
    found = offered(view, "web.yaml", "inferFromVolume")
    title = next(one for one in found if one.endswith("with the instancetype small"))
    content = made(view, found[title])
    for name, text in content.items():
        view.folder.opened(name, text)
    assert not [one for one in view.folder.check().findings.get("web.yaml", ()) if one.slug.startswith("infer")]


def test_sizes_become_an_instancetype(view: View) -> None:
    found = offered(view, "db.yaml", "runStrategy")
    content = made(view, found["Extract the sizes into an instancetype"])["db.yaml"]
    before = view.folder.check().findings.get("db.yaml", ())
    view.folder.opened("db.yaml", content)
    assert [one.slug for one in view.folder.check().findings.get("db.yaml", ())] == [one.slug for one in before]
    snapshot = view.folder.snapshot()
    assert snapshot is not None
    text = expanded_text(View(view.folder, snapshot, view.texts.encoding), "db.yaml", 0)
    assert text is not None
    assert "sockets: 2" in text
    assert "guest: 2Gi" in text
    assert "Extract the sizes into an instancetype" not in offered(view, "cache.yaml", "running")


# Diagnostics


def test_a_diagnostic_has_the_way_of_its_finding(view: View) -> None:
    labels = "  labels:\n    instancetype.kubevirt.io/default-instancetype: small\n"
    view = edited(view, "images.yaml", labels, "")
    (finding,) = [one for one in view.folder.check().findings["web.yaml"] if one.slug == "infer-label-missing"]
    content = view.texts("web.yaml")
    assert content is not None
    found = diagnostic(finding, view.texts)
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.code == "infer-label-missing"
    assert found.code_description is None  # nobody has said where the documentation is
    related = [(Path(one.location.uri).name, one.message) for one in found.related_information or ()]
    assert [name for name, _ in related] == ["web.yaml"] * (len(related) - 2) + ["images.yaml"] * 2
    text = content.content[content.offset(found.range.start) : content.offset(found.range.end)]
    assert text == "root"


def test_tags_of_diagnostics(view: View) -> None:
    found = [diagnostic(one, view.texts) for one in view.folder.check().findings["cache.yaml"]]
    assert [(one.code, one.tags) for one in found] == [("running-deprecated", [types.DiagnosticTag.Deprecated])]
