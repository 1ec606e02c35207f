"""Packs of rules that are data: their files, and rules made of what these hold."""
