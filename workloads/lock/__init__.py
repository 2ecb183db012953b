"""Distributed locks: the recipe in its variants, kazoo's own, and the mistakes that people make."""
