"""What every simulated run says of itself: its plan, its clock, its servers."""

from typing import Any

import msgspec

from harness.plan import Plan

BOOT = 5_000 * 10**9
"""The kernel had been up for a while when the run began (ns)."""

WALL = 1_700_000_000_000
"""What the servers' wall clocks showed at the zero of the kernel's clock (ms)."""

SERVERS = ("zk1", "zk2", "zk3")

ADDRESSES = {name: f"10.0.0.{11 + place}:2181" for place, name in enumerate(SERVERS)}
"""Where the clients reach the servers."""

ROOT = "/keys"


def wall(time: int) -> int:
    """Return the wall clock (ms) at a time (ns) of the kernel's clock."""
    return WALL + time // 10**6


def a_plan(**changes: Any) -> Plan:
    """Return the plan of a run of `keys` on three servers with ticks of 1 s and sessions of 6 s."""
    plan = Plan(
        run="simulated",
        workload="keys",
        variant="",
        seed=1,
        time=10.0,
        servers=len(SERVERS),
        nodes=2,
        image="simulated",
        zoo={"tickTime": "1000", "syncLimit": "2", "initLimit": "10"},
        session_timeout=6.0,
        recovery_bound=10.0,
    )
    return msgspec.structs.replace(plan, **changes)


def environment() -> dict[str, Any]:
    """Return the value of the event `environment`."""
    return {"zookeeper": "3.9", "servers": {name: ADDRESSES[name].partition(":")[0] for name in SERVERS}}


GUARANTEES = (
    *("unique-zxid", "write-order", "write-legality", "compare-and-set", "atomic-multi", "durability"),
    *("sequence-names", "client-order", "single-system-image", "prefix-reads", "no-future-read"),
    *("stat-coherence", "sync-read", "timeliness", "session-identity", "no-resurrection", "single-owner"),
    *("watch-once", "watch-before-data", "no-missed-watch", "watch-order"),
    *("ephemeral-safety", "ephemeral-cleanup", "ephemeral-deadline"),
    *("one-leader-per-epoch", "replica-convergence", "recovery"),
)
"""The guarantees that a run of `keys` is judged by."""
