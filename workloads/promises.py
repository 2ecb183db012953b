"""What judges every workload of recipes besides its own guarantees, and the evidence that all of them owe."""

from harness.plan import EvidenceRule

EPHEMERALS = ("ephemeral-safety", "ephemeral-cleanup")
"""Those that show nothing where a workload makes no ephemeral nodes."""

WATCHES = ("watch-once", "watch-before-data", "no-missed-watch", "watch-order")
"""Those that show nothing where a workload leaves no watches."""

ZOOKEEPER = (
    "unique-zxid",
    "write-order",
    "client-order",
    "single-system-image",
    "session-identity",
    "no-resurrection",
    *WATCHES,
    *EPHEMERALS,
    "one-leader-per-epoch",
    "replica-convergence",
    "recovery",
)
"""Promises of ZooKeeper itself, without which no recipe can keep its own."""

ON_THE_WIRE = ("client-order", "single-system-image", *WATCHES)
"""Those that are judged by the place of each reply among everything that its connection received.

Our own clients tell it; what other programs are built on seldom lets them know.
"""

EVIDENCE = (
    EvidenceRule("closed"),
    EvidenceRule("every-server-answers"),
    EvidenceRule("no-trouble"),
)
