"""Storage: what CDI makes of DataVolumes, templates and their claims."""
