"""Yaad."""
