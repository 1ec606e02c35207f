"""API versions and schema: what the API server refuses, drops or warns about."""
