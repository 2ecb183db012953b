"""The workload `lock`: which contenders there are, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.client.cast import Role
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.lock.contender import LOCKS
from workloads.lock.kazoos import KazooLock
from workloads.lock.queue import QueueLock
from workloads.lock.shared import SharedLock
from workloads.lock.timed import TimedLock
from workloads.lock.twins import KazooTimeouts, NoGuid, SuffixToken, Unfenced
from workloads.promises import EVIDENCE, ZOOKEEPER

MANY = "contenders"
"""Parameter: how many contenders, each with a session of its own, an app node has."""


def _variant(role: Role, summary: str) -> Variant:
    return Variant(cast((role, MANY)), summary)


def _twin(role: Role, summary: str, trap: Trap) -> Variant:
    return Variant(cast((role, MANY)), summary, broken=True, trap=trap)


LOCK = Workload(
    name="lock",
    summary="Contenders compete for locks, and change what they protect.",
    default="guid",
    variants={
        "guid": _variant(QueueLock, "queues up under a guid, watches only the one right before it"),
        "kazoo": _variant(KazooLock, "kazoo's own lock, without time limits"),
        "shared": _variant(SharedLock, "readers hold it together, a writer alone"),
        "timed": _variant(TimedLock, "gives up at once or after a while, and leaves no node behind"),
        "unfenced": _twin(
            Unfenced,
            "writes without checking that it still holds the lock",
            Trap("mutual-exclusion", "pause-holder", {"compute": 1.5, "hold": 0}),
        ),
        "no-guid": _twin(
            NoGuid,
            "does not find its node when the answer to its creation was lost",
            Trap("progress", "drop-connection-all-apps", {"hold": 0, "rest": 0}),
        ),
        "suffix-token": _twin(
            SuffixToken,
            "fences with the number in line, which begins anew with the lock's path",
            Trap("fencing", "kill-leader", {"rest": 2}),
        ),
        "kazoo-timeouts": _twin(
            KazooTimeouts,
            "kazoo's own lock with time limits, which may leave its node behind",
            Trap("progress", "partition:isolate-leader"),
        ),
    },
    guarantees=("mutual-exclusion", "fencing", "progress", *ZOOKEEPER),
    evidence=(
        EvidenceRule("acknowledged", 20, of="acquire"),
        EvidenceRule("acknowledged", 20, of="work"),
        *EVIDENCE,
    ),
    params={
        MANY: 2,
        "locks": 2,
        "hold": 0.2,
        "rest": 0.3,
        "interval": 0.05,
        "readers": 0.7,
        "within": 1.0,
        "try": 0.3,
        "compute": 0.5,
    },
    holder=True,
    settles=True,
    roots=(LOCKS,),
)
