"""Inference: what a VM takes from the labels of its volume's source."""
