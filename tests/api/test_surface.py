"""What programs and packs may use: what `vmlint`, `vmlint.rule`, `vmlint.model` and `vmlint.world` export."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import vmlint
from vmlint.registry.scaffold import KINDS, new_rule

ROOT = Path(__file__).parents[2]
FOR_PACKS = ("vmlint.rule", "vmlint.model", "vmlint.world")
PAGE = ROOT / "docs/python.md"
_DATA_VOLUME = """\
apiVersion: cdi.kubevirt.io/v1beta1
kind: DataVolume
metadata: {name: data, namespace: shop}
spec: {source: {blank: {}}, storage: {storageClassName: ceph-rbd, resources: {requests: {storage: 1Gi}}}}
"""
EXAMPLE = ROOT / "tests/registry/sample.py"


@pytest.mark.parametrize("module", ["vmlint", *FOR_PACKS])
def test_what_is_exported_is_there_and_documented(module: str) -> None:
    exported = import_module(module)
    for name in exported.__all__:
        value = getattr(exported, name)
        if callable(value) and getattr(value, "__module__", "").startswith("vmlint"):
            assert value.__doc__, name


def test_a_name_that_is_not_exported() -> None:
    with pytest.raises(AttributeError, match="has no `nonsense`"):
        _ = vmlint.nonsense
    assert set(vmlint.__all__) <= set(dir(vmlint))


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Module and name of all that a text imports of vmlint."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.startswith("vmlint."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "vmlint":
            yield from ((node.module or "", alias.name) for alias in node.names)


def outside(text: str) -> list[tuple[str, str]]:
    """What a text imports of vmlint that no pack may import."""
    return [
        (module, name)
        for module, name in imported(text)
        if module not in FOR_PACKS or name not in import_module(module).__all__
    ]


@pytest.mark.parametrize(
    "text",
    [
        "from vmlint.model.access import get",
        "from vmlint.kubevirt.gates import Gates",
        "import vmlint.cdi.render",
        "from vmlint.world import Application",
    ],
)
def test_an_import_that_no_pack_may_make_is_seen(text: str) -> None:
    assert outside(text)


def test_packs_import_what_is_exported() -> None:
    texts = [EXAMPLE, *(ROOT / "fixtures/packs").rglob("*.py")]
    assert [found for file in texts for found in outside(file.read_text("utf-8"))] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_rule_imports_what_is_exported(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    new = new_rule("label-set", Path("policies"), kind=kind, id=None, data=False)
    texts = [text for file, text in new.files.items() if str(file).endswith(".py")]
    assert texts
    assert [outside(text) for text in texts] == [[]] * len(texts)


def test_the_example_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example, *_ = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for name in ("manifests", "before"):
        shutil.copytree(ROOT / "fixtures/quickstart", tmp_path / name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifests/data.yaml").write_text(_DATA_VOLUME, "utf-8")
    namespace: dict[str, object] = {}
    exec(example, namespace)
    said = capsys.readouterr().out
    assert "VM103" in said
    assert "VirtualMachine shop/cache {" in said
    assert "PersistentVolumeClaim shop/cache-root ceph-rbd" in said
    assert "PersistentVolumeClaim shop/data ceph-rbd" in said
    assert isinstance(namespace["impact"], vmlint.Impact)
