"""The workload `session`: its variants, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.promises import EVIDENCE, ZOOKEEPER
from workloads.session.keeper import PRESENT, RECORDS
from workloads.session.moving import Mover
from workloads.session.reattaching import Reattacher
from workloads.session.sharing import Sharer
from workloads.session.twins import OldId

MANY = "keepers"
"""Parameter: how many keepers, each with a session of its own, an app node has."""

SESSION = Workload(
    name="session",
    summary="Clients take their sessions from server to server, and hand them on.",
    default="move",
    variants={
        "move": Variant(cast((Mover, MANY)), "breaks its connection and goes on at another server"),
        "reattach": Variant(
            cast((Reattacher, MANY)), "hands id and password to another client, and to the next life"
        ),
        "shared": Variant(
            cast((Sharer, MANY)), "attaches a second client while the first one is still connected"
        ),
        "old-id": Variant(
            cast((OldId, MANY)),
            "keeps the id that it read first, and acts for that session after its end",
            broken=True,
            trap=Trap("session-continuity", "expire"),
        ),
    },
    guarantees=("session-continuity", "single-owner", *ZOOKEEPER),
    evidence=(EvidenceRule("acknowledged", 20, of="act"), *EVIDENCE),
    params={MANY: 1, "interval": 0.05, "stay": 1.5, "away": 0.2},
    roots=(PRESENT, RECORDS),
)
