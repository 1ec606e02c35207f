"""Preferences: which one a VM gets, and what it asks of the VM."""
