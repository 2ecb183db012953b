"""What nodes can be fitted with before they start, for faults that a bare node has no handle for.

A plan lists the equipment that the faults of its schedule need; without such faults nodes are bare.
"""

DISK_LAYER = "disk-layer"
"""A FUSE file system under each server's data directory, which loses, refuses or delays writes on command."""

SMALL_DISK = "small-disk"
"""A data volume of bounded size for each server."""

FAKE_CLOCK = "fake-clock"
"""libfaketime in each process, so that its wall clock can be moved."""

RECONFIG = "reconfig"
"""Dynamic reconfiguration switched on, with a password for it that only the nemesis knows."""

CONNECTION_LIMIT = "connection-limit"
"""`maxClientCnxns` set, where the user has not set it."""

EQUIPMENT = frozenset({DISK_LAYER, SMALL_DISK, FAKE_CLOCK, RECONFIG, CONNECTION_LIMIT})
