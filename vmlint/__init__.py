"""vmlint."""
