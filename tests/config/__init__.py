"""Tests of the configuration: its file, its settings and its JSON Schema."""
