"""What an edit does to the running cluster, one file a format."""
