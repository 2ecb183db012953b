"""An epoch has one leader.

Broken when two servers report to lead the same epoch at the same time (`same-epoch`). Leaders of different
epochs may overlap, because the older one has to notice that its followers have left: (syncLimit + 1) ticks
are allowed, more is broken, too (`long-overlap`), and the longest overlap is always measured.

No false alarm: a claim counts from the first to the last of at least two answers in a row, so that it held in
between, and so that the epoch of a fresh leader is its own. A server that answers nothing, or anything else,
in between ends its claim. Overlaps of different epochs that touch a pause of a server, which does not
notice the time, are measured and not judged. The promise is that of Zab (Junqueira, Reed and Serafini, "Zab:
High-performance broadcast for primary-backup systems", 2011); the sweep is n log n in the claims.
"""

from checkers.conclusion import conclude
from checkers.context import fault_ids
from checkers.facts.tolerance import pauses, ticks
from checkers.intervals import overlapping
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.servers.leader_claims import Claim, leader_claims
from checkers.testimony import MOST
from checkers.wording import count, moment, stretch
from harness.history import History

NAME = "one-leader-per-epoch"

Pair = tuple[Claim, Claim]


@guarantee(NAME, "An epoch has one leader.")
def one_leader_per_epoch(history: History) -> Result:
    """Compare all claims to lead; `checked` counts them."""
    claims = leader_claims(history)
    pairs = [pair for pair in overlapping(claims, touching=False) if pair[0].server != pair[1].server]
    same = [pair for pair in pairs if pair[0].epoch == pair[1].epoch]
    other = [pair for pair in pairs if pair[0].epoch != pair[1].epoch]
    allowed = ticks(history, 1)
    long = [
        pair
        for pair in other
        if allowed is not None and _length(pair) > allowed and not _paused(history, pair)
    ]
    longest = max(map(_length, other), default=0)
    overlaps = f"leaders of different epochs overlapped for at most {stretch(longest)}" if other else ""
    return conclude(
        NAME,
        held=(
            f"{count(len(claims), 'leadership')} in {count(len({c.epoch for c in claims}), 'epoch')}: "
            f"{overlaps or 'no two servers led at the same time'}."
        ),
        checked=len(claims),
        violations=[
            *(_same_epoch(history, pair) for pair in same[:MOST]),
            *(_long_overlap(history, pair, allowed or 0) for pair in long[:MOST]),
        ],
        missing=() if claims else ("The monitor never saw a server lead: there was nothing to compare.",),
        measures={
            "leaderships": len(claims),
            "same_epoch": len(same),
            "overlaps": len(other),
            "longest_overlap": longest / 1e9,
            "allowed_overlap": (allowed or 0) / 1e9,
        },
    )


def _length(pair: Pair) -> int:
    return min(claim.end for claim in pair) - max(claim.start for claim in pair)


def _paused(history: History, pair: Pair) -> bool:
    start, end = max(claim.start for claim in pair), min(claim.end for claim in pair)
    return any(pause.start <= end and start <= pause.end for pause in history.derive(pauses))


def _told(history: History, pair: Pair) -> str:
    return " and ".join(
        f"{claim.server} (from {moment(history, claim.start)} to {moment(history, claim.end)})"
        for claim in pair
    )


def _same_epoch(history: History, pair: Pair) -> Violation:
    length = stretch(_length(pair))
    sentence = f"Servers {_told(history, pair)} both led epoch {pair[0].epoch}, for {length} together."
    return _broken(history, "same-epoch", sentence, pair)


def _long_overlap(history: History, pair: Pair, allowed: int) -> Violation:
    epochs = " and ".join(str(claim.epoch) for claim in pair)
    sentence = (
        f"Servers {_told(history, pair)} led the epochs {epochs} at the same time for "
        f"{stretch(_length(pair))}, where {stretch(allowed)} are allowed."
    )
    return _broken(history, "long-overlap", sentence, pair)


def _broken(history: History, kind: str, sentence: str, pair: Pair) -> Violation:
    start, end = max(claim.start for claim in pair), min(claim.end for claim in pair)
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(sorted({index for claim in pair for index in claim.events})),
        time=start,
        until=end,
        nodes=tuple(claim.server for claim in pair),
        faults=fault_ids(history, start, end),
    )
