"""Preferences: which one a VM gets, and what it requires of the VM."""
