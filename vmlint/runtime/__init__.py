"""What domain code does not see: measuring a run, and controlling the garbage collector."""
