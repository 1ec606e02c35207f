from __future__ import annotations

from typing import Any

import pytest

from vmlint.cdi.storageclass import DEFAULT, VIRT_DEFAULT, Choice, ChoiceReason, choose, server_default
from vmlint.world.storage_phrases import why_chosen


def storage_class(name: str, *marks: str, created: str | None = None, value: Any = "true") -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "annotations": dict.fromkeys(marks, value)}
    if created:
        metadata["creationTimestamp"] = created
    return {"metadata": metadata}


PLAIN = storage_class("plain", DEFAULT)
VIRT = storage_class("virt", VIRT_DEFAULT)
OTHER = storage_class("other")
OLD = storage_class("old", "storageclass.beta.kubernetes.io/is-default-class")


@pytest.mark.parametrize(
    ("classes", "name", "content_type", "chosen", "why"),
    [
        ([PLAIN, VIRT, OTHER], "other", "", "other", ChoiceReason.NAMED),
        ([PLAIN, VIRT], "gone", "", "", ChoiceReason.NOT_FOUND),
        ([PLAIN, VIRT], "", "", "", ChoiceReason.NOT_FOUND),
        ([PLAIN, VIRT, OTHER], None, "", "virt", ChoiceReason.VIRT_DEFAULT),
        ([PLAIN, VIRT, OTHER], None, "kubevirt", "virt", ChoiceReason.VIRT_DEFAULT),
        ([PLAIN, VIRT, OTHER], None, "archive", "plain", ChoiceReason.DEFAULT),
        ([PLAIN, OTHER], None, "kubevirt", "plain", ChoiceReason.DEFAULT),
        ([VIRT, OTHER], None, "archive", "", ChoiceReason.NO_DEFAULT),
        ([OTHER], None, "", "", ChoiceReason.NO_DEFAULT),
        ([storage_class("a", DEFAULT, value=True)], None, "", "", ChoiceReason.NO_DEFAULT),
        ([storage_class("a", DEFAULT, value="True")], None, "", "", ChoiceReason.NO_DEFAULT),
    ],
)
def test_choice(
    classes: list[dict[str, Any]], name: str | None, content_type: str, chosen: str, why: ChoiceReason
) -> None:
    choice = choose(classes, name, content_type)
    assert (choice.name, choice.why, choice.rivals, choice.decided) == (chosen, why, (), True)
    assert (f"`{chosen}`" in why_chosen(choice)) is bool(chosen)


def test_the_newest_default_wins_then_the_first_name() -> None:
    classes = [
        storage_class("b", DEFAULT, created="2025-01-02T00:00:00Z"),
        storage_class("c", DEFAULT, created="2025-01-01T00:00:00Z"),
        storage_class("a", DEFAULT, created="2025-01-02T00:00:00Z"),
    ]
    choice = choose(classes, None)
    assert (choice.name, choice.rivals, choice.decided) == ("a", ("b", "c"), True)


def test_defaults_of_unknown_age_are_a_guess() -> None:
    choice = choose([storage_class("b", DEFAULT), storage_class("a", DEFAULT)], None)
    assert (choice.name, choice.rivals, choice.decided) == ("a", ("b",), False)


@pytest.mark.parametrize(
    ("classes", "chosen", "why"),
    [
        ([PLAIN, VIRT, OTHER], "plain", ChoiceReason.DEFAULT),
        ([VIRT, OTHER], "", ChoiceReason.NO_DEFAULT),
        ([VIRT, OLD], "old", ChoiceReason.DEFAULT),
    ],
)
def test_the_api_server_has_a_default_of_its_own(classes: list[dict[str, Any]], chosen: str, why: ChoiceReason) -> None:
    choice = server_default(classes)
    assert (choice.name, choice.why, choice.decided) == (chosen, why, True)
    assert server_default([storage_class("a", DEFAULT, value="${DEFAULT}")]).decided is False
    assert choose([OLD], None).why is ChoiceReason.NO_DEFAULT  # CDI does not know the old form


def test_a_variable_as_the_mark_is_no_answer() -> None:
    assert choose([storage_class("a", DEFAULT, value="${DEFAULT}")], None).decided is False
    unsure = storage_class("a", VIRT_DEFAULT, value="${DEFAULT}")
    assert (choose([unsure, PLAIN], None).name, choose([unsure, PLAIN], None).decided) == ("plain", False)
    assert choose([unsure, PLAIN], None, "archive").decided is True


def test_strange_classes_are_passed_over() -> None:
    strange: list[Any] = [{}, {"metadata": 3}, {"metadata": {"annotations": [1]}}]
    assert choose(strange, None) == Choice(None, ChoiceReason.NO_DEFAULT)
