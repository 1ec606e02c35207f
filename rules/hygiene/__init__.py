"""Hygiene: what prevents the files from being read, built and suppressed correctly."""
