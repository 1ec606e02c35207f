"""Tests of `expand` and `trace`."""
