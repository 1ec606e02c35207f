"""Completions as different clients get them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types

from tests.server.client import connected
from tests.server.places import split
from vmlint.server.completion import completions
from vmlint.server.items import Taking, completion_items
from vmlint.server.positions import Encoding, Text

VM = "# 🐧\napiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata:\n  name: web\nspec:\n  ¦\n"


def items(marked: str, name: str = "", **item: bool) -> dict[str, types.CompletionItem]:
    support: dict[str, object] = {}
    if item.get("modes"):
        support["insert_text_mode_support"] = types.ClientCompletionItemInsertTextModeOptions(
            [types.InsertTextMode.AsIs]
        )
    if item.get("tags"):
        support["tag_support"] = types.CompletionItemTagOptions([types.CompletionItemTag.Deprecated])
    options = types.ClientCompletionItemOptions(snippet_support=item.get("snippets"), **support)  # type: ignore[arg-type]
    completion = types.CompletionClientCapabilities(completion_item=options)
    client = types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities(completion=completion))
    content, offset = split(marked)
    taking = Taking(client, types.ClientInfo(name) if name else None)
    made = completion_items(completions(None, content, offset), Text(content, Encoding.Utf16), taking)
    return {one.label: one for one in made.items}


def written(item: types.CompletionItem) -> str:
    assert isinstance(item.text_edit, types.TextEdit)
    return item.text_edit.new_text


def test_a_field_is_written_where_the_cursor_is() -> None:
    found = items(VM, modes=True, tags=True)
    assert written(found["template"]) == "template:\n    "
    assert isinstance(found["template"].text_edit, types.TextEdit)
    assert found["template"].text_edit.range.start == types.Position(6, 2)
    assert found["template"].insert_text_mode == types.InsertTextMode.AsIs
    assert found["running"].tags == [types.CompletionItemTag.Deprecated]
    assert found["runStrategy"].tags is None


def test_columns_count_what_the_client_counts() -> None:
    marked = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nspec: {x🐧: 1, run¦}\n"
    edit = items(marked)["runStrategy"].text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.range.start.character == len("spec: {x🐧: 1, ") + 1


def test_a_client_gets_what_it_can_take() -> None:
    assert "vm-inferred" in items("¦", snippets=True)
    assert "vm-inferred" not in items("¦")
    assert written(items(VM, "Neovim")["template"]) == "template:"
    assert written(items(VM, "Neovim", modes=True)["template"]) == "template:\n    "
    assert written(items(VM, "helix")["template"]) == "template:\n    "


@pytest.mark.slow
def test_completion_over_the_protocol(tmp_path: Path) -> None:
    async def session() -> None:
        vm = tmp_path / "vm.yaml"
        vm.write_text(split(VM)[0])
        async with connected(tmp_path) as client:
            provider = client.capabilities.completion_provider
            assert provider is not None
            client.open(vm, "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nspec:\n  instancetype: {name: u1.m}\n")
            await client.until(lambda: "end" in client.stages)
            document = types.TextDocumentIdentifier(vm.as_uri())
            found = await client.text_document_completion_async(
                types.CompletionParams(document, types.Position(3, len("  instancetype: {name: u1.m")))
            )
            assert isinstance(found, types.CompletionList)
            assert "u1.medium" in [one.label for one in found.items]

    asyncio.run(session())
