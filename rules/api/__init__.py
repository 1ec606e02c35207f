"""API versions and schema: what the API server makes of an object's form."""
