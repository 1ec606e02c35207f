"""What a repository applies: its kustomizations, and the tools that deploy them, understood without running any."""
