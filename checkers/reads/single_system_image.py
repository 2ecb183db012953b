"""A client sees one system, whichever server it is connected to: its view never goes back.

Broken when the zxid of a session's replies and pings decreases. On one connection any frame counts against
any earlier one (`went-back`). Over a change of connection only replies bind the next server (`moved-back`),
because a client tells it the zxid of the last reply: pings are not remembered, by kazoo no more than by the
client in Java. A client that goes on with a session of another one has seen nothing yet.

No false alarm: a server answers a connection's frames in the order of its own transactions, and does not
accept a client that has seen more than it has applied itself. The promise is that of ZooKeeper's programmer's
guide ("Consistency Guarantees"); one pass over the frames sorted by (session, conn, wire).
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.context import fault_ids
from checkers.facts.frames import Frames, frames
from checkers.facts.segments import before, running_maximum
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.testimony import MOST, capital, deed, earliest, events_of, server_names
from checkers.wording import count, moment, session_name, token
from harness.history import History

NAME = "single-system-image"


@guarantee(NAME, "What a client sees never goes back, whichever server it is connected to.")
def single_system_image(history: History) -> Result:
    """Judge the frames of every session; `checked` counts the comparisons of neighbours."""
    found = history.derive(frames)
    same = found.session[1:] == found.session[:-1]
    back = np.flatnonzero((found.link[1:] == found.link[:-1]) & (found.zxid[1:] < found.sure[:-1]))
    moved = _moved_back(found)
    pairs = [
        *((kind, one, other) for kind, one, other in moved),
        *(("went-back", row, row + 1) for row in earliest(back, history.columns.time[found.event[back + 1]])),
    ]
    checked = int(np.count_nonzero(same))
    sessions = count(len(np.unique(found.session)), "session")
    return conclude(
        NAME,
        held=(
            f"{count(len(found), 'frame')} on {count(len(found.first), 'connection')} of {sessions}: no "
            "session was ever shown an older state than before."
        ),
        checked=checked,
        violations=[_say(history, *pair) for pair in pairs],
        missing=() if checked else ("No session received two frames with a position: nothing to compare.",),
        measures={"frames": len(found), "connections": len(found.first), "went_back": len(back) + len(moved)},
    )


def _moved_back(found: Frames) -> list[tuple[str, int, int]]:
    """Return (kind, newer frame, older frame) for connections behind the replies of an earlier one."""
    if not len(found):
        return []
    replied = np.maximum.reduceat(np.where(found.call >= 0, found.sure, 0), found.first)
    lowest = np.minimum.reduceat(found.zxid, found.first)
    view = found.view[found.first]
    promised = before(running_maximum(replied, view), view, 0)
    wrong = np.flatnonzero(lowest < promised)
    return [_pair(found, link, int(promised[link])) for link in wrong.tolist()[:MOST]]


def _pair(found: Frames, link: int, promised: int) -> tuple[str, int, int]:
    """Return the reply that showed the newest state, and the first frame behind it on a later connection."""
    start, end = np.append(found.first, len(found))[link : link + 2].tolist()
    older = start + int(np.argmax(found.zxid[start:end] < promised))
    begin = int(np.searchsorted(found.view, found.view[start], "left"))
    replies = found.call[begin:start] >= 0
    newer = begin + int(np.argmax(replies & (found.sure[begin:start] == promised)))
    return "moved-back", newer, older


def _say(history: History, kind: str, one: int, other: int) -> Violation:
    found, columns = history.derive(frames), history.columns
    session = int(columns.session[found.event[one]])
    times = [int(columns.time[found.event[row]]) for row in (one, other)]
    sentence = (
        f"session {session_name(session)} was shown the state of transaction {token(int(found.zxid[one]))} "
        f"by {_server(history, one)} at {moment(history, times[0])} ({_frame(history, one)}), and then the "
        f"older state of transaction {token(int(found.zxid[other]))} by {_server(history, other)} at "
        f"{moment(history, times[1])} ({_frame(history, other)})."
    )
    return Violation(
        kind=kind,
        sentence=capital(sentence),
        witness=tuple(sorted({*_events(history, one), *_events(history, other)})),
        time=times[1],
        until=times[1],
        nodes=(columns.texts.say(int(columns.node[found.event[other]])),),
        key=columns.texts.say(int(columns.key[found.event[other]])),
        faults=fault_ids(history, times[0], times[1]),
    )


def _events(history: History, row: int) -> tuple[int, ...]:
    found = history.derive(frames)
    call = int(found.call[row])
    return events_of(history, (call,)) if call >= 0 else (int(found.event[row]),)


def _frame(history: History, row: int) -> str:
    call = int(history.derive(frames).call[row])
    return deed(history, call) if call >= 0 else "a ping"


def _server(history: History, row: int) -> str:
    columns = history.columns
    address = columns.texts.say(int(columns.server[history.derive(frames).event[row]]))
    return history.derive(server_names).get(address.partition(":")[0], address) or "a server"
