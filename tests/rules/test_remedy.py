"""What rules say to do about a name that leads nowhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from rules._remedy import declare, remedy
from tests.build import cluster
from vmlint.config.config import Config
from vmlint.model.kinds import BY_GROUP_KIND
from vmlint.model.ref import Ref
from vmlint.world import World
from vmlint.world.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"


@cache
def fixes() -> str:
    """The fixes that fixtures expect, but for those about names of rules."""
    files = (file for file in sorted(FIXTURES.glob("*/*.json")) if "suppression" not in file.parent.name)
    return "\n".join(line for file in files for line in re.findall(r'"fix": ".*"', file.read_text("utf-8")))


_NETWORK = "{apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: {name: %s, namespace: %s}}"
_LOST = Ref("k8s.cni.cncf.io", "NetworkAttachmentDefinition", "shop", "storage")
_DECLARE = (
    "declare it if the cluster has it: `outside: [NetworkAttachmentDefinition shop/storage]` in the configuration"
)


def world(*names: tuple[str, str]) -> World:
    return World(cluster(*(_NETWORK % name for name in names)), Settings())


@pytest.mark.parametrize(
    ("known", "crosses", "text"),
    [
        ((), True, f"add the network, or {_DECLARE}"),
        (("storge", "shop"), False, f"did you mean `storge`? If not, add the network, or {_DECLARE}"),
        (("storage", "lab"), True, f"did you mean `lab/storage`? If not, add the network, or {_DECLARE}"),
        (
            ("storage", "lab"),
            False,
            f"add the network to namespace `shop`, as `lab/storage` is in another namespace; or {_DECLARE}",
        ),
    ],
)
def test_a_missing_object_can_be_added_or_declared(known: tuple[str, str], crosses: bool, text: str) -> None:
    assert remedy(_LOST, "network", world(*([known] if known else [])), crosses=crosses) == text


def test_a_name_without_a_namespace_is_declared_for_all() -> None:
    loose = _LOST._replace(namespace="")
    assert declare(loose) == "`outside: [NetworkAttachmentDefinition */storage]` in the configuration"
    assert "to namespace" not in remedy(loose, "network", world(("storage", "lab")))


def test_every_proposed_name_comes_with_another_way() -> None:
    proposed = re.findall(r'"fix": "(did you mean .*)"', fixes())
    assert len(proposed) > 10
    assert [fix for fix in proposed if "? If not, " not in fix] == []


def test_every_proposed_setting_is_valid() -> None:
    proposed = set(re.findall(r"outside: \[(.*?)\]", fixes()))
    assert len(proposed) > 10
    assert Config().replace(outside=sorted(proposed)).outside
    kinds = {kind for _, kind in BY_GROUP_KIND}
    assert {name.split()[0] for name in proposed} <= kinds
