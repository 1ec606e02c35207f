"""Commands for developers: `python -m tools.NAME` from the root of the repository."""
