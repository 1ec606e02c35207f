"""What the API server and KubeVirt's schema webhook say of an object's form, before anything looks at its meaning."""
