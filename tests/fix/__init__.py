"""Tests of edits of files."""
