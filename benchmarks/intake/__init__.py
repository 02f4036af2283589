"""A file of a million deals brought in: time against the bare read of the same file, and the memory of it all."""
