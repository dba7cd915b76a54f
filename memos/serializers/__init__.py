"""What programs send and get of what was decided."""
