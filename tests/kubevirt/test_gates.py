"""Feature gates: what a KubeVirt object, a release and an open or closed world say of each."""

from __future__ import annotations

from typing import Any

import pytest

from vmlint.kubevirt.gates import Gates, GateState

ON, OFF, UNKNOWN = GateState.ON, GateState.OFF, GateState.UNKNOWN


def kubevirt(enabled: Any = None, disabled: Any = None) -> dict[str, Any]:
    developer = {"featureGates": enabled, "disabledFeatureGates": disabled}
    return {"spec": {"configuration": {"developerConfiguration": developer}}}


@pytest.mark.parametrize(
    ("gate", "opened", "closed"),
    [
        ("HostDisk", UNKNOWN, OFF),  # Alpha
        ("PasstBinding", ON, ON),  # Beta
        ("NUMA", ON, ON),  # GA
        ("HotplugVolumes", UNKNOWN, OFF),  # Deprecated
        ("Macvtap", OFF, OFF),  # Discontinued
        ("NoSuchGate", OFF, OFF),
    ],
)
def test_without_a_kubevirt_object(gate: str, opened: GateState, closed: GateState) -> None:
    assert Gates().state(gate) is opened
    assert Gates(closed=True).state(gate) is closed


@pytest.mark.parametrize(
    ("gate", "release", "opened", "closed"),
    [
        ("PanicDevices", (1, 9), ON, ON),
        ("PanicDevices", (1, 8), UNKNOWN, OFF),  # Beta gates were off unless listed
        ("PanicDevices", (1, 6), UNKNOWN, OFF),
        ("PanicDevices", (1, 5), OFF, OFF),
        ("DecentralizedLiveMigration", (1, 9), UNKNOWN, OFF),
        ("DecentralizedLiveMigration", (1, 10), ON, ON),
        ("DecentralizedLiveMigration", None, ON, ON),
        ("NonRootExperimental", (1, 1), ON, ON),
        ("NonRootExperimental", (1, 2), OFF, OFF),
        ("HostDisk", (1, 8, 2), UNKNOWN, OFF),
    ],
)
def test_defaults_of_a_release(
    gate: str, release: tuple[int, ...] | None, opened: GateState, closed: GateState
) -> None:
    assert Gates(None, release).state(gate) is opened
    assert Gates(None, release, True).state(gate) is closed


@pytest.mark.parametrize(
    ("gate", "enabled", "disabled", "release", "state"),
    [
        ("HostDisk", ["HostDisk"], None, None, ON),
        ("HostDisk", [], None, None, OFF),
        ("HostDisk", ["HostDisk"], ["HostDisk"], None, ON),  # enabling comes first
        ("PasstBinding", [], ["PasstBinding"], None, OFF),
        ("PasstBinding", [], ["PasstBinding"], (1, 9), OFF),
        ("PasstBinding", ["PasstBinding"], [], (1, 8), ON),
        ("RebootPolicy", [], ["RebootPolicy"], (1, 8), OFF),
        ("NUMA", [], ["NUMA"], None, ON),  # GA can't be disabled
        ("Macvtap", ["Macvtap"], [], None, ON),  # KubeVirt asks the list before the stage
        ("NoSuchGate", ["NoSuchGate"], [], None, OFF),
        ("HostDisk", ["${GATES}"], [], None, UNKNOWN),
        ("NUMA", ["${GATES}"], [], None, ON),
        ("HostDisk", "${GATES}", None, None, UNKNOWN),
        ("PasstBinding", [], ["{{ gate }}"], None, UNKNOWN),
        ("HostDisk", {"HostDisk": True}, [1, None], None, OFF),
    ],
)
def test_a_kubevirt_object_decides(
    gate: str, enabled: Any, disabled: Any, release: tuple[int, ...] | None, state: GateState
) -> None:
    assert Gates(kubevirt(enabled, disabled), release).state(gate) is state


@pytest.mark.parametrize(
    "spec",
    ["${SPEC}", {"configuration": "${C}"}, {"configuration": {"developerConfiguration": "${D}"}}],
    ids=["spec", "configuration", "developer"],
)
def test_a_variable_above_the_lists_leaves_gates_open(spec: Any) -> None:
    assert Gates({"spec": spec}).state("HostDisk") is UNKNOWN


@pytest.mark.parametrize(
    ("gate", "release", "stage"),
    [
        ("VideoConfig", (1, 5), None),
        ("VideoConfig", (1, 6), "Alpha"),
        ("VideoConfig", (1, 7), "Beta"),
        ("VideoConfig", (1, 9), "GA"),
        ("VideoConfig", None, "GA"),
        ("VmiMemoryOverheadReport", (1, 9), "Beta"),
        ("VmiMemoryOverheadReport", None, "GA"),
    ],
)
def test_stages(gate: str, release: tuple[int, ...] | None, stage: str | None) -> None:
    assert Gates(None, release).stage(gate) == stage
