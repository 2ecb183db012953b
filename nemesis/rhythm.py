"""The rhythm of a schedule: how often, how long, how many at a time."""

from dataclasses import dataclass

GAP = (0.5, 1.5)
"""Quiet seconds between one fault and the next, where nobody says how often."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How faults follow one another."""

    every: float = 0.0
    """Seconds from the begin of one fault to that of the next of its lane, at least; 0: drawn."""
    hold: float = 0.0
    """Seconds for which each is held; 0: drawn, long enough for what it is meant to outlast."""
    lanes: int = 1
    """How many may be applied at the same time."""
    gap: tuple[float, float] = GAP
    """Quiet seconds between two faults of a lane, from and to."""
