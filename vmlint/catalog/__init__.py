"""Facts about releases: data files, and the functions that open them when they are needed."""
