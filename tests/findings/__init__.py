"""Tests of suppressions, the baseline and findings of several deployments."""
