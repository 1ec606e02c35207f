"""What CDI does with its objects, as functions on plain values."""
