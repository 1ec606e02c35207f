"""Hostile repositories, made by chance: whatever they hold, vmlint gives a whole and harmless report.

`python -m tests.fuzz --minutes 30` runs for long; `test_fuzz.py` is the short run of the test suite.
"""
