"""Instancetypes: which one a VM gets, and what it must then not set itself."""
