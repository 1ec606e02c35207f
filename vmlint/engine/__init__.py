"""A run: files to documents, documents to worlds, worlds to violations, violations to a report."""
