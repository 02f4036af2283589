"""Measurements of speed, memory and statistics; results are kept under ``benchmarks/results``."""

import subprocess


def commit() -> str:
    """The state of the code that is measured."""
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
