"""Tests of the public functions and what packs may import."""
