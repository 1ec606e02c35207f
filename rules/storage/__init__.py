"""Storage: how CDI handles DataVolumes, templates and their claims."""
