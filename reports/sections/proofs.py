"""What was proven, in groups that a person takes in at a glance."""

from collections.abc import Sequence

import msgspec

from reports.sections.verdict import GuaranteeCard

GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "Recipes",
        "what the programs on top of ZooKeeper promise",
        "single-leader mutual-exclusion fencing progress herd barrier healer-count queue config-monotonic "
        "counter registry-convergence session-continuity",
    ),
    (
        "Writes",
        "each in one order, none lost",
        "unique-zxid write-order write-legality compare-and-set atomic-multi durability sequence-names",
    ),
    (
        "Reads",
        "never wrong, never too old",
        "prefix-reads single-system-image client-order no-future-read stat-coherence sync-read timeliness",
    ),
    (
        "Sessions",
        "one owner each, and over when they are over",
        "session-identity no-resurrection single-owner",
    ),
    (
        "Watches",
        "each change told once, in time",
        "watch-once watch-before-data no-missed-watch watch-order",
    ),
    (
        "Ephemeral znodes",
        "there while their session lives, gone with it",
        "ephemeral-safety ephemeral-cleanup ephemeral-deadline",
    ),
    (
        "Servers",
        "one leader, the same data, working again after each fault",
        "one-leader-per-epoch replica-convergence liveness recovery",
    ),
    ("Evidence", "whether the run tested anything at all", "evidence"),
)
"""Title, subject, and the names of the guarantees of each group."""

_WORST = ("violation", "unknown", "valid")
_FEW = 4
"""With so many guarantees at most all of them are told without being asked for."""


class ProofGroup(msgspec.Struct, frozen=True):
    """Guarantees about one subject, with what they came to together."""

    title: str
    subject: str
    verdict: str
    """The worst of the verdicts."""
    checked: int
    """How many facts were compared."""
    open: bool
    """Whether the sentences are shown without being asked for."""
    cards: list[GuaranteeCard]


def proof_groups(cards: Sequence[GuaranteeCard]) -> list[ProofGroup]:
    """Put the results of a run into groups, in the order of GROUPS; a group without any is left out."""
    known = {name for _, _, names in GROUPS for name in names.split()}
    others = " ".join(card.name for card in cards if card.name not in known)
    found = []
    for title, subject, names in (*GROUPS, ("Others", "", others)):
        order = names.split()
        own = sorted((card for card in cards if card.name in order), key=lambda card: order.index(card.name))
        if own:
            worst = next(
                (verdict for verdict in _WORST if any(card.verdict == verdict for card in own)), "valid"
            )
            told = len(cards) <= _FEW or worst != "valid" or title == GROUPS[0][0]
            found.append(ProofGroup(title, subject, worst, sum(card.checked for card in own), told, own))
    return found
