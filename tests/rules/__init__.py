"""Tests of the rules and their fixtures."""
