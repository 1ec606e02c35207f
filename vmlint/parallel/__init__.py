"""A run shared by several processes."""
