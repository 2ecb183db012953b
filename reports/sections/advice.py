"""What to do where evidence was missing: advice by what the missing sentence says."""

import re
from collections.abc import Sequence

import msgspec

from reports.sections.verdict import GuaranteeCard


class Missing(msgspec.Struct, frozen=True):
    """Evidence that was not there."""

    guarantee: str
    sentence: str
    advice: str
    """What to do about it, a sentence or two."""


_LONGER = "Run it for longer (--time), or at a higher pace (--set rate=…), so that there is more to judge."

_ADVICE: tuple[tuple[str, str], ...] = (
    (
        r"broke down",
        "This is a mistake of zkchaos, not of what was tested: report it, with the run's directory.",
    ),
    (
        r"cut short|is torn|was cut off|plan is missing|holds no plan",
        "The run did not come to its end. Run it again; if it was not you who stopped it, the section "
        "“The run” tells of the trouble.",
    ),
    (
        r"^There was trouble",
        "Something happened that was nobody's plan. The section “The run” and the logs tell more; run "
        "it again once it is clear.",
    ),
    (
        r"could prove that .* took effect|none was proven|was proven that",
        "A fault that nobody saw bite proves nothing. The table of faults gives the reason; zkchaos "
        "faults tells what a fault needs of the machine.",
    ),
    (
        r"could prove that .* was over",
        "The fault may have lasted to the end, so what came after it proves nothing. The table of "
        "faults gives the reason; run it again.",
    ),
    (
        r"did not answer the final reading|read at the end|read to the end",
        "Look into that server's log at the end of the run: it did not come back. Then run it again.",
    ),
    (
        r"No new leader was seen|hit a node that led",
        "Leave more time between the faults (--every), so that somebody can take over before the next one.",
    ),
    (
        r"quiet|calm",
        "Leave more time without faults: a longer --time, or fewer faults (--every).",
    ),
    (
        r"acknowledged write.* during",
        "Hold each fault for longer (--for), so that writes fall into its time.",
    ),
    (
        r"does not say|asks for no evidence|breaks no minority",
        "The plan of the workload lacks this: add it, or take the guarantee out of its list.",
    ),
)
"""Regular expressions and what to do; the first one that is found counts."""


def missing_evidence(cards: Sequence[GuaranteeCard]) -> list[Missing]:
    """Return what was missing for a verdict, each thing once, with what to do about it."""
    found = {
        sentence: Missing(card.name, sentence, advice(sentence))
        for card in reversed(cards)
        for sentence in card.missing
    }
    return list(found.values())[::-1]


def advice(sentence: str) -> str:
    """Say what to do where something is missing."""
    return next((told for pattern, told in _ADVICE if re.search(pattern, sentence)), _LONGER)
