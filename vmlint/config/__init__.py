"""The settings of a run: their values, the file that holds them, and its JSON Schema."""
