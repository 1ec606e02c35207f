"""Tests of the project itself: documentation, structure, packaging and CI."""
