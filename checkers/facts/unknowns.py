"""What may have happened: writes without an answer, each with the stretch of zxids in which it can lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkers.context import life_of
from checkers.facts.segments import begins, order_by
from checkers.facts.sessions import Session, session_numbers, sessions
from checkers.facts.transactions import FOREVER, KINDS, kinds_of, written
from checkers.facts.words import WRITES, Words, answered
from harness.history import History
from harness.history.calls import NEVER
from harness.history.columns import I4, I8, INFO, OK, U1

__all__ = ["FOREVER", "Unknowns", "unknowns"]


@dataclass(slots=True, kw_only=True)
class Unknowns:
    """One row an effect that may have happened, all parts of a `multi` or none; sorted by (call, part).

    A call happened at one zxid with `after` < zxid < `before`, or never.
    """

    call: I8
    part: I4
    kind: I4
    """CREATE, SET, DELETE or CHECK, as in `transactions`."""
    path: I4
    """Path asked for; a sequential CREATE made a path that begins with it."""
    data: I4
    """As in `transactions`."""
    expected: I4
    flags: U1
    session: I8
    """0 where nobody knows under which session it was sent."""
    after: I8
    before: I8

    def __len__(self) -> int:
        return len(self.call)


def unknowns(history: History) -> Unknowns:
    """Return the effects of all writes that were sent, or may have been, and not answered.

    An answer that did not tell its zxid leaves open when its write happened, so it is here, too.
    """
    calls, columns, words = history.calls, history.columns, Words(history)
    lost = (calls.outcome == INFO) | ((calls.outcome == OK) & (calls.zxid <= 0))
    single = np.flatnonzero(lost & words.among(calls.f, tuple(KINDS)))
    multis = np.flatnonzero(lost & (calls.f == words["multi"]))
    count = calls.asked_count[multis].astype(np.int64)
    owner = np.repeat(multis, count)
    part = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    asked, parts = calls.asked_first[owner] + part, columns.parts
    f = np.concatenate((calls.f[single], parts.f[asked]))
    kind = kinds_of(f, words)
    call = np.concatenate((single, owner))
    session, after, before = _stretches(history, call)
    table = Unknowns(
        call=call,
        part=np.concatenate((np.zeros(len(single), np.int64), part)).astype(np.int32),
        kind=kind,
        path=np.concatenate((calls.key[single], parts.key[asked])),
        data=written(kind, f, np.concatenate((calls.asked[single], parts.text[asked])), words),
        expected=np.concatenate((calls.expected[single], parts.number[asked])),
        flags=np.concatenate((calls.flags[single], parts.flags[asked])),
        session=session,
        after=after,
        before=before,
    )
    order = np.lexsort((table.part, table.call))
    order = order[table.kind[order] >= 0]
    return Unknowns(**{name: getattr(table, name)[order] for name in Unknowns.__slots__})


def _stretches(history: History, rows: I8) -> tuple[I8, I8, I8]:
    """Return for calls the session, and the zxids between which each must lie, if it happened at all.

    After: everything that was acknowledged before the call began, by real time (a write is ordered after
    it), and every write that its session had sent earlier.
    Before: the first acknowledged write that its session sent later, because a session's requests are
    handled in order, and the leader refuses what arrives late through a server that the session has left;
    and the closing of the session.
    """
    calls, words = history.calls, Words(history)
    if not len(rows):
        return rows, rows, rows
    writes = history.derive(answered) & words.among(calls.f, WRITES)
    done = np.flatnonzero(writes & (calls.completed < NEVER))
    done = done[np.argsort(calls.completed[done], kind="stable")]
    highest = np.concatenate(([0], np.maximum.accumulate(calls.zxid[done])))
    after = highest[np.searchsorted(calls.completed[done], calls.invoked[rows], "left")]
    before = np.full(len(rows), FOREVER)
    whose = _Owners(history)
    order = _SendOrder(history, np.flatnonzero(writes & (calls.session != 0)))
    session = calls.session[rows]
    for place, row in enumerate(rows.tolist()):
        session[place] = one = int(session[place]) or whose.of(row)
        low, high = order.around(one, int(calls.conn[row]), int(calls.xid[row]))
        after[place], before[place] = max(after[place], low), min(high, whose.closed(one))
    return session, after, before


class _Owners:
    """Finds the session of a call that tells none: the harness completes what a dead process left open."""

    def __init__(self, history: History):
        self._history = history
        self._sessions = history.derive(sessions)
        self._lives: dict[str, set[int]] = {}
        for session in self._sessions.values():
            self._lives.setdefault(session.process, set()).add(session.id)
        # A life may have used a session of which no occurrence tells.
        numbers = history.derive(session_numbers)
        rows = np.flatnonzero(numbers.of_call >= 0)
        pairs = np.unique(history.calls.process[rows] * len(numbers.ids) + numbers.of_call[rows])
        for process, used in zip(*np.divmod(pairs, max(len(numbers.ids), 1)), strict=True):
            life = life_of(history.columns.texts.say(int(process)))
            self._lives.setdefault(life, set()).add(int(numbers.ids[used]))

    def of(self, row: int) -> int:
        """Return the only session of the call's life that can have been open, 0 where there are several."""
        calls = self._history.calls
        life = life_of(self._history.columns.texts.say(int(calls.process[row])))
        began, ended = int(calls.invoked[row]), int(calls.completed[row])
        known = [self._sessions.get(one, Session(one, life)) for one in sorted(self._lives.get(life, ()))]
        found = [session for session in known if self._open(session, began, ended)]
        return found[0].id if len(found) == 1 else 0

    def closed(self, session: int) -> int:
        """Return the zxid at which a session was closed, FOREVER where nobody knows."""
        return self._sessions[session].closed if session in self._sessions else FOREVER

    def _open(self, session: Session, began: int, ended: int) -> bool:
        times = self._history.columns.time[list(session.closing)].tolist()
        ends = [*times, *([session.lost] if session.lost is not None else [])]
        connected = [event.time for event in session.connected]
        return (not connected or min(connected) <= ended) and (not ends or max(ends) >= began)


class _SendOrder:
    """The zxids of each session's acknowledged writes in the order in which they were sent."""

    def __init__(self, history: History, rows: NDArray[np.int64]):
        calls, numbers = history.calls, history.derive(session_numbers)
        rows = rows[order_by(numbers.of_call[rows], calls.conn[rows], calls.xid[rows])]
        starts = begins(calls.session[rows])
        ids = calls.session[rows[starts]].tolist()
        sent = (calls.conn[rows].astype(np.int64) << 32) + calls.xid[rows]
        self._sent = dict(zip(ids, np.split(sent, starts[1:]), strict=False))
        self._zxids = dict(zip(ids, np.split(calls.zxid[rows], starts[1:]), strict=False))

    def around(self, session: int, conn: int, xid: int) -> tuple[int, int]:
        """Return the zxids of a session's last write before, and first after, a request.

        Without an `xid` only other connections say something; without a connection nothing does.
        """
        if session not in self._sent or conn <= 0:
            return 0, FOREVER
        sent, zxids = self._sent[session], self._zxids[session]
        first, last = (xid, xid + 1) if xid > 0 else (0, 1 << 32)
        left = int(np.searchsorted(sent, (conn << 32) + first, "left"))
        right = int(np.searchsorted(sent, (conn << 32) + last, "left"))
        return int(zxids[left - 1]) if left else 0, int(zxids[right]) if right < len(zxids) else FOREVER
