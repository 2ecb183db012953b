"""The digests that servers keep of their trees, one every so many transactions."""

from dataclasses import dataclass
from itertools import combinations

from checkers.context import fault_ids, number, told
from checkers.result import Violation
from checkers.wording import count, moment, token
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class Digests:
    """What came of comparing them."""

    servers: frozenset[str]
    """The servers that told theirs."""
    compared: int
    passing: int
    """Digests that differed, and mismatches that servers counted, of servers that agreed again later on."""
    violations: tuple[Violation, ...]


def digests(history: History) -> Digests:
    """Compare the digests of every two servers at the transactions of which both tell one.

    A difference passes when the two agree again at a later transaction: digests add up, so a tree that was
    really another one stays so. It comes from loading: the leader writes a snapshot while it goes on, and who
    loads it compares already while its tree is ahead of the transactions that it replays. Nobody is served
    before that is over. Mismatches that a server counts itself pass when its latest digest is that of a
    majority, and nothing lasting was found.
    """
    events = [event for event in history.select("hash", type="event") if event.node]
    pairs = [(one, other, *_compare(one, other)) for one, other in combinations(events, 2)]
    violations, passing = [], 0
    for one, other, right, wrong in pairs:
        lasting = [zxid for zxid in wrong if zxid > max(right, default=0)]
        passing += len(wrong) - len(lasting)
        if lasting:
            violations.append(_difference(history, one, other, lasting))
    odd = {name for violation in violations for name in violation.nodes}
    for event in events:
        counted = number(event, "mismatches")
        if counted > 0 and (event.node in odd or not _borne_out(event, events)):
            violations.append(_mismatch(history, event, events))
        elif counted > 0:
            passing += counted
    compared = sum(len(right) + len(wrong) for _, _, right, wrong in pairs)
    return Digests(frozenset(event.node for event in events), compared, passing, tuple(violations))


def _borne_out(event: Event, events: list[Event]) -> bool:
    """Tell whether a majority tells the same digest as a server at the latest transaction that it tells."""
    mine = _of(event)
    latest = max(mine, default=0)
    same = sum(_of(other).get(latest) == mine[latest] for other in events) if mine else 0
    return same > len(events) / 2


def _compare(one: Event, other: Event) -> tuple[list[int], list[int]]:
    """Return the transactions at which both tell the same digest, and those at which they differ."""
    mine, theirs = _of(one), _of(other)
    common = sorted(mine.keys() & theirs.keys())
    right = [zxid for zxid in common if mine[zxid] == theirs[zxid]]
    return right, [zxid for zxid in common if mine[zxid] != theirs[zxid]]


def _of(event: Event) -> dict[int, str]:
    """Return {zxid: digest}; what is no number has no place among transactions."""
    found = told(event, "digests")
    if not isinstance(found, dict):
        return {}
    return {int(zxid): str(digest) for zxid, digest in found.items() if zxid.isdecimal()}


def _mismatch(history: History, event: Event, events: list[Event]) -> Violation:
    mismatches = count(number(event, "mismatches"), "time")
    return Violation(
        kind="digest-mismatch",
        sentence=f"Server {event.node} found {mismatches} that its tree was not what the leader said.",
        # What the others told is why nobody bears it out.
        witness=tuple(sorted(other.index for other in events)),
        time=event.time,
        until=event.time,
        nodes=(event.node,),
        faults=fault_ids(history, event.time, event.time),
    )


def _difference(history: History, one: Event, other: Event, wrong: list[int]) -> Violation:
    times = sorted((one.time, other.time))
    return Violation(
        kind="digest",
        sentence=(
            f"Servers {one.node} and {other.node} had different trees after transaction {token(wrong[0])}, "
            f"as their digests said at {moment(history, times[1])} ({count(len(wrong), 'digest')} differ)."
        ),
        witness=(one.index, other.index),
        time=times[0],
        until=times[1],
        nodes=(one.node, other.node),
        faults=fault_ids(history, *times),
    )
