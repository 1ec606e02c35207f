"""Instancetypes: which one a VM gets, and which fields it must then not set itself."""
