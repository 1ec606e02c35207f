"""`vmlint customize`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

SEE = " (see `vmlint customize --help`)"
OWN = """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: shop}
spec: {cpu: {guest: 1}, memory: {guest: 1Gi}}
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata: {name: small, namespace: lab}
spec: {cpu: {guest: 2}, memory: {guest: 1Gi}}
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterPreference
metadata: {name: u1.medium}
spec: {devices: {preferredDiskBus: sata}}
---
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineClusterInstancetype
metadata: {name: u1.small}
spec: {cpu: {guest: 9}, memory: {guest: 1Gi}}
"""


@pytest.fixture
def own(run: Run) -> Run:
    Path("own.yaml").write_text(OWN)
    return run


def test_one_of_the_catalog_with_another_size(run: Run) -> None:
    words = ["u1.medium", "--name", "u1.mine", "--vcpus", "4", "--memory", "6Gi", "--namespace", "shop"]
    assert run("customize", *words) == (
        0,
        """\
apiVersion: instancetype.kubevirt.io/v1beta1
kind: VirtualMachineInstancetype
metadata:
  name: u1.mine
  namespace: shop
spec:
  cpu:
    guest: 4
  memory:
    guest: 6Gi
""",
        "",
    )


def test_a_preference_for_the_cluster(run: Run) -> None:
    code, out, err = run("customize", "fedora", "--cluster")
    assert (code, err) == (0, "")
    assert "kind: VirtualMachineClusterPreference\nmetadata:\n  name: fedora\nspec:\n" in out


def test_the_catalog_of_a_release(run: Run) -> None:
    assert run("customize", "cx1.medium", "--target", "1.1")[1] != run("customize", "cx1.medium")[1] != ""


def test_files_come_before_the_catalog(own: Run) -> None:
    assert "guest: 9" in own("customize", "u1.small", "--from", ".")[1]
    assert "guest: 9" not in own("customize", "u1.small")[1]


def test_a_namespaced_original_keeps_its_namespace(own: Run) -> None:
    out = own("customize", "lab/small", "--from", ".")[1]
    assert ("name: small\n  namespace: lab\n" in out, "guest: 2" in out) == (True, True)
    assert "namespace:" not in own("customize", "lab/small", "--from", ".", "--cluster")[1]


def test_the_kind_decides_between_two(own: Run) -> None:
    out = own("customize", "u1.medium", "--from", ".", "--kind", "preference")[1]
    assert "kind: VirtualMachinePreference" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name the original, such as `vmlint customize u1.medium`" + SEE),
        (
            ["u1.medum"],
            "instancetype or preference `u1.medum` does not exist in common-instancetypes; did you mean `u1.medium`?",
        ),
        (
            ["zzzzz", "--kind", "preference"],
            "preference `zzzzz` does not exist in common-instancetypes; to look in files, add `--from PATH`",
        ),
        (
            ["shop/smal", "--from", "."],
            "instancetype or preference `shop/smal` does not exist in the files or in common-instancetypes; did "
            "you mean "
            "`shop/small`?",
        ),
        (
            ["small", "--from", "."],
            "`small` names 2 objects: VirtualMachineInstancetype lab/small (own.yaml) and VirtualMachineInstancetype "
            "shop/small (own.yaml); choose one with `--kind` or `NAMESPACE/NAME`",
        ),
        (
            ["u1.medium", "--from", "."],
            "`u1.medium` names 2 objects: VirtualMachineClusterInstancetype u1.medium (common-instancetypes v1.7.0) "
            "and VirtualMachineClusterPreference u1.medium (own.yaml); choose one with `--kind` or `NAMESPACE/NAME`",
        ),
        (["fedora", "--vcpus", "2"], "`--vcpus` applies to instancetypes: a preference sets no amounts"),
        (["fedora", "--memory", "2Gi"], "`--memory` applies to instancetypes: a preference sets no amounts"),
        (["u1.medium", "--vcpus", "0"], "`--vcpus`: must be a whole number above zero, not `0`" + SEE),
        (
            ["u1.medium", "--vcpus", "4294967296"],
            "`--vcpus`: must be a whole number above zero, not `4294967296`" + SEE,
        ),
        (["u1.medium", "--vcpus", "٣"], "`--vcpus`: must be a whole number above zero, not `٣`" + SEE),
        (
            ["u1.medium", "--memory", "6GB"],
            "`--memory`: `6GB` is not a valid quantity: write a number with a unit, such as `6Gi`" + SEE,
        ),
        (
            ["u1.medium", "--memory=-6Gi"],
            "`--memory`: `-6Gi` is less than a megabyte: write a unit, such as `6Gi`" + SEE,
        ),
        (
            ["u1.medium", "--memory", "6"],
            "`--memory`: `6` is less than a megabyte: write a unit, such as `6Gi`" + SEE,
        ),
        (
            ["u1.medium", "--name", "My_Size"],
            "`--name`: `My_Size` is not a valid name: use lower-case letters, digits, `-` and `.`" + SEE,
        ),
        (
            ["u1.medium", "--namespace", "a.b"],
            "`--namespace`: `a.b` is not a valid namespace: use lower-case letters, digits and `-`" + SEE,
        ),
        (
            ["u1.medium", "--cluster", "--namespace", "shop"],
            "`--cluster` and `--namespace` exclude each other: a cluster-wide object has no namespace",
        ),
        (["u1.medium", "--cluster", "--namespaced"], "`--namespaced` and `--cluster` exclude each other" + SEE),
        (["u1.medium", "--kind", "flavor"], "`--kind`: must be instancetype or preference, not `flavor`" + SEE),
        (["u1.medium", "--target", "new"], "`new` is not a release of KubeVirt: write one such as `1.8`, or `main`"),
        (
            ["cx1.large1gi", "--memory", "1500Mi"],
            "the memory `1500Mi` is not a multiple of the original's huge pages of `1Gi`",
        ),
    ],
)
def test_a_usage_error_is_one_line(own: Run, words: list[str], message: str) -> None:
    assert own("customize", *words) == (2, "", f"vmlint customize: {message}\n")


def test_alternatives_of_one_original(own: Run) -> None:
    Path("more.yaml").write_text(OWN)
    assert own("customize", "u1.small", "--from", ".")[2] == (
        "vmlint customize: `u1.small` names 2 objects: VirtualMachineClusterInstancetype u1.small (more.yaml) and "
        "VirtualMachineClusterInstancetype u1.small (own.yaml); choose one with a narrower `--from`\n"
    )
