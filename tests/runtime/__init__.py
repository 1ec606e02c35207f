"""Tests of profiling, the garbage collector and what a run loads."""
