"""The workload `queue`: its variants with what each promises, what judges them, what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.promises import EPHEMERALS, EVIDENCE, ZOOKEEPER
from workloads.queue.claims import ClaimingConsumer
from workloads.queue.kazoo_queue import KazooConsumer
from workloads.queue.locking_queue import LockingConsumer
from workloads.queue.producer import ROOT, KazooProducer, LockingProducer, PlainProducer
from workloads.queue.twins import LostDelete

PRODUCERS, CONSUMERS = "producers", "consumers"
"""Parameters: how many of each, with sessions of their own, an app node has."""

HANDED_OUT = ("removed-by-take", "in-order")
HELD = ("removed-by-consume", "held-alone")
"""The words are those of the checker `queue`."""

QUEUE = Workload(
    name="queue",
    summary="Producers put items, consumers take them.",
    default="claim",
    variants={
        "claim": Variant(
            cast((PlainProducer, PRODUCERS), (ClaimingConsumer, CONSUMERS)),
            "claims an item, works, removes item and claim in one transaction",
            guarantees=EPHEMERALS,
            promises=HELD,
        ),
        "kazoo": Variant(
            cast((KazooProducer, PRODUCERS), (KazooConsumer, CONSUMERS)),
            "kazoo's Queue, on a client that repeats nothing whose outcome is unknown",
            promises=HANDED_OUT,
        ),
        "locking": Variant(
            cast((LockingProducer, PRODUCERS), (LockingConsumer, CONSUMERS)),
            "kazoo's LockingQueue, by consumers that follow their connection",
            guarantees=EPHEMERALS,
            promises=HELD,
        ),
        "lost-delete": Variant(
            cast((KazooProducer, PRODUCERS), (LostDelete, CONSUMERS)),
            "kazoo's Queue as it is made: goes on to the next item when a deletion had no answer",
            broken=True,
            promises=HANDED_OUT,
            trap=Trap("queue", "reset-all-apps/every=700", {"rate": 20}),
        ),
    },
    # Only who holds items has ephemeral nodes.
    guarantees=("queue", *(name for name in ZOOKEEPER if name not in EPHEMERALS)),
    evidence=(
        EvidenceRule("acknowledged", 20, of="put"),
        EvidenceRule("acknowledged", 20, of="take"),
        *EVIDENCE,
    ),
    params={PRODUCERS: 1, CONSUMERS: 1, "rate": 8.0, "work": 0.02},
    roots=(ROOT,),
)
