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
    violations: tuple[Violation, ...]


def digests(history: History) -> Digests:
    """Compare the digests of every two servers at the transactions of which both tell one."""
    events = [event for event in history.select("hash", type="event") if event.node]
    violations = [_mismatch(history, event) for event in events if number(event, "mismatches") > 0]
    compared = 0
    for one, other in combinations(events, 2):
        mine, theirs = _of(one), _of(other)
        common = sorted(mine.keys() & theirs.keys())
        compared += len(common)
        wrong = [zxid for zxid in common if mine[zxid] != theirs[zxid]]
        if wrong:
            violations.append(_difference(history, one, other, wrong))
    return Digests(frozenset(event.node for event in events), compared, tuple(violations))


def _of(event: Event) -> dict[int, str]:
    """Return {zxid: digest}; what is no number has no place among transactions."""
    found = told(event, "digests")
    if not isinstance(found, dict):
        return {}
    return {int(zxid): str(digest) for zxid, digest in found.items() if zxid.isdecimal()}


def _mismatch(history: History, event: Event) -> Violation:
    mismatches = count(number(event, "mismatches"), "time")
    return Violation(
        kind="digest-mismatch",
        sentence=f"Server {event.node} found {mismatches} that its tree was not what the leader said.",
        witness=(event.index,),
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
