"""Packs of rules that are data: YAML in which a rule says what it requires or forbids of which objects."""

from vmlint.packs.reading import read

__all__ = ["read"]
