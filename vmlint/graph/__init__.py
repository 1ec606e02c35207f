"""Who refers to whom, across all files."""
