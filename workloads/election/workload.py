"""The workload `election`: which candidates there are, what judges them, and what evidence they owe."""

from harness.client import cast
from harness.client.cast import Role
from harness.plan import EvidenceRule
from harness.workload import Trap, Variant, Workload
from workloads.election.candidate import Candidate
from workloads.election.herd import Herd
from workloads.election.kazoo_election import KazooCandidate
from workloads.election.leader import ROOT
from workloads.election.twins import KazooShipped, NoStepDown, Unfenced, WatchLeader, WatchLine
from workloads.promises import EVIDENCE, ZOOKEEPER

MANY = "candidates"
"""Parameter: how many candidates, each with a session of its own, an app node has."""

ONE, ALL = ("wakes-one",), ("wakes-all",)
"""What is promised of a departure, in the words of the guarantee `herd`."""


def _right(role: Role, summary: str, promises: tuple[str, ...] = ONE) -> Variant:
    return Variant(cast((role, MANY)), summary, promises=promises)


def _twin(role: Role, summary: str, trap: Trap, promises: tuple[str, ...] = ONE) -> Variant:
    return Variant(cast((role, MANY)), summary, broken=True, promises=promises, trap=trap)


ELECTION = Workload(
    name="election",
    summary="Candidates elect a leader, which does fenced work.",
    default="predecessor",
    variants={
        "predecessor": _right(Candidate, "watches only the candidate right before it"),
        "herd": _right(Herd, "watches the whole line: every change wakes everybody", ALL),
        "kazoo": _right(KazooCandidate, "kazoo's own election, with a listener that steps down"),
        "no-stepdown": _twin(
            NoStepDown, "keeps leading after SUSPENDED and LOST", Trap("single-leader", "expire-holder")
        ),
        "unfenced": _twin(
            Unfenced,
            "writes without checking that it still leads",
            Trap("single-leader", "pause-holder", {"interval": 0.01}),
        ),
        "watch-leader": _twin(
            WatchLeader,
            "watches the leader only, and takes its end for the own turn",
            Trap("single-leader", "kill-leader"),
            ALL,
        ),
        "watch-line": _twin(
            WatchLine,
            "watches the candidate before it and, by its listings, everybody else",
            Trap("herd", "kill-leader"),
        ),
        "kazoo-shipped": _twin(
            KazooShipped,
            "kazoo's own election without a listener: works on after SUSPENDED and LOST",
            Trap("single-leader", "expire-holder"),
        ),
    },
    guarantees=("single-leader", "herd", *ZOOKEEPER),
    evidence=(
        EvidenceRule("acknowledged", 20, of="work"),
        EvidenceRule("leaders", 1),
        *EVIDENCE,
    ),
    params={MANY: 1, "interval": 0.05, "term": 4.0, "compute": 0.5},
    holder=True,
    roots=(ROOT,),
)
