"""Load: traffic and crowds beyond what the workload makes, each within what ZooKeeper promises to bear."""

from nemesis.fault import Fault
from nemesis.load.connection_storm import ConnectionStorm
from nemesis.load.crowds import Ephemerals, EphemeralsBeyond, WatchStorm
from nemesis.load.traffic import Burst, LargeValues

LOAD: tuple[type[Fault], ...] = (
    Burst,
    WatchStorm,
    Ephemerals,
    EphemeralsBeyond,
    LargeValues,
    ConnectionStorm,
)
