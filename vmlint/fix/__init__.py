"""Edits of files that fix findings."""
