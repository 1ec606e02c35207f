"""What kustomizations make of the files beside them."""

from __future__ import annotations

from vmlint.source.decode import decode_text
from vmlint.source.kustomize import Kustomized, kustomized


def read(files: dict[str, str]) -> Kustomized:
    return kustomized(decode_text(text, name) for name, text in files.items())


def test_without_a_kustomization_all_is_as_it_is() -> None:
    assert read({"a.yaml": "kind: A", "b/c.yaml": "patches: [{path: ../a.yaml}]"}) == (frozenset(), frozenset())


def test_each_way_to_name_a_patch() -> None:
    text = """
        resources: [base]
        patches: [{path: ./a.yaml}, {patch: "kind: X"}, b.yaml, {target: {kind: Y}, path: ../c.yaml}]
        patchesStrategicMerge: [d.yaml, "kind: Z\\nmetadata: {name: z}\\n"]
        patchesJson6902: [{target: {kind: Y}, path: e.yaml}]
    """
    assert read({"o/kustomization.yaml": text}).patches == {"o/a.yaml", "o/b.yaml", "c.yaml", "o/d.yaml", "o/e.yaml"}


def test_a_patch_that_is_a_resource_elsewhere_is_whole() -> None:
    files = {"o/kustomization.yml": "patches: [{path: ../b/a.yaml}]", "b/kustomization.yaml": "resources: [a.yaml]"}
    assert read(files).patches == frozenset()


def test_changes_reach_what_the_bases_name() -> None:
    files = {
        "kustomization.yaml": "bases: [b]\npatches: [{path: p.yaml}]",
        "b/kustomization.yaml": "resources: [c, d.yaml]",
        "b/c/kustomization.yaml": "resources: [e.yaml]",
        "b/c/e.yaml": "kind: E",
        "f/kustomization.yaml": "resources: [g.yaml]",
        "f/g.yaml": "kind: G",
    }
    found = read(files).patched
    assert {"b/d.yaml", "b/c/e.yaml"} <= found
    assert "f/g.yaml" not in found


def test_components_change_what_stands_beside_them() -> None:
    assert "a.yaml" in read({"kustomization.yaml": "resources: [a.yaml]\ncomponents: [../c]"}).patched


def test_what_stands_beside_a_kustomization_unnamed_is_not_applied() -> None:
    files = {"b/kustomization.yaml": "resources: [a.yaml]", "b/a.yaml": "kind: A", "b/x.yaml": "kind: X"}
    assert read(files).patched - {"b/kustomization.yaml"} == {"b/x.yaml"}


def test_kustomizations_that_name_each_other_come_to_an_end() -> None:
    files = {"a/kustomization.yaml": "resources: [../b]\npatches: [p]", "b/kustomization.yaml": "resources: [../a]"}
    assert {"a", "b"} <= read(files).patched


def test_the_kind_of_flux_is_none() -> None:
    text = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\npatches: [{path: a.yaml}]"
    assert read({"kustomization.yaml": text}) == (frozenset(), frozenset())


def test_strange_kustomizations_say_nothing() -> None:
    text = "resources: {a: b}\nbases: [1, null, [x], '']\npatches: a.yaml\ncomponents: 5"
    assert read({"kustomization.yaml": text}).patches == frozenset()
    assert read({"kustomization.yaml": "- a"}) == (frozenset(), frozenset())
