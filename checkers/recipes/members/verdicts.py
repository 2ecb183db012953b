"""What broke: of each fact that was not known, whether the registry or whoever reads it is to blame."""

from collections.abc import Iterable, Sequence

from checkers.context import fault_ids
from checkers.recipes.members.comparison import Miss
from checkers.recipes.members.demands import Demand, absences, addresses
from checkers.recipes.members.truth import Truth
from checkers.recipes.members.views import View
from checkers.result import Violation
from checkers.wording import listed, moment, session_name, token
from harness.history import History


def broken(history: History, misses: Iterable[Miss], truth: Truth) -> list[Violation]:
    """Return a violation for each fact that the registry got wrong, and for each session that was behind."""
    wrong: dict[Demand, list[Miss]] = {}
    behind: dict[tuple[str, int], list[Miss]] = {}
    for miss in misses:
        if truth.newer(miss):
            behind.setdefault((miss.view.who, miss.view.session), []).append(miss)
        else:
            wrong.setdefault(miss.demand, []).append(miss)
    return [
        *(_wrong(history, demand, rows) for demand, rows in wrong.items()),
        *(_behind(history, rows) for rows in behind.values()),
    ]


def _wrong(history: History, demand: Demand, misses: Sequence[Miss]) -> Violation:
    first = min(misses, key=lambda miss: miss.start)
    who = listed(sorted({miss.view.who for miss in misses}))
    knew = (
        f"at {moment(history, first.start)} {_clause(demand, first.view)} in what {who} know of the registry"
    )
    return _violation(history, misses, demand.kind, _begun(f"{demand.why}, and yet {knew}."))


def _begun(sentence: str) -> str:
    """Begin a sentence with a capital letter, but leave the name of a node alone."""
    return f"The {sentence[4:]}" if sentence.startswith("the ") else sentence


def _behind(history: History, misses: Sequence[Miss]) -> Violation:
    first = min(misses, key=lambda miss: miss.start)
    demand, view = first.demand, first.view
    name = f"{view.who} (session {session_name(view.session)})" if view.session else view.who
    if view.members is None:
        story = (
            f"{name} had been connected since {moment(history, view.read)} and knew nothing of the registry"
        )
    else:
        story = (
            f"{name} still knew the registry as it had read it at {moment(history, view.read)} "
            f"(transaction {token(view.zxid)}), where {_clause(demand, view)},"
        )
    return _violation(
        history, misses, "stale-view", f"{story} at {moment(history, first.start)}, though {demand.why}."
    )


def _clause(demand: Demand, view: View) -> str:
    """Say what somebody knew of the member."""
    owner = (view.members or {}).get(demand.address)
    if owner is None:
        return f"{demand.address} is missing"
    if demand.kind == "old-session":
        return f"{demand.address} is listed under the older session {session_name(owner)}"
    how = f"under session {session_name(owner)}" if owner else "by a znode that no session owns"
    return f"{demand.address} is listed {how}"


def _violation(history: History, misses: Sequence[Miss], kind: str, sentence: str) -> Violation:
    first = min(misses, key=lambda miss: miss.start)
    until = max(miss.end for miss in misses)
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(sorted({first.demand.event, first.view.event})),
        time=first.start,
        until=until,
        nodes=tuple(dict.fromkeys((first.demand.node, *sorted({miss.view.who for miss in misses})))),
        key=first.demand.address,
        faults=fault_ids(history, first.demand.since, until),
    )


def left_for_ever(history: History, final: Iterable[View]) -> list[Violation]:
    """Return a violation for every member that servers still list when all programs have ended.

    Only of znodes that no session owns: the others go with their sessions, by the clock of the servers, and
    `ephemeral-cleanup` watches that.
    """
    nodes = {address: node for node, own in addresses(history).items() for address in own}
    found: dict[str, list[View]] = {}
    for view in final:
        for address, owner in (view.members or {}).items():
            if owner == 0 and address in nodes and _ended(history, nodes[address], view.start):
                found.setdefault(address, []).append(view)
    return [_left(history, nodes[address], address, rows) for address, rows in found.items()]


def _ended(history: History, node: str, time: int) -> bool:
    """Tell whether the node's program was gone at a time (ns)."""
    return any(gone.start <= time <= gone.end for _, gone in absences(history, node))


def _left(history: History, node: str, address: str, rows: Sequence[View]) -> Violation:
    first = rows[0]
    death = next(event for event, gone in absences(history, node) if gone.start <= first.start <= gone.end)
    return Violation(
        kind="dead-member",
        sentence=(
            f"{address} is still listed by {listed(sorted({view.who for view in rows}))} at "
            f"{moment(history, first.start)}, by a znode that no session owns, though the program of {node} "
            f"has been gone since {moment(history, death.time)}."
        ),
        witness=tuple(sorted((death.index, first.event))),
        time=first.start,
        until=max(view.end for view in rows),
        nodes=(node, *sorted({view.who for view in rows})),
        key=address,
        faults=fault_ids(history, first.start, first.end),
    )
