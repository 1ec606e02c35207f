"""The language server: what an editor shows of a repository while its manifests are written."""
