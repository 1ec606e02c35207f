"""Whom a Service selects: what an index of labels gives is what a look at each guest gives."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from tests.build import cluster
from vmlint.model.subjects import Service, VirtualMachine, Workload
from vmlint.world import services
from vmlint.world.services import Services, selector_of

KEYS = ("app", "tier", "kubevirt.io", "vm.kubevirt.io/name")
VALUES = ("web", "db", "virt-launcher", "vm-1", "${NAME}", 5, None)


def labels(chance: random.Random) -> dict[str, Any]:
    return {key: chance.choice(VALUES) for key in chance.sample(KEYS, chance.randrange(3))}


def manifest(kind: str, name: str, chance: random.Random) -> dict[str, Any]:
    metadata = {"name": name, "namespace": chance.choice(("shop", "lab")), "labels": labels(chance)}
    if kind == "Service":
        selector = {key: chance.choice(VALUES[:4]) for key in chance.sample(KEYS, chance.randrange(3))}
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": {"selector": selector}}
    template = {"metadata": {"labels": labels(chance)}, "spec": {"domain": {"devices": {}}}}
    if kind == "VirtualMachinePool":
        spec: dict[str, Any] = {"virtualMachineTemplate": {"spec": {"template": template}}}
        return {"apiVersion": "pool.kubevirt.io/v1beta1", "kind": kind, "metadata": metadata, "spec": spec}
    return {"apiVersion": "kubevirt.io/v1", "kind": kind, "metadata": metadata, "spec": {"template": template}}


@pytest.mark.parametrize("seed", range(20))
def test_the_index_gives_what_a_look_at_each_guest_gives(seed: int) -> None:
    chance = random.Random(seed)
    kinds = ["VirtualMachine"] * 6 + ["VirtualMachinePool"] * 2 + ["Service"] * 8
    made = cluster(*(json.dumps(manifest(kind, f"vm-{number}", chance)) for number, kind in enumerate(kinds)))
    known = Services(made)
    for service in (one for one in made.resources if isinstance(one, Service)):
        guests = [one for one in made.resources if isinstance(one, Workload) and one.namespace == service.namespace]
        selector = selector_of(service)
        assert known.selected(service) == [one for one in guests if services._fits(selector, services._pod_labels(one))]
        assert known.mistaken(service) == [
            (one, lacking)
            for one in guests
            if type(one) is VirtualMachine and services._fits(lacking := missing(selector, one), one.labels)
        ]


def missing(selector: Mapping[str, str], guest: Workload) -> dict[str, str]:
    pod = services._pod_labels(guest)
    return {key: value for key, value in selector.items() if not services._fits({key: value}, pod)}
