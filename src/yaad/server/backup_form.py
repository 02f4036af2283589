"""What stands where in a backup."""

FORMAT = 1
"""Of the manifest; a program reads no newer one."""
MANIFEST = "manifest.json"
SQLITE, POSTGRES = "database/yaad.sqlite", "database/yaad.dump"
