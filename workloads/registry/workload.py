"""The workload `registry`: members and clients, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.promises import EVIDENCE, ZOOKEEPER
from workloads.registry.client import Client
from workloads.registry.member import Member
from workloads.registry.paths import ELECTION, MEMBERS
from workloads.registry.twins import (
    NoOwnerCheck,
    NoReregistration,
    Persistent,
    StaleWatchClient,
    StaleWatchMember,
)

CLIENTS = "clients"
"""Parameter: how many clients from outside an app node has, each with a session of its own."""

CONVERGENCE = "registry-convergence"

REGISTRY = Workload(
    name="registry",
    summary="Members register their addresses, clients discover them, and an elected master stays out.",
    default="textbook",
    variants={
        "textbook": Variant(
            cast(Member, (Client, CLIENTS)), "an ephemeral znode for each member, renewed with its session"
        ),
        "no-owner-check": Variant(
            cast(NoOwnerCheck, (Client, CLIENTS)),
            "takes the registration of its own older session for success",
            broken=True,
            trap=Trap(CONVERGENCE, "false-lost-minority-of-apps"),
        ),
        "persistent": Variant(
            cast(Persistent, (Client, CLIENTS)),
            "registers with a persistent znode",
            broken=True,
            trap=Trap(CONVERGENCE, "kill-one-app"),
        ),
        "no-reregistration": Variant(
            cast(NoReregistration, (Client, CLIENTS)),
            "does not register again after LOST",
            broken=True,
            trap=Trap(CONVERGENCE, "expire-all-apps/which=all"),
        ),
        "stale-watch": Variant(
            cast(StaleWatchMember, (StaleWatchClient, CLIENTS)),
            "does not renew its watch after the first change",
            broken=True,
            trap=Trap(CONVERGENCE, "kill-one-app"),
        ),
    },
    guarantees=(CONVERGENCE, "single-leader", "fencing", "progress", *ZOOKEEPER),
    evidence=(
        EvidenceRule("acknowledged", 20, of="work"),
        EvidenceRule("leaders", 1),
        *EVIDENCE,
    ),
    params={CLIENTS: 1, "interval": 0.05, "term": 20.0},
    holder=True,
    settles=True,
    roots=(ELECTION, MEMBERS),
)
