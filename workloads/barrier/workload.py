"""The workload `barrier`: which parties there are, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.barrier.kazoo_barrier import KazooParty
from workloads.barrier.party import ROOT, Party
from workloads.barrier.twins import LeavesAlone, PersistentReady
from workloads.promises import EVIDENCE, ZOOKEEPER

BARRIER = Workload(
    name="barrier",
    summary="All nodes begin a computation together and end it together, round after round.",
    default="double",
    variants={
        "double": Variant(cast(Party), "a znode for each round, which late comers leave alone"),
        "kazoo": Variant(
            cast(KazooParty),
            "kazoo's DoubleBarrier: who waits in it hears of nothing once its connection broke",
            broken=True,
            trap=Trap("barrier", "kill-leader"),
        ),
        "persistent-ready": Variant(
            cast(PersistentReady),
            "one znode for all rounds, with a `ready` that stays",
            broken=True,
            trap=Trap("barrier", "kill-holder"),
        ),
        "leaves-alone": Variant(
            cast(LeavesAlone),
            "leaves without waiting for the others",
            broken=True,
            trap=Trap("barrier", "kill-leader"),
        ),
    },
    guarantees=("barrier", *ZOOKEEPER),
    evidence=(
        EvidenceRule("acknowledged", 20, of="leave"),
        EvidenceRule("goes-on", 1, of="leave"),
        *EVIDENCE,
    ),
    params={"size": 5, "compute": 0.2},
    settles=True,
    roots=(ROOT,),
)
