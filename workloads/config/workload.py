"""The workload `config`: which writers and readers there are, what judges them, what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.config.pair import PairReader, PairWriter
from workloads.config.reader import DataWatchReader, Reader
from workloads.config.twins import HalfReader, MissingReader, UnconditionalWriter
from workloads.config.values import ROOT
from workloads.config.writer import LargeWriter, Writer
from workloads.promises import EPHEMERALS, EVIDENCE, ZOOKEEPER

GUARANTEE = "config-monotonic"

MANY = "readers"
"""Parameter: how many readers, each with a session of its own, an app node has."""

CONFIG = Workload(
    name="config",
    summary="Writers update configurations by compare and set, readers watch and apply them.",
    default="cas",
    variants={
        "cas": Variant(cast(Writer, (Reader, MANY)), "sets only what is based on the value that is there"),
        "large": Variant(cast(LargeWriter, (Reader, MANY)), "the same with values of up to 1 MB"),
        "pair": Variant(
            cast(PairWriter, (PairReader, MANY)),
            "two znodes at a time, with a flag that says that they are whole",
        ),
        "datawatch": Variant(cast(Writer, (DataWatchReader, MANY)), "readers use kazoo's DataWatch"),
        "unconditional-set": Variant(
            cast(UnconditionalWriter, (Reader, MANY)),
            "sets whatever was written since it read",
            broken=True,
            trap=Trap(GUARANTEE, "kill-leader"),
        ),
        "missed-change": Variant(
            cast(Writer, (MissingReader, MANY)),
            "reads first and sets the watch afterwards",
            broken=True,
            # Only a last value that follows right after another one is missed for good.
            trap=Trap(GUARANTEE, "kill-leader", {"writing": 5, "interval": 0.01, "updates": 100}),
        ),
        "half-pair": Variant(
            cast(PairWriter, (HalfReader, MANY)),
            "uses both znodes without a look at the flag",
            broken=True,
            trap=Trap(GUARANTEE, "kill-leader"),
        ),
    },
    guarantees=(GUARANTEE, *(name for name in ZOOKEEPER if name not in EPHEMERALS)),
    evidence=(
        EvidenceRule("acknowledged", 20, of="set"),
        EvidenceRule("acknowledged", 20, of="get"),
        *EVIDENCE,
    ),
    params={
        MANY: 1,
        "writing": 3.0,
        "interval": 0.1,
        "updates": 40.0,
        "size": 300.0,
        "between": 0.002,
        "repair": 0.5,
    },
    settles=True,
    roots=(ROOT,),
)
