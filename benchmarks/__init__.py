"""Measurements of speed, memory and statistics; results are kept under ``benchmarks/results``."""
