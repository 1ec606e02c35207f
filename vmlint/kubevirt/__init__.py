"""What KubeVirt does with its objects, as functions on plain values."""
