"""The server as an editor talks to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.server.client import connected
from tests.server.repository import written

pytestmark = pytest.mark.slow

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Always
  instancetype: {kind: VirtualMachineInstancetype, name: small}
  template:
    spec:
      domain:
        devices: {}
"""
SMALL = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: shop}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    (root / ".vmlint.yaml").write_text("closed-world: true\n")
    (root / "vm.yaml").write_text(VM)
    (root / "size.yaml").write_text(SMALL)
    return root


def test_findings_come_and_go_while_somebody_types(shop: Path) -> None:
    async def session() -> None:
        vm, size = shop / "vm.yaml", shop / "size.yaml"
        async with connected(shop) as client:
            client.open(vm)
            await client.until(lambda: "end" in client.stages)
            client.edit(vm, VM.replace("Always", "Sometimes"))
            await client.until(lambda: client.codes(vm) == ["run-state-invalid"])
            client.edit(vm, VM.replace("Always", "Sometimes\n  x"), 3)
            await client.until(lambda: client.codes(vm) == ["unreadable-document", "run-state-invalid"])
            client.edit(vm, VM, 4)
            await client.until(lambda: client.codes(vm) == [])
            # An edit of one file makes a finding in another one, which is not open.
            client.open(size, SMALL.replace("name: small", "name: large"))
            await client.until(lambda: "instancetype-not-found" in client.codes(vm))
            size.write_text(SMALL.replace("name: small", "name: tiny"))
            client.edit(size, SMALL)
            await client.until(lambda: client.codes(vm) == [])
            assert client.messages == []
            assert client.registered[0].method == "workspace/didChangeWatchedFiles"

    asyncio.run(session())


def test_files_and_settings_change_outside_of_the_editor(shop: Path) -> None:
    async def session() -> None:
        vm = shop / "vm.yaml"
        async with connected(shop, configuration={"files": "all"}) as client:
            await client.until(lambda: "end" in client.stages)
            (shop / "size.yaml").unlink()
            client.touch(shop / "size.yaml")
            await client.until(lambda: client.codes(vm) == ["instancetype-not-found"])
            (shop / ".vmlint.yaml").write_text("closed-world: tru\n")
            client.touch(shop / ".vmlint.yaml")
            await client.until(lambda: client.codes(shop / ".vmlint.yaml") == ["configuration"])
            assert len(client.messages) == 1
            assert client.codes(vm) == ["instancetype-not-found"]
            (shop / ".vmlint.yaml").write_text("closed-world: true\nignore: [instancetype-not-found]\n")
            client.touch(shop / ".vmlint.yaml")
            await client.until(lambda: client.codes(vm) == [] and client.codes(shop / ".vmlint.yaml") == [])

    asyncio.run(session())


def test_an_editor_asks_about_a_place(tmp_path: Path) -> None:
    """Each question once, over the wire."""
    written(tmp_path)

    async def session() -> None:
        web, cache = tmp_path / "web.yaml", tmp_path / "cache.yaml"
        async with connected(tmp_path) as client:
            client.open(web)
            client.open(cache)
            await client.until(lambda: "running-deprecated" in client.codes(cache))
            document = types.TextDocumentIdentifier(web.as_uri())
            lines = web.read_text("utf-8").splitlines()
            row = next(number for number, line in enumerate(lines) if "inferFromVolume" in line)
            there = types.Position(row, lines[row].index("root"))
            shown = await client.text_document_hover_async(types.HoverParams(document, there))
            assert shown is not None and isinstance(shown.contents, types.MarkupContent)
            assert "2 vCPUs, 4Gi" in shown.contents.value
            found = await client.text_document_definition_async(types.DefinitionParams(document, there))
            assert isinstance(found, list) and len(found) == 1
            given = await client.text_document_type_definition_async(types.TypeDefinitionParams(document, there))
            assert isinstance(given, list) and isinstance(given[0], types.Location)
            assert given[0].uri == (tmp_path / "sizes.yaml").as_uri()
            context = types.ReferenceContext(include_declaration=True)
            uses = await client.text_document_references_async(types.ReferenceParams(context, document, there))
            assert uses is not None and len(uses) == 3
            marks = await client.text_document_document_highlight_async(types.DocumentHighlightParams(document, there))
            assert marks is not None and len(marks) == 3
            symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
            assert symbols is not None and symbols[0].name == "web"
            named = await client.workspace_symbol_async(types.WorkspaceSymbolParams("fedora"))
            assert named is not None and len(named) == 2
            whole = types.Range(types.Position(0, 0), types.Position(len(lines), 0))
            hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
            assert hints is not None and hints[0].label == "→ small, 2 vCPUs, 4Gi"
            lenses = await client.text_document_code_lens_async(types.CodeLensParams(document))
            assert lenses is not None and lenses[0].command is not None
            command = lenses[0].command
            text = await client.workspace_execute_command_async(
                types.ExecuteCommandParams(command.command, command.arguments)
            )
            assert isinstance(text, str) and "sockets: 2" in text
            unresolved = lenses[-1]
            assert unresolved.command is None
            lens = await client.code_lens_resolve_async(unresolved)
            assert lens.command is not None and lens.command.title == "Diff with the last commit"
            ready = await client.text_document_prepare_rename_async(types.PrepareRenameParams(document, there))
            assert isinstance(ready, types.PrepareRenamePlaceholder) and ready.placeholder == "root"
            edit = await client.text_document_rename_async(types.RenameParams(document, there, "disk"))
            assert edit is not None and edit.changes is not None and len(edit.changes[web.as_uri()]) == 3
            with pytest.raises(JsonRpcException, match="not a valid name"):
                await client.text_document_rename_async(types.RenameParams(document, there, "A B"))
            deprecated = client.diagnostics[cache.as_uri()][0]
            actions = await client.text_document_code_action_async(
                types.CodeActionParams(
                    types.TextDocumentIdentifier(cache.as_uri()),
                    deprecated.range,
                    types.CodeActionContext([deprecated]),
                )
            )
            assert actions is not None and any(
                isinstance(one, types.CodeAction) and one.is_preferred for one in actions
            )

    asyncio.run(session())


def test_an_editor_that_reports_no_changes_of_files(shop: Path) -> None:
    """Neovim on Linux, say: the server looks for itself."""

    async def session() -> None:
        vm = shop / "vm.yaml"
        async with connected(shop, configuration={"files": "all"}, watches=False) as client:
            await client.until(lambda: "end" in client.stages)
            (shop / "size.yaml").unlink()
            await client.until(lambda: client.codes(vm) == ["instancetype-not-found"])
            (shop / "size.yaml").write_text(SMALL)
            await client.until(lambda: client.codes(vm) == [])
            (shop / "more").mkdir()
            (shop / "more" / "vm.yaml").write_text(VM.replace("web", "db").replace("small", "large"))
            await client.until(lambda: client.codes(shop / "more" / "vm.yaml") == ["instancetype-not-found"])

    asyncio.run(session())


def test_many_folders(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    written(other)

    async def session() -> None:
        async with connected(shop, other, configuration={"files": "all"}) as client:
            (shop / "size.yaml").unlink()
            client.touch(shop / "size.yaml")
            await client.until(
                lambda: (
                    client.codes(shop / "vm.yaml") == ["instancetype-not-found"]
                    and client.codes(other / "cache.yaml") == ["running-deprecated"]
                )
            )
            gone = types.WorkspaceFolder(other.as_uri(), "other")
            event = types.WorkspaceFoldersChangeEvent([], [gone])
            client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
            await client.until(lambda: client.codes(other / "cache.yaml") == [])
            assert client.codes(shop / "vm.yaml") == ["instancetype-not-found"]

    asyncio.run(session())


def test_a_file_without_a_folder(shop: Path) -> None:
    """The editor has opened one file: its repository counts."""

    async def session() -> None:
        vm = shop / "vm.yaml"
        async with connected() as client:
            client.open(vm, VM.replace("small", "large"))
            await client.until(lambda: client.codes(vm) == ["instancetype-not-found"])

    asyncio.run(session())
