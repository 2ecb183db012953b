"""Disks that are full, fail, take their time, lose what was not synced, or hold what nobody wrote."""

from nemesis.disk.damage import DeleteLogs, DeleteSnapshots, FlipLog, FlipSnapshot, TruncateLog, Wipe
from nemesis.disk.power_cut import PowerCut
from nemesis.disk.refusing import DiskErrors, DiskFull, DiskReadOnly
from nemesis.disk.slow import SlowFsync
from nemesis.fault import Fault

DISK: tuple[type[Fault], ...] = (
    DiskFull,
    DiskErrors,
    DiskReadOnly,
    SlowFsync,
    PowerCut,
    TruncateLog,
    FlipLog,
    FlipSnapshot,
    DeleteSnapshots,
    DeleteLogs,
    Wipe,
)
