"""Shared counters, and increments that count exactly once."""
