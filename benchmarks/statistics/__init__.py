# ruff: noqa: A005 – the command is `python -m benchmarks.statistics`
"""Estimates held against companies whose truth is known: bias, coverage, and what the naive ones would say."""
