"""The workload `keys`: which parameters it has, what judges it, and what evidence it owes."""

from harness.plan import EvidenceRule
from harness.workload import Variant, Workload
from workloads.keys.mix import WEIGHTS
from workloads.keys.program import Keys
from workloads.keys.space import ROOT
from workloads.promises import EPHEMERALS, WATCHES

GUARANTEES = (
    # writes
    "unique-zxid",
    "write-order",
    "write-legality",
    "compare-and-set",
    "atomic-multi",
    "durability",
    "sequence-names",
    # reads and sessions
    "client-order",
    "single-system-image",
    "prefix-reads",
    "no-future-read",
    "stat-coherence",
    "sync-read",
    "timeliness",
    "session-identity",
    "no-resurrection",
    "single-owner",
    # watches
    *WATCHES,
    # ephemerals
    *EPHEMERALS,
    "ephemeral-deadline",
    # servers
    "one-leader-per-epoch",
    "replica-convergence",
    "recovery",
)

KEYS = Workload(
    name="keys",
    summary="Clients create, write, read, watch and delete many znodes.",
    default="mix",
    variants={"mix": Variant(Keys, "a seeded mix of every kind of request, refused ones included")},
    guarantees=GUARANTEES,
    evidence=(
        EvidenceRule("closed"),
        EvidenceRule("acknowledged", 100, of="set"),
        EvidenceRule("acknowledged", 100, of="get"),
        EvidenceRule("acknowledged", 20, of="create"),
        EvidenceRule("acknowledged", 20, of="delete"),
        EvidenceRule("acknowledged", 20, of="exists"),
        EvidenceRule("acknowledged", 20, of="children"),
        EvidenceRule("acknowledged", 10, of="sync"),
        EvidenceRule("acknowledged", 10, of="multi"),
        EvidenceRule("every-server-answers"),
        EvidenceRule("no-trouble"),
    ),
    params={
        "rate": 200.0,
        "clients": 1.0,
        "concurrency": 8.0,
        "keys": 50.0,
        "size": 64.0,
        "large": 0.001,
        "watch": 0.1,
        "renew": 10.0,
        "monotonic_xid": 0.0,
        **WEIGHTS,
    },
    roots=(ROOT,),
)
