"""The workload `healer`: which workers there are, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.healer.agent import Agent
from workloads.healer.healer import Healer
from workloads.healer.slots import AGENTS, ELECTION, WORKERS
from workloads.promises import EVIDENCE, ZOOKEEPER

PROGRAM = cast(Healer, Agent)
"""The variants differ in their workers: see `workloads/healer/process.py`."""

HEALER = Workload(
    name="healer",
    summary="A healer keeps a number of worker processes alive, each with a slot of its own to act for.",
    default="fenced",
    variants={
        "fenced": Variant(PROGRAM, "a new worker takes the right to act from the one before it"),
        "unfenced": Variant(
            PROGRAM,
            "replaces a worker without fencing it off",
            broken=True,
            trap=Trap("fencing", "pause-holder"),
        ),
        "names-only": Variant(
            PROGRAM,
            "counts names that outlive their workers",
            broken=True,
            trap=Trap("healer-count", "kill-leader"),
        ),
    },
    guarantees=("healer-count", "fencing", "single-leader", "progress", *ZOOKEEPER),
    evidence=(
        EvidenceRule("acknowledged", 20, of="work"),
        EvidenceRule("leaders", 1),
        *EVIDENCE,
    ),
    params={"workers": 5, "mtbf": 20.0, "interval": 0.1, "start": 2.0, "settle": 4.0, "term": 10.0},
    holder=True,
    settles=True,
    roots=(ELECTION, AGENTS, WORKERS),
)
