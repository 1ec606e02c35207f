"""The version of vmlint. The package takes its own from here: to ask for that of the installed package takes long."""

from __future__ import annotations

__all__ = ["VERSION"]

VERSION = "0.1.0"
