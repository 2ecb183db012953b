"""How many ensembles fit into the memory: a bound on the workers of `pytest -n auto`."""

from collections.abc import Iterator
from pathlib import Path

NEED = 1 << 30
"""Bytes for a worker and its ensemble.

Measured under kill-leader: three servers take 120 MiB each, five app nodes 17 MiB each, what holds their
networks 20 MiB together, the worker 80 MiB, and 300 MiB more while it judges. The rest of the gigabyte is
for heaps that fill up: a server may take 256 MiB for its own.
"""

ENOUGH = 1 << 60
"""Bytes that no machine has: what a cgroup without a limit says is above it."""


def room_for(root: Path = Path("/")) -> int | None:
    """Return how many ensembles fit into what is free, one at least; None where the system does not say."""
    free = list(_free(root))
    return max(1, min(free) // NEED) if free else None


def _free(root: Path) -> Iterator[int]:
    """Yield free bytes: of the machine, and of each control group that this process is in."""
    for line in _lines(root / "proc/meminfo"):
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            yield int(rest.split()[0]) << 10
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _in_groups(root / "sys/fs/cgroup", path, "memory.max", "memory.current")
        elif "memory" in controllers.split(","):
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes")
            yield from _in_groups(root / "sys/fs/cgroup/memory", path, *files)


def _in_groups(mount: Path, path: str, limit: str, usage: str) -> Iterator[int]:
    """Yield what each group from the process's own up to the root has left, where it has a limit.

    Inside of a container the path is often that of the host, and only the mount's root is there.
    """
    inner = mount / path.strip("/")
    for group in (inner, *inner.parents):
        if not group.is_relative_to(mount):
            return
        most, used = _number(group / limit), _number(group / usage)
        if most is not None and used is not None and most < ENOUGH:
            yield max(0, most - used)


def _number(path: Path) -> int | None:
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].isdigit() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
