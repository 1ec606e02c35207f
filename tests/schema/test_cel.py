from __future__ import annotations

from vmlint.catalog.schemas import nodes
from vmlint.schema.cel import RULES


def test_every_rule_of_the_schemas_has_a_meaning() -> None:
    rules = {expression for node in nodes() for expression, _ in node.get("rules", ())}
    # A rule about the stored object says nothing of a new one.
    assert {rule for rule in rules if "oldSelf" not in rule} == set(RULES)
