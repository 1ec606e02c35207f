"""Of several faults at one field, which are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.build import cluster
from vmlint.model.field import render
from vmlint.model.resource import Place, Resource
from vmlint.rule import Effect, Fault, Meta, Rule
from vmlint.runner import run
from vmlint.world import Settings, World

CLAIM = """
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
"""


def rule(name: str, rank: int, effect: Effect, field: str) -> Rule:
    """A rule that finds one fault at a field of every object."""
    meta = Meta(name, effect=effect, since="0.1", subject=Resource, rank=rank)

    def check(resource: Resource, world: World) -> Iterator[Fault]:
        yield meta.at(resource.field(field), "it is wrong.", fix="correct it")

    return Rule(meta, name, name, "", "test", check)


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        pytest.param((1, Effect.REJECTED, "a.b"), (0, Effect.REJECTED, "a.b"), [0], id="same field"),
        pytest.param((0, Effect.REJECTED, "a.b"), (0, Effect.REJECTED, "a.b"), [0, 1], id="same rank"),
        pytest.param((1, Effect.REJECTED, "a"), (0, Effect.REJECTED, "a.b"), [0, 1], id="below a refused field"),
        pytest.param((1, Effect.IGNORED, "a"), (0, Effect.REJECTED, "a.b[0].c"), [0], id="below a dropped field"),
        pytest.param((1, Effect.IGNORED, "a"), (1, Effect.REJECTED, "a.b"), [0, 1], id="the same rank below"),
        pytest.param((1, Effect.IGNORED, "a.b"), (0, Effect.REJECTED, "a"), [0, 1], id="above a dropped field"),
        pytest.param((0, Effect.IGNORED, "a"), (-1, Effect.REJECTED, "a.b"), [0, 1], id="below what does nothing"),
        pytest.param((0, Effect.REJECTED, "a"), (-1, Effect.REJECTED, "a"), [0], id="a better telling"),
        pytest.param((0, Effect.RISK, "a"), (-1, Effect.REJECTED, "a"), [0, 1], id="a refusal beside a risk"),
        pytest.param((0, Effect.RISK, "a"), (-1, Effect.IGNORED, "a"), [0], id="less than a refusal"),
    ],
)
def test_the_foremost_faults(first: tuple[int, Effect, str], second: tuple[int, Effect, str], shown: list[int]) -> None:
    rules = [rule("first", *first), rule("second", *second)]
    world = World(cluster(CLAIM), Settings())
    for order in (rules, rules[::-1]):
        faults, _ = run(order, (), [world])
        assert {said.id for said, _ in faults} == {rules[index].id for index in shown}


def test_faults_of_two_objects_do_not_meet() -> None:
    rules = [rule("first", 1, Effect.IGNORED, "a"), rule("second", 0, Effect.REJECTED, "b")]
    faults, _ = run(rules, (), [World(cluster(CLAIM, CLAIM.replace("name: data", "name: more")), Settings())])
    places = [fault.place for _, fault in faults]
    assert [(place.resource.name, render(place.path)) for place in places if isinstance(place, Place)] == [
        ("data", "a"),
        ("data", "b"),
        ("more", "a"),
        ("more", "b"),
    ]
