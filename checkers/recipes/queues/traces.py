"""The znodes that items lay in: when each was made and removed, as the requests beneath the deeds tell."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from checkers.context import life_of
from checkers.facts.transactions import CREATE, DELETE, transactions
from checkers.facts.unknowns import unknowns
from checkers.facts.words import Words
from checkers.recipes.queues.items import items
from harness.history import History


@dataclass(slots=True)
class Trace:
    """One item's znode; zxids are 0 where nobody told."""

    path: str
    made: int
    made_by: int
    """Row of the call that made it."""
    removed: int = 0
    removed_by: int = -1
    perhaps: list[int] = field(default_factory=list)
    """Rows of the calls without an answer that may have removed it."""

    @property
    def line(self) -> str:
        """What the znodes of one line have in common: everything before the number."""
        return self.path[:-10]


def traces(history: History) -> dict[str, Trace]:
    """Return {item: its znode} of the items whose creation was acknowledged, once."""
    wanted = {name for _, name in history.derive(items)}
    found = _made(history, wanted)
    by_path = {trace.path: trace for trace in found.values()}
    done, lost, say = history.derive(transactions), history.derive(unknowns), Words(history).say
    for row in np.flatnonzero(done.kind == DELETE).tolist():
        trace = by_path.get(say(done.path[row]))
        if trace is not None:
            trace.removed, trace.removed_by = int(done.zxid[row]), int(done.call[row])
    for row in np.flatnonzero(lost.kind == DELETE).tolist():
        trace = by_path.get(say(lost.path[row]))
        if trace is not None:
            trace.perhaps.append(int(lost.call[row]))
    return found


def _made(history: History, wanted: Collection[str]) -> dict[str, Trace]:
    done, say = history.derive(transactions), Words(history).say
    found: dict[str, Trace] = {}
    twice: set[str] = set()
    for row in np.flatnonzero((done.kind == CREATE) & (done.data > 0)).tolist():
        name = say(done.data[row])
        if name in wanted:
            twice |= {name} & set(found)
            found[name] = Trace(say(done.path[row]), int(done.zxid[row]), int(done.call[row]))
    return {name: trace for name, trace in found.items() if name not in twice}


def began_within(history: History, call: int, life: str, start: int, end: int) -> bool:
    """Tell whether a call was made by a life of a node between two times (ns)."""
    calls = history.calls
    process = history.columns.texts.say(int(calls.process[call]))
    return life_of(process) == life and start <= int(calls.invoked[call]) <= end
