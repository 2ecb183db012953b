"""Versioned configuration: writers compare and set, readers watch and apply."""
