"""Text to documents: which files are read, and how kubectl decodes them."""
