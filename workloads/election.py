"""The workload `election`: which candidates there are, what judges them, and what evidence they owe."""

from harness.plan import EvidenceRule
from harness.workload import Variant, Workload
from workloads.candidate import ROOT, Candidate
from workloads.election_twins import NoStepDown, Unfenced

ELECTION = Workload(
    name="election",
    summary="Candidates elect a leader, which does fenced work.",
    default="predecessor",
    variants={
        "predecessor": Variant(Candidate, "watches only the candidate right before it"),
        "no-stepdown": Variant(NoStepDown, "keeps leading after SUSPENDED and LOST", broken=True),
        "unfenced": Variant(Unfenced, "writes without checking that it still leads", broken=True),
    },
    guarantees=("single-leader", "ephemeral-cleanup", "recovery"),
    evidence=(
        EvidenceRule("closed"),
        EvidenceRule("acknowledged", 20, of="work"),
        EvidenceRule("leaders", 1),
        EvidenceRule("every-server-answers"),
        EvidenceRule("no-trouble"),
    ),
    params={"interval": 0.05, "term": 4.0, "compute": 0.5},
    holder=True,
    roots=(ROOT,),
)
