"""The workload `counter`: which adders there are, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.counter.adder import ROOT, Adder
from workloads.counter.twins import KazooAdder, UnconditionalAdder
from workloads.promises import EPHEMERALS, EVIDENCE, WATCHES, ZOOKEEPER

MANY = "adders"
"""Parameter: how many adders, each with a session of its own, an app node has."""

COUNTER = Workload(
    name="counter",
    summary="Adders increment shared counters.",
    default="cas",
    variants={
        "cas": Variant(cast((Adder, MANY)), "compare and set, with the answers that were lost read back"),
        "kazoo": Variant(
            cast((KazooAdder, MANY)),
            "kazoo's Counter, which increments again when an answer was lost",
            broken=True,
            trap=Trap("counter", "reset-all-apps/every=700"),
        ),
        "unconditional-set": Variant(
            cast((UnconditionalAdder, MANY)),
            "sets one more than it read, whatever was written since",
            broken=True,
            trap=Trap("counter", "kill-leader"),
        ),
    },
    guarantees=("counter", *(name for name in ZOOKEEPER if name not in (*EPHEMERALS, *WATCHES))),
    evidence=(EvidenceRule("acknowledged", 20, of="add"), *EVIDENCE),
    params={MANY: 1, "counters": 1, "interval": 0.02},
    roots=(ROOT,),
)
