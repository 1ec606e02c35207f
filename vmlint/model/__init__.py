"""Frozen values: what an object is, apart from what anything does with it."""
