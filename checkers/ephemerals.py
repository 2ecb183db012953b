"""An ephemeral node is gone when its session is gone.

Three ways to break it show in the order of transactions, without any clock: a node is seen at or after
the transaction that closed its session (`outlived-close`), a node is seen alive after it was seen gone
(`resurrected`), a node is still there when another one of its session has vanished by itself
(`vanished-apart`). The fourth needs time: a synced read of a server shows a node long after the end of
its session (`left-over`).
"""

from collections.abc import Iterator

from checkers.conclusion import conclude
from checkers.context import fault_ids, plan_of, told
from checkers.incarnations import Incarnation, incarnations
from checkers.left_over import left_overs
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.session_ends import SessionEnd, session_ends
from checkers.sightings import Sighting, sightings
from checkers.wording import count, moment, session_name, token
from harness.history import Event, History

NAME = "ephemeral-cleanup"


@guarantee(NAME, "An ephemeral node is gone when its session is gone.")
def ephemeral_cleanup(history: History) -> Result:
    """Judge every ephemeral node; `checked` counts the answers that showed one, alive or gone.

    Of several ways in which one node broke the promise, the first of the list above is told.
    """
    ends = session_ends(history)
    nodes = incarnations(history)
    finals = [sighting for sighting in sightings(history) if sighting.owner is not None]
    left = left_overs(history, finals)
    found: dict[str, Violation] = {}
    for violation in (
        *_outlived(history, nodes, finals, ends),
        *_resurrected(history, nodes),
        *_apart(history, nodes),
        *left.violations,
    ):
        found.setdefault(violation.key, violation)
    reads = history.select("final-read", type="ok")
    seen = sum(len(one.alive) + (one.gone is not None) for one in nodes) + len(finals)
    return conclude(
        NAME,
        held=(
            f"{count(len(nodes), 'ephemeral node')} of {count(len({n.session for n in nodes}), 'session')}, "
            f"{count(sum(n.gone is not None for n in nodes), 'of them', 'of them')} seen to vanish; none was "
            f"seen after its end in {count(seen, 'answer')} and {count(len(reads), 'final reading')}."
        ),
        checked=seen,
        violations=list(found.values()),
        missing=[*_missing(history, nodes, reads), *left.unjudged],
        measures={"ephemerals": len(nodes), "final_reads": len(reads), "sessions_ended": len(ends)},
    )


def _missing(history: History, nodes: list[Incarnation], reads: list[Event]) -> list[str]:
    missing = []
    if not nodes:
        missing.append("No ephemeral node was created, so none could be left behind.")
    if not any(isinstance(told(event, "children"), dict) for event in reads):
        missing.append("No server was read at the end, so nobody knows what was left behind.")
    if plan_of(history) is None:
        missing.append("The plan is missing, so nobody knows how long a session may outlive its client.")
    return missing


def _outlived(
    history: History, nodes: list[Incarnation], finals: list[Sighting], ends: dict[int, SessionEnd]
) -> Iterator[Violation]:
    """Yield the nodes that an answer shows at or after the transaction that closed their session."""
    rows: list[tuple[int, Event | None, Sighting]] = [
        (one.session, one.created, sighting) for one in nodes for sighting in one.alive
    ]
    rows += [(sighting.owner or 0, None, sighting) for sighting in finals]
    for session, created, sighting in rows:
        end = ends.get(session)
        if end and 0 < end.zxid <= sighting.low:
            sentence = (
                f"{sighting.path} was still there at {moment(history, sighting.event.time)} (transaction "
                f"{token(sighting.high)}), though its session {session_name(session)} had been closed by "
                f"transaction {token(end.zxid)} at {moment(history, end.time)}."
            )
            yield _broken(
                history, "outlived-close", sighting.path, sentence, (created, end.event, sighting.event)
            )


def _resurrected(history: History, nodes: list[Incarnation]) -> Iterator[Violation]:
    """Yield the nodes that were seen gone in one state and alive in a later one."""
    for one in nodes:
        gone = one.gone
        back = next((s for s in one.alive if gone and s.low >= gone.high), None)
        if gone and back:
            sentence = (
                f"{one.path} of {one.node} was gone by transaction {token(gone.high)} "
                f"({moment(history, gone.event.time)}) and there again at transaction {token(back.low)} "
                f"({moment(history, back.event.time)}), though nobody had created it anew."
            )
            yield _broken(history, "resurrected", one.path, sentence, (one.created, gone.event, back.event))


def _apart(history: History, nodes: list[Incarnation]) -> Iterator[Violation]:
    """Yield the nodes that outlived another one of their session which nobody had deleted."""
    first_gone: dict[int, tuple[Incarnation, Sighting]] = {}
    for one in nodes:
        if one.gone and not one.deleted:
            known = first_gone.get(one.session)
            if known is None or one.gone.high < known[1].high:
                first_gone[one.session] = (one, one.gone)
    for one in nodes:
        other, gone = first_gone.get(one.session, (None, None))
        if other is None or gone is None or other is one or one.czxid >= gone.high:
            continue
        still = next((s for s in one.alive if s.low >= gone.high), None)
        if still:
            sentence = (
                f"{one.path} was still there at transaction {token(still.low)} "
                f"({moment(history, still.event.time)}), though {other.path} of the same session "
                f"{session_name(one.session)} had vanished by transaction {token(gone.high)} "
                "and nobody had deleted it."
            )
            yield _broken(
                history, "vanished-apart", one.path, sentence, (one.created, gone.event, still.event)
            )


def _broken(
    history: History, kind: str, path: str, sentence: str, events: tuple[Event | None, Event, Event]
) -> Violation:
    """Make the violation: of its events the first made the node, the others contradict each other."""
    made, *pair = events
    times = [event.time for event in pair]
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(dict.fromkeys(event.index for event in events if event is not None)),
        time=min(times),
        until=max(times),
        nodes=(made.node,) if made and made.node else (),
        key=path,
        faults=fault_ids(history, min(times), max(times)),
    )
