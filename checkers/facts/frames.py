"""What each connection received, in the order of the wire: replies and pings, with what their headers say."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from checkers.context import life_of, number
from checkers.facts.prefixes import sure
from checkers.facts.segments import begins, order_by
from checkers.facts.sessions import session_numbers
from checkers.facts.words import WRITES, Words, answered
from harness.history import History
from harness.history.columns import EVENT, I4, I8


@dataclass(kw_only=True)
class Frames:
    """One row a frame whose header is a witness, sorted by (session, conn, wire)."""

    session: I8
    """Number of the session, see `session_numbers`."""
    link: I8
    """Number of the connection: rises with (session, conn)."""
    view: I8
    """Number of the client, which remembers what it was shown: rises with `link`. Nearly always the session's
    only one; whoever goes on with a session that another client has begun sees it with new eyes."""
    zxid: I8
    sure: I8
    """Zxid of the oldest state that it may show; see `prefixes`."""
    wire: I4
    xid: I4
    """0 for a ping."""
    call: I8
    """Row of the call that was answered, -1 for a ping."""
    event: I8
    """Index of the event that tells of the frame."""

    def __len__(self) -> int:
        return len(self.link)

    @cached_property
    def first(self) -> I8:
        """The first row of every connection."""
        return begins(self.link)

    @cached_property
    def requests(self) -> I8:
        """Rows of the replies, sorted by (session, conn, xid): the order in which they were asked for."""
        rows = np.flatnonzero(self.call >= 0)
        link, xid = self.link[rows], self.xid[rows]
        if np.any((link[1:] == link[:-1]) & (xid[1:] < xid[:-1])):
            rows = rows[order_by(link, xid)]
        return rows


def frames(history: History) -> Frames:
    """Return the frames of all connections; those without a session or a position are left out."""
    calls, columns, known = history.calls, history.columns, history.derive(session_numbers)
    placed = (known.of_call >= 0) & (calls.wire > 0) & (calls.xid > 0)
    rows = np.flatnonzero(history.derive(answered) & placed)
    is_ping = (columns.f == Words(history)["ping"]) & (columns.type == EVENT)
    pings = np.flatnonzero(is_ping & (columns.session != 0) & (columns.wire > 0) & (columns.zxid > 0))
    session = np.concatenate((known.of_call[rows], known.find(columns.session[pings])))
    conn = np.concatenate((calls.conn[rows], columns.conn[pings])).astype(np.int64)
    wire = np.concatenate((calls.wire[rows], columns.wire[pings]))
    order = order_by(session, conn, wire)
    new = np.zeros(len(order), np.int64)
    one, other = order[:-1], order[1:]
    new[1:] = (session[one] != session[other]) | (conn[one] != conn[other])
    nothing = np.zeros(len(pings), np.int64)
    zxid = np.concatenate((calls.zxid[rows], columns.zxid[pings]))
    process = np.concatenate((calls.process[rows], columns.process[pings]))[order]
    link = np.cumsum(new)
    wrote = np.concatenate((Words(history).among(calls.f[rows], WRITES), nothing > 0))
    return Frames(
        session=session[order],
        link=link,
        view=_views(history, session[order], conn[order], link, process),
        zxid=zxid[order],
        sure=sure(history, zxid, wrote)[order],
        wire=wire[order],
        xid=np.concatenate((calls.xid[rows], nothing))[order].astype(np.int32),
        call=np.concatenate((rows, nothing - 1))[order],
        event=np.concatenate((calls.complete[rows], pings))[order],
    )


def _views(history: History, session: I8, conn: I8, link: I8, process: I4) -> I8:
    """Return the number of the client of each frame, given the columns of the frames in their order."""
    first = begins(link)
    say, known = history.columns.texts.say, history.derive(session_numbers)
    heirs = _heirs(history)
    clients = [
        (one, life_of(say(voice)), heirs.get((int(known.ids[one]), number), 0))
        for one, voice, number in zip(
            session[first].tolist(), process[first].tolist(), conn[first].tolist(), strict=True
        )
    ]
    changes = [place > 0 and client != clients[place - 1] for place, client in enumerate(clients)]
    return np.cumsum(np.array(changes, np.int64))[link] if len(link) else link


def _heirs(history: History) -> dict[tuple[int, int], int]:
    """Return {(session, connection): number of the client} of the clients that are not a session's first."""
    return {
        (event.session, event.conn): number(event, "client")
        for event in history.select("session", type="event")
        if number(event, "client")
    }
