"""BLAKE2, without what `hashlib` loads besides: OpenSSL takes longer to load than a small file to check."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter that keeps it elsewhere
    from hashlib import blake2b

__all__ = ["blake2b"]
