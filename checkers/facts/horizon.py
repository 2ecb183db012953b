"""How far a history that was cut off can be trusted to hold every write that its reads may show."""

import numpy as np

from checkers.context import told
from checkers.facts.transactions import FOREVER
from checkers.facts.words import WRITES, Words, answered
from harness.history import History


def horizon(history: History) -> int:
    """Return the zxid after which a transaction may have been asked for by a call that the history lacks.

    FOREVER for a history that was written to its end, and for one that tells of no run. Otherwise
    the stream of each node may lack its end: a call that is not there began after the node's last event, so
    its write comes after everything that had been acknowledged by then. Nodes that ended are complete.
    """
    phases = history.select("phase", type="event")
    if history.closed or not phases:
        return FOREVER
    columns, calls, words = history.columns, history.calls, Words(history)
    states = {
        event.node: told(event, "state")
        for event in history.select("node", type="event")
        if told(event, "role") != "server"
    }
    writes = words.among(calls.f, WRITES)
    asking = {columns.texts.say(node) for node in np.unique(calls.node[writes]).tolist()}
    last = np.zeros(len(columns.texts), np.int64)
    np.maximum.at(last, columns.node, columns.time)
    times = [
        int(last[columns.texts.find(node)])
        for node in sorted(asking | states.keys())
        if states.get(node) not in {"died", "stopped"}
    ]
    if not times:
        return FOREVER
    known = writes & history.derive(answered) & (calls.completed < min(times))
    return int(calls.zxid[known].max(initial=0))
