"""What a history must hold before anything can be said of its watches."""

import numpy as np

from checkers.context import told
from checkers.watches.due import Claims
from checkers.watches.rows import Mask
from checkers.watches.triggers import loose_writes
from checkers.watches.wire import Wire, wire
from harness.history import History
from harness.history.columns import EVENT


def no_watches(known: Wire) -> list[str]:
    """Say what is missing, nothing where watches were left whose place on the wire is known."""
    if not len(known.answers):
        return ["No answer tells its position on the wire, so nobody knows what came before what."]
    if not any(map(len, (known.data, known.child, known.persistent, known.recursive))):
        return ["No read left a watch, so none could fire."]
    return []


def no_events(known: Wire) -> list[str]:
    """Say what is missing, nothing where watch events came."""
    return no_watches(known) or (
        [] if len(known.events) else ["No watch fired, so no event could be judged."]
    )


def nothing_due(known: Wire, due: Claims) -> list[str]:
    """Say what is missing, nothing where an event was due."""
    if len(due):
        return []
    return no_watches(known) or ["No connection heard of a transaction that triggered one of its watches."]


def judged(history: History) -> Mask:
    """Tell which watch events came when nothing can be missing that caused them.

    The lines of the nodes reach the history at different times: where a run was cut off, what one
    node did may be lost although another node had heard of it.
    """
    columns = history.columns
    time = columns.time[history.derive(wire).events.row]
    if len(history.derive(loose_writes)):
        return np.zeros(len(time), bool)
    if history.closed or not history.select("phase", type="event"):
        return np.ones(len(time), bool)
    started = [event.node for event in history.select("node", type="event") if told(event, "role") == "app"]
    lines = np.flatnonzero(columns.type != EVENT)
    names = {*started, *map(columns.texts.say, np.unique(columns.node[lines]).tolist())}
    last = []
    for name in names:
        mine = lines[columns.node[lines] == columns.texts.find(name)]
        last.append(columns.time[mine[-1]] if len(mine) else 0)
    early: Mask = time < min(last, default=0)
    return early
