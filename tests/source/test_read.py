import io
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from vmlint.errors import UsageError
from vmlint.source import read as module
from vmlint.source.discover import Found
from vmlint.source.document import SourceFile
from vmlint.source.read import read


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(here: Path, **files: str | bytes) -> None:
    """Write files; `__` in a name is a `/`, and a single `_` before the ending a dot."""
    for name, content in files.items():
        file = here / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())


def only(files: Any) -> SourceFile:
    (file,) = files
    assert isinstance(file, SourceFile)
    return file


def problem(file: SourceFile) -> str:
    (document,) = file.documents
    assert document.data is None
    assert document.problem is not None
    assert document.problem[:2] == (1, 1)
    return document.problem.reason


def test_files_are_read_in_order(here: Path) -> None:
    write(here, b_yaml="b: 1\n---\nc: 2\n", a__x_json='{"a": 1}')
    files = list(read(["."]))
    assert [(file.file, [document.data for document in file.documents]) for file in files] == [
        ("a/x.json", [{"a": 1}]),
        ("b.yaml", [{"b": 1}, {"c": 2}]),
    ]
    assert files[0].documents[0].file == "a/x.json"


def test_a_missing_path_is_a_mistake(here: Path) -> None:
    with pytest.raises(UsageError):
        next(read(["absent"]))


def test_standard_input(here: Path) -> None:
    file = only(read(["-"], stdin=io.BytesIO(b"a: 1\n")))
    assert (file.file, file.documents[0].data) == ("<stdin>", {"a": 1})
    assert "larger than" in problem(only(read(["-"], stdin=io.BytesIO(b"a: 1\n"), max_bytes=3)))


def test_a_file_that_is_too_large_is_a_problem(here: Path) -> None:
    write(here, a_yaml="a: 1\n")
    assert only(read(["."], max_bytes=5)).documents[0].data == {"a": 1}
    assert "larger than" in problem(only(read(["."], max_bytes=4)))


def test_a_binary_file_is_a_problem_only_when_named(here: Path) -> None:
    write(here, a_yaml=b"\x7fELF\0\0")
    found = only(read(["."]))
    assert found.documents == ()
    assert found.skipped[0][:2] == ("a.yaml", 0)
    assert "binary" in found.skipped[0].reason
    assert "binary" in problem(only(read(["a.yaml"])))


def test_utf16_is_no_binary_file(here: Path) -> None:
    write(here, a_yaml="a: 1\n".encode("utf-16"))
    assert only(read(["."])).documents[0].data == {"a": 1}


def test_a_file_without_permission_is_a_problem(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, a_yaml="a: 1\n", b_yaml="b: 1\n")

    def open_(path: str, *args: Any, **keywords: Any) -> Any:
        if path.endswith("a.yaml"):
            raise PermissionError(13, "Permission denied", path)
        return original(path, *args, **keywords)

    original = os.open
    monkeypatch.setattr(os, "open", open_)
    first, second = read(["."])
    assert problem(first) == "the file can't be read: permission denied"
    assert second.documents[0].data == {"b": 1}


def test_a_file_that_vanishes_is_skipped(here: Path) -> None:
    write(here, a_yaml="a: 1\n", b_yaml="b: 1\n")
    files = read(["."])
    next(files)
    (here / "b.yaml").unlink()
    gone = next(files)
    assert gone.documents == ()
    assert gone.skipped[0] == ("b.yaml", 0, "gone since the folder was listed")


def test_a_named_pipe_is_read_to_its_end(here: Path) -> None:
    os.mkfifo(here / "pipe")

    def feed() -> None:
        with (here / "pipe").open("wb", buffering=0) as pipe:
            for _ in range(3):
                pipe.write(b"- 1\n")

    thread = threading.Thread(target=feed)
    thread.start()
    file = only(read(["pipe"]))
    thread.join()
    assert file.documents[0].data == [1, 1, 1]


def test_what_can_not_be_followed_is_handed_on(here: Path) -> None:
    (here / "gone.yaml").symlink_to("nowhere")
    file = only(read(["."]))
    assert file == ("gone.yaml", (), (("gone.yaml", 0, "a broken link"),), (), 0)


def test_templates_of_a_chart_are_skipped_whole(here: Path) -> None:
    write(
        here,
        charts__web__Chart_yaml="name: web\n",
        charts__web__values_yaml="a: 1\n",
        charts__web__templates__vm_yaml="a: 1\n---\nb: '{{ .Values.b }}'\n",
        charts__web__templates__sub__plain_yaml="a: 1\n",
        charts__web__files__x_yaml="apiVersion: v1\nkind: Secret\na: {{ b }}\n",
        charts__web__files__other_yaml="a: {{ b }}\n",
        other__templates__vm_yaml="a: '{{ b }}'\n",
    )
    files = {file.file: file for file in read(["."])}
    chart = "a template of the Helm chart `charts/web`: render the chart with `helm template` and lint the result"
    assert files["charts/web/templates/vm.yaml"][1:3] == ((), (("charts/web/templates/vm.yaml", 0, chart),))
    assert files["charts/web/files/x.yaml"].skipped == (("charts/web/files/x.yaml", 1, chart),)
    assert files["charts/web/files/other.yaml"].skipped == ()
    assert files["charts/web/templates/sub/plain.yaml"].documents[0].data == {"a": 1}
    assert files["charts/web/values.yaml"].documents[0].data == {"a": 1}
    assert files["other/templates/vm.yaml"].documents[0].data == {"a": "{{ b }}"}


def test_excluded_files_are_not_opened(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, a_yaml="a: 1\n", b_yaml="b: 1\n")
    opened = []
    original = module._bytes

    def noted(found: Found, *rest: Any) -> bytes:
        opened.append(found.name)
        return original(found, *rest)

    monkeypatch.setattr(module, "_bytes", noted)
    assert [file.file for file in read([".", "a.yaml"], exclude=["a.yaml"])] == ["b.yaml"]
    assert opened == ["b.yaml"]


def test_documents_may_wait(here: Path) -> None:
    write(here, a_yaml="a: 1\n---\napiVersion: v1\nkind: Deployment\n")
    file = only(read(["."], may_wait=lambda text: "Deployment" if "kind" in text else ""))
    assert [document.waiting for document in file.documents] == ["", "Deployment"]


@pytest.mark.parametrize(
    "text",
    [
        '{\n  // an editor\'s settings\n  "a": [1,]\n}\n',
        "a: [\n",
        "- hosts: all\n  tasks: [{name: x, y: z: 1}]\n",
        "jobs:\n  kind: a: b\n",
    ],
)
def test_what_is_no_manifest_and_was_not_named_is_stray(here: Path, text: str) -> None:
    write(here, x_yaml=text, kustomization_yaml=text)
    files = {file.file: file for file in read(["."])}
    assert [(one.data, one.stray) for one in files["x.yaml"].documents] == [(None, True)]
    assert not files["kustomization.yaml"].documents[0].stray
    assert not only(read(["x.yaml"])).documents[0].stray


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Secret\nmetadata: [\n",
        '{"apiVersion": "v1", // a comment\n "kind": "Secret"}\n',
        "kind: Secret\napiVersion: v1\n---\na: [\n",
    ],
)
def test_a_manifest_that_can_not_be_read_has_a_problem(here: Path, text: str) -> None:
    write(here, x_yaml=text)
    (*_, last) = only(read(["."])).documents
    assert last.problem is not None
    assert not last.stray


@pytest.mark.parametrize("name", ["%%NAME%%", "@NAME@", "%NAME%", "{{ name }}", "<% name %>", "@@NAME@@"])
def test_a_manifest_that_a_tool_fills_in_is_skipped_or_read(here: Path, name: str) -> None:
    write(here, x_yaml=f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n")
    file = only(read(["."]))
    assert all(one.problem is None for one in file.documents)
    assert len(file.documents) + len(file.skipped) == 1


def test_a_forgotten_separator_makes_two_documents(here: Path) -> None:
    first, second = "apiVersion: v1\nkind: A\nmetadata: {name: a}\n\n", "# of b\napiVersion: v1\nkind: B\nspec: 1\n"
    write(here, x_yaml=first + second + "metadata: {name: b}\n")
    one, two = only(read(["."])).documents
    assert (one.text, one.line, one.joined, one.duplicates) == (first, 1, False, ())
    assert (two.data, two.line, two.joined) == ({**two.data, "kind": "B", "metadata": {"name": "b"}}, 5, True)
