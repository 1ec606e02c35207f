"""Hygiene: what stands in the way of reading the files rightly."""
