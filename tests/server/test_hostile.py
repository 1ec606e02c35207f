"""Requests that no editor should send, and files that nobody should open: the server answers, and goes on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_runner import spoil
from tests.server.inside import Inside, inside

VM = """\
apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: web, namespace: shop}
spec:
  runStrategy: Sometimes
  template:
    spec:
      domain:
        memory: {guest: 1Gi}
        devices: {}
"""
SIZED = VM.replace(
    "  template:", "  instancetype: {kind: VirtualMachineInstancetype, name: small}\n  template:"
).replace("        memory: {guest: 1Gi}\n", "")
PLACES = ("hover", "definition", "typeDefinition", "references", "documentHighlight", "prepareRename", "completion")
FILES = ("documentSymbol", "documentLink", "codeLens")
NOT_INITIALIZED, INVALID_REQUEST, INVALID_PARAMETERS, UNKNOWN_METHOD, NO_JSON = -32002, -32600, -32602, -32601, -32700
REQUEST_FAILED, INTERNAL_ERROR = -32803, -32603


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "r/.git").mkdir(parents=True)
    (tmp_path / "r/vm.yaml").write_text(VM, "utf-8")
    return tmp_path / "r"


def played(session: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(session())


async def asked(client: Inside, uri: str, line: Any = 0, column: Any = 0) -> dict[str, dict[str, Any]]:
    """The answers to all requests about a file or a place in it."""
    document, position = {"uri": uri}, {"line": line, "character": column}
    there = {"start": position, "end": position}
    questions: dict[str, dict[str, Any]] = {
        **{name: {"position": position} for name in PLACES},
        **{name: {} for name in FILES},
        "references": {"position": position, "context": {"includeDeclaration": True}},
        "rename": {"position": position, "newName": "x"},
        "inlayHint": {"range": there},
        "codeAction": {"range": there, "context": {"diagnostics": []}},
    }
    return {
        name: await client.ask(f"textDocument/{name}", {"textDocument": document, **parameters})
        for name, parameters in questions.items()
    }


def errors(answers: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {name: answer["error"]["code"] for name, answer in answers.items() if "error" in answer}


async def is_well(client: Inside, root: Path) -> bool:
    """Whether the server still answers for a file that is there."""
    uri = (root / "vm.yaml").as_uri()
    client.open(uri, VM, 100)
    await client.until(lambda: client.codes(uri) == ["run-state-invalid"])
    return not client.messages


def test_a_connection_has_its_order(root: Path) -> None:
    async def session() -> None:
        client = Inside()
        uri = (root / "vm.yaml").as_uri()
        client.open(uri, VM)
        assert set(errors(await asked(client, uri)).values()) == {NOT_INITIALIZED}
        assert (await client.ask("shutdown", None))["error"]["code"] == NOT_INITIALIZED
        assert "capabilities" in (await client.begin(root))["result"]
        assert (await client.begin(root))["error"]["code"] == INVALID_REQUEST
        assert await is_well(client, root)
        assert (await client.ask("shutdown", None))["result"] is None
        client.change(uri, {"text": ""})
        assert set(errors(await asked(client, uri)).values()) == {INVALID_REQUEST}
        assert (await client.ask("shutdown", None))["error"]["code"] == INVALID_REQUEST
        assert client.messages == []

    played(session)


@pytest.mark.parametrize(
    ("message", "number", "code"),
    [
        (b"{no json", None, NO_JSON),
        (b"[" * 100_000, None, NO_JSON),
        (b"\xff\xfe", None, NO_JSON),
        (b"[]", None, INVALID_REQUEST),
        (b"null", None, INVALID_REQUEST),
        (b"{}", None, INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": "a", "method": "vmlint/none", "params": {}}', "a", UNKNOWN_METHOD),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover"}', 7, INVALID_PARAMETERS),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": [1]}', 7, INVALID_PARAMETERS),
        (
            b'{"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": {"command": "rm"}}',
            7,
            INVALID_PARAMETERS,
        ),
    ],
)
def test_a_message_that_is_none_has_an_answer(root: Path, message: bytes, number: Any, code: int) -> None:
    async def session() -> None:
        async with inside(root) as client:
            client.send(message)
            await client.until(lambda: number in client.answers)
            assert client.answers[number]["error"]["code"] == code
            assert await is_well(client, root)

    played(session)


@pytest.mark.parametrize("place", [(-1, 0), (0, -1), (2**31, 0), (None, 0)])
def test_a_position_that_is_none_has_an_answer(root: Path, place: tuple[Any, Any]) -> None:
    async def session() -> None:
        async with inside(root) as client:
            answers = errors(await asked(client, (root / "vm.yaml").as_uri(), *place))
            assert set(answers) == {*PLACES, "rename", "inlayHint", "codeAction"}
            assert set(answers.values()) == {INVALID_PARAMETERS}
            assert await is_well(client, root)

    played(session)


@pytest.mark.parametrize("place", [(10, 0), (11, 5), (4, 10_000), (2**31 - 1, 2**31 - 1)])
def test_a_position_behind_the_end_has_an_answer(root: Path, place: tuple[int, int]) -> None:
    async def session() -> None:
        async with inside(root) as client:
            assert await is_well(client, root)
            assert errors(await asked(client, (root / "vm.yaml").as_uri(), *place)) == {"rename": REQUEST_FAILED}

    played(session)


def _addresses(root: Path) -> list[str]:
    here = root.as_uri()
    return [
        f"{here}/{'a' * 5000}.yaml",
        f"file:///{'a/' * 2500}x.yaml",
        f"{here}/none.yaml",
        f"{here}/%00.yaml",
        f"{here}/%ff%fe.yaml",
        here,
        f"{here}/",
        "file:///",
        "file:",
        "",
        "file:relative.yaml",
        "file://host/share/x.yaml",
        "http://[::1",
        "file://[::1/x.yaml",
        "untitled:Untitled-1",
        "file:///dev/zero",
    ]


def test_files_that_nobody_has_opened(root: Path) -> None:
    async def session() -> None:
        async with inside(root) as client:
            for uri in _addresses(root):
                assert set(errors(await asked(client, uri))) <= {"rename"}, uri
                client.change(uri, {"text": "x"})
                client.close_file(uri)
                client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
                client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
                for command in ("vmlint.expand", "vmlint.diff"):
                    answer = await client.ask("workspace/executeCommand", {"command": command, "arguments": [uri]})
                    assert "error" not in answer
            assert client.server.projects[0].folder.root == root and len(client.server.projects) == 1
            assert await is_well(client, root)

    played(session)


def test_files_that_can_not_be_there_are_opened(root: Path) -> None:
    async def session() -> None:
        async with inside(root) as client:
            for uri in _addresses(root):
                client.open(uri, VM)
                answers = await asked(client, uri, 4, 4)
                assert set(errors(answers)) <= {"rename"}, uri
                client.change(uri, {"text": VM + "more: 1\n"})
                assert answers["completion"]["result"] is not None
                client.close_file(uri)
            assert await is_well(client, root)

    played(session)


@pytest.mark.parametrize("words", [[-5], ["x"], [None], [10**30], [0, -1], [True], [[]]])
def test_words_of_commands(root: Path, words: list[Any]) -> None:
    async def session() -> None:
        async with inside(root) as client:
            uri = (root / "vm.yaml").as_uri()
            parameters = {"command": "vmlint.expand", "arguments": [uri, *words]}
            assert (await client.ask("workspace/executeCommand", parameters))["error"]["code"] == INVALID_PARAMETERS
            parameters = {"command": "vmlint.expand", "arguments": [uri, 3, 99, "more"]}
            assert "kind: VirtualMachine" in (await client.ask("workspace/executeCommand", parameters))["result"]

    played(session)


@pytest.mark.parametrize("data", [None, 5, [], ["file:///none.yaml"], [5], ["", -1], {"uri": ""}])
def test_a_lens_of_nobody(root: Path, data: Any) -> None:
    async def session() -> None:
        async with inside(root) as client:
            lens = {"range": _range(0, 0, 0, 1), "data": data}
            answer = await client.ask("codeLens/resolve", lens)
            if data in ([5], ["", -1]):
                assert answer["error"]["code"] == INVALID_PARAMETERS
            else:
                assert answer["result"]["command"]["title"] == "Diff with the last commit"

    played(session)


def _range(*numbers: int) -> dict[str, dict[str, int]]:
    line, column, end_line, end_column = numbers
    return {"start": {"line": line, "character": column}, "end": {"line": end_line, "character": end_column}}


def test_changes_that_are_none(root: Path) -> None:
    """A change that can't be read changes nothing; a range whose end comes before its start is empty."""

    async def session() -> None:
        async with inside(root) as client:
            uri = (root / "vm.yaml").as_uri()
            client.open(uri, VM)
            for change in ({}, {"text": 5}, {"range": _range(-1, 0, 0, 0), "text": "x"}):
                client.change(uri, change)
            client.change(uri, {"range": _range(5, 3, 0, 0), "text": " "})
            client.change(
                uri, {"range": _range(4, 15, 4, 24), "text": "Always"}, {"range": _range(99, 9, 99, 9), "text": "#"}
            )
            await client.until(lambda: client.codes(uri) == [])
            client.change(uri, {"range": _range(0, 0, 2**31 - 1, 0), "text": VM})
            await client.until(lambda: client.codes(uri) == ["run-state-invalid"])
            assert client.messages == []

    played(session)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "\x00\x01\x02" * 100,
        "\ud83d" * 10,
        "\ud83d: \udc4d\n",
        "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "{" * 5000,
        "- " * 5000,
        "&a [*a, *a]",
        "a: &a [x]\nb: [" + "*a, " * 1000 + "]\n",
        "\r" * 100,
        VM.replace("\n", "\r"),
        "\ufeff" + VM.replace("\n", "\r\n"),
        "\t" * 100,
        "key" + " " * 20_000,
        "key:" + ":" * 20_000,
        "a: {" + "b, " * 5000,
        '{"a": [' + "1,\n" * 2000,
        "---\n" * 2000,
        "",
    ],
)
def test_texts_that_are_no_manifests(root: Path, text: str) -> None:
    async def session() -> None:
        async with inside(root) as client:
            uri = (root / "other.yaml").as_uri()
            client.open(uri, text)
            lines = text.count("\n")
            for line in {0, lines // 2, lines}:
                for column in (0, 1, 10_000):
                    assert set(errors(await asked(client, uri, line, column))) <= {"rename"}
            assert await is_well(client, root)

    played(session)


def test_folders_come_and_go(root: Path, tmp_path: Path) -> None:
    async def session() -> None:
        async with inside() as client:
            inner = root / "inner"
            inner.mkdir()
            vm, other = (root / "vm.yaml").as_uri(), (inner / "other.yaml").as_uri()
            (inner / "size.yaml").write_text("kind: [", "utf-8")

            def folders(added: list[Path], removed: list[Path]) -> None:
                event = {"added": [{"uri": one.as_uri(), "name": ""} for one in added]}
                event["removed"] = [{"uri": one.as_uri(), "name": ""} for one in removed]
                client.notify("workspace/didChangeWorkspaceFolders", {"event": event})

            client.open(other, VM)  # its repository counts, and has no other file to show
            await client.until(lambda: client.codes(other) == ["run-state-invalid"])
            folders([inner, inner, root, tmp_path / "none", root / "vm.yaml"], [tmp_path])
            client.open(vm, VM.replace("web", "db"))
            await client.until(lambda: client.codes(vm) == ["run-state-invalid"])
            assert [one.folder.root for one in client.server.projects] == [inner, root]
            folders([], [inner, inner])
            await client.until(lambda: client.codes(other) == ["run-state-invalid"])
            folders([], [root])
            client.close_file(vm)
            client.close_file(other)
            await client.until(lambda: not client.codes(vm) and not client.codes(other))
            assert client.server.projects == ()
            assert client.messages == []

    played(session)


def test_a_folder_that_is_deleted(root: Path) -> None:
    """An editor may report the folder alone, in which many files were."""

    async def session() -> None:
        small = "apiVersion: instancetype.kubevirt.io/v1beta1\nkind: VirtualMachineInstancetype\n"
        small += "metadata: {name: small, namespace: shop}\nspec: {cpu: {guest: 1}, memory: {guest: 1Gi}}\n"
        (root / "sizes/all").mkdir(parents=True)
        (root / "sizes/all/small.yaml").write_text(small, "utf-8")
        (root / ".vmlint.yaml").write_text("closed-world: true\n", "utf-8")
        async with inside(root) as client:
            vm = (root / "vm.yaml").as_uri()
            client.open(vm, SIZED)
            await client.until(lambda: client.codes(vm) == ["run-state-invalid"])
            shutil.rmtree(root / "sizes")
            change = {"uri": (root / "sizes").as_uri(), "type": 3}
            client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
            await client.until(lambda: "instancetype-not-found" in client.codes(vm))
            shutil.rmtree(root)
            client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": root.as_uri(), "type": 3}]})
            await client.until(lambda: not client.codes(vm))
            assert errors(await asked(client, vm)) == {}
            assert client.messages == []

    played(session)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"settings": {"target": 7}}, "vmlint: `vmlint.settings.target`: "),
        ({"files": "some"}, "vmlint: `vmlint.files` must be `open` or `all`"),
        ({"settings": {"closed-world": 5}}, "vmlint: `closed_world` must be true, false or a list"),
        ({"settings": {"paths": ["none/"]}}, "vmlint: `paths`: `none/` matches no file"),
    ],
)
def test_options_with_mistakes(root: Path, options: dict[str, Any], message: str) -> None:
    async def session() -> None:
        async with inside(root, initializationOptions=options) as client:
            await client.until(lambda: client.messages)
            assert len(client.messages) == 1 and client.messages[0].startswith(message)
            assert errors(await asked(client, (root / "vm.yaml").as_uri())).keys() <= {"rename"}

    played(session)


def test_a_rule_that_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, "run-state-invalid", "web", KeyError("labels"))

    async def session() -> None:
        async with inside(root) as client:
            uri = (root / "vm.yaml").as_uri()
            client.open(uri, VM)
            await client.until(lambda: client.codes(uri) == ["rule-crashed", "run-state-invalid"])
            (message,) = client.messages
            assert message.startswith("vmlint: internal error: the rule `run-state-invalid` failed on VirtualMachine")
            client.change(uri, {"text": VM.replace("web", "db")})
            await client.until(lambda: client.codes(uri) == ["run-state-invalid"])
            assert errors(await asked(client, uri, 4, 4)) == {"rename": REQUEST_FAILED}
            assert client.messages == [message]

    played(session)


def test_a_check_that_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told once, an answer that needs it is an error, and the next check is as if nothing had been."""

    async def session() -> None:
        async with inside(root) as client:
            uri = (root / "vm.yaml").as_uri()
            with monkeypatch.context() as patch:
                patch.setattr("vmlint.server.session.analyse", lambda *_, **__: 1 / 0)
                client.open(uri, VM)
                await client.until(lambda: client.messages)
                failed = errors(await asked(client, uri, 4, 4))
                assert failed == {"rename": REQUEST_FAILED, "codeAction": INTERNAL_ERROR}
                client.change(uri, {"text": VM + "more: 1\n"})
                await client.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
            client.change(uri, {"text": VM})
            await client.until(lambda: client.codes(uri) == ["run-state-invalid"])
            assert client.messages == [
                "vmlint: internal error: ZeroDivisionError: division by zero. This is a fault in vmlint."
            ]

    played(session)


def test_files_outside_of_a_repository(tmp_path: Path) -> None:
    """Each of them counts, saved or not, and nothing else of their folder."""

    async def session() -> None:
        (tmp_path / "other.yaml").write_text(VM.replace("web", "other"), "utf-8")
        (tmp_path / "one.yaml").write_text("", "utf-8")
        async with inside(initializationOptions={"files": "all"}) as client:
            one, two = ((tmp_path / name).as_uri() for name in ("one.yaml", "two.yaml"))
            client.open(one, VM)
            client.open(two, VM.replace("web", "db"))
            await client.until(lambda: client.codes(one) == client.codes(two) == ["run-state-invalid"])
            client.close_file(one)
            await client.until(lambda: client.codes(one) == [])
            assert client.codes(two) == ["run-state-invalid"]
            client.close_file(two)
            await client.until(lambda: client.codes(two) == [])
            assert client.server.projects == ()
            assert set(client.diagnostics) == {one, two}
            assert client.messages == []

    played(session)
