"""What was left at the end: the ephemeral nodes that synced readings of single servers show."""

from dataclasses import dataclass

import numpy as np

from checkers.context import told
from checkers.ephemerals.nodes import is_session
from checkers.facts.prefixes import bounds
from checkers.facts.sessions import sessions
from checkers.facts.sightings import sightings
from checkers.facts.words import Words
from checkers.wording import child_of
from harness.history import Event, History
from harness.history.columns import I8, OK

FINAL = "final/"
"""How the names of the processes begin that read single servers at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """One ephemeral node on one server."""

    path: str
    owner: int
    low: int
    high: int
    """It shows the state after some prefix of transactions from `low` to `high`."""
    asked: Event
    """The invocation after which the server caught up: what was committed before it is shown."""
    told: Event
    stage: str
    """`running`, or `stopped`: all programs had ended."""
    walked: bool
    """A read of the final walk showed it, which is a call like any other; not the list of a final reading."""


def finals(history: History) -> list[Final]:
    """Return the nodes with an owner that final readings and walks show, in order of the readings."""
    return [*_read(history), *_walked(history)]


def _read(history: History) -> list[Final]:
    calls = history.calls
    rows = np.flatnonzero(
        (calls.f == Words(history)["final-read"]) & (calls.outcome == OK) & (calls.zxid > 0)
    )
    found = []
    for row in rows.tolist():
        asked, answer = (history.events[int(index[row])] for index in (calls.invoke, calls.complete))
        low, high = bounds(answer.zxid)
        children = told(answer, "children")
        for name, owner in (children if isinstance(children, dict) else {}).items():
            if isinstance(owner, int) and _is_session(history, owner):
                found.append(
                    Final(
                        path=child_of(asked.key, name),
                        owner=owner,
                        low=low,
                        high=high,
                        asked=asked,
                        told=answer,
                        stage=str(told(asked, "stage")),
                        walked=False,
                    )
                )
    return found


def _walked(history: History) -> list[Final]:
    """A walk of a server begins with a sync, in the same session; it comes when all programs have ended."""
    calls, words, seen = history.calls, Words(history), history.derive(sightings)
    final = _readers(history)
    rows = np.flatnonzero(np.isin(calls.process[seen.call], final) & (seen.stat >= 0))
    owners = history.columns.stats.ephemeralOwner[seen.stat[rows]]
    syncs = np.flatnonzero((calls.f == words["sync"]) & np.isin(calls.process, final) & (calls.outcome == OK))
    found = []
    for row, owner in zip(rows[owners != 0].tolist(), owners[owners != 0].tolist(), strict=True):
        call = int(seen.call[row])
        sync = _sync_before(history, syncs, call)
        if sync is not None and _is_session(history, owner):
            low, high = bounds(int(seen.zxid[row]))
            found.append(
                Final(
                    path=words.say(seen.path[row]),
                    owner=owner,
                    low=low,
                    high=high,
                    asked=sync,
                    told=history.events[int(calls.complete[call])],
                    stage="stopped",
                    walked=True,
                )
            )
    return found


def _readers(history: History) -> I8:
    """Return the text numbers of the processes that read the servers at the end."""
    every, words = np.flatnonzero(np.bincount(history.calls.process)), Words(history)
    return np.array([one for one in every.tolist() if words.say(one).startswith(FINAL)], np.int64)


def _sync_before(history: History, syncs: I8, call: int) -> Event | None:
    calls = history.calls
    same = (calls.session[syncs] == calls.session[call]) & (calls.session[call] != 0)
    before = syncs[same & (calls.completed[syncs] <= calls.invoked[call])]
    return history.events[int(calls.invoke[before[-1]])] if len(before) else None


def _is_session(history: History, owner: int) -> bool:
    return owner in history.derive(sessions) or bool(is_session(np.array([owner]))[0])
