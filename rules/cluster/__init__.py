"""Cluster: the KubeVirt and CDI objects, which configure the cluster."""
