"""faces/web."""
