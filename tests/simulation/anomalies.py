"""Runs with one thing wrong, and the guarantees that it breaks.

`ANOMALIES[name].events(seed)` is such a run; None says that this seed gave no occasion for it.
"""

from tests.simulation import dishonest, plant_others, plant_reads, plant_sessions, plant_watches, plant_writes
from tests.simulation.anomaly import Anomaly

_MODULES = (plant_writes, plant_reads, plant_sessions, plant_watches, plant_others, dishonest)

ANOMALIES: dict[str, Anomaly] = {anomaly.name: anomaly for module in _MODULES for anomaly in module.ANOMALIES}
"""All anomalies by name."""
