"""The configuration of CDI."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest

from vmlint.cdi.config import ConfigFlaw, check_config, meant_gate
from vmlint.model.field import render


def found(**config: Any) -> list[tuple[str, StrEnum, dict[str, Any]]]:
    return [(render(one.path), one.code, dict(one.values)) for one in check_config(config)]


@pytest.mark.parametrize(
    ("name", "gate"),
    [
        ("ClaimAdoption", "DataVolumeClaimAdoption"),
        ("honorwaitforfirstconsumer", "HonorWaitForFirstConsumer"),
        ("Data", ""),
        ("Nothing", ""),
    ],
)
def test_a_gate_that_is_meant(name: str, gate: str) -> None:
    assert meant_gate(name) == gate


def test_gates() -> None:
    assert found(featureGates=["HonorWaitForFirstConsumer", "${GATE}", "Nope"]) == [
        ("featureGates[2]", ConfigFlaw.GATE_UNKNOWN, {"gate": "Nope", "meant": ""})
    ]


@pytest.mark.parametrize(
    ("registry", "host"),
    [
        ("registry.example.org", None),
        ("registry.example.org:5000", None),
        ("[fd00::1]:5000", None),
        ("https://registry.example.org", "registry.example.org"),
        ("registry.example.org/images", "registry.example.org"),
        ("${REGISTRY}", None),
    ],
)
def test_registries(registry: str, host: str | None) -> None:
    expected = (
        []
        if host is None
        else [("insecureRegistries[0]", ConfigFlaw.REGISTRY_NOT_A_HOST, {"registry": registry, "host": host})]
    )
    assert found(insecureRegistries=[registry]) == expected


@pytest.mark.parametrize(
    ("requests", "limits", "field"),
    [
        ({"memory": "600M"}, {}, None),
        ({"memory": "601M"}, {}, "requests.memory"),  # above the default limit
        ({}, {"cpu": "50m"}, "limits.cpu"),  # below the default request
        ({"cpu": "2"}, {"cpu": "2"}, None),
        ({"ephemeral-storage": "2Gi"}, {"ephemeral-storage": "1Gi"}, None),  # CDI takes CPU and memory alone
        ({"memory": "${MEMORY}"}, {}, None),
    ],
)
def test_pods_that_can_not_be_made(requests: Any, limits: Any, field: str | None) -> None:
    flaws = found(podResourceRequirements={"requests": requests, "limits": limits})
    assert [path for path, _, _ in flaws] == ([] if field is None else [f"podResourceRequirements.{field}"])
