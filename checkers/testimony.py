"""What a violation tells of calls: the events that show it, who took part, and the words for it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from checkers.context import fault_ids, told
from checkers.facts.bounds import bounds
from checkers.result import Violation
from checkers.wording import client, moment, session_name, token
from harness.history import History
from harness.history.columns import FAIL, INFO

MOST = 20
"""How many violations of one kind are told; the others are counted."""


def earliest(rows: NDArray[np.int64], times: NDArray[np.int64]) -> list[int]:
    """Return the rows that are told, those of the earliest times, in order of time."""
    chosen: list[int] = rows[np.argsort(times, kind="stable")[:MOST]].tolist()
    return chosen


def events_of(history: History, rows: Iterable[int]) -> tuple[int, ...]:
    """Return the indexes of the invocations and completions of some calls."""
    calls = history.calls
    both = [int(index) for row in rows for index in (calls.invoke[row], calls.complete[row])]
    return tuple(sorted({index for index in both if index >= 0}))


def nodes_of(history: History, rows: Iterable[int]) -> tuple[str, ...]:
    """Return the names of the nodes that made some calls."""
    say = history.columns.texts.say
    return tuple(dict.fromkeys(filter(None, (say(int(history.calls.node[row])) for row in rows))))


def deed(history: History, row: int) -> str:
    """Say what a call was and whose: `the set of /keys/k1 by app1`."""
    calls, say = history.calls, history.columns.texts.say
    key = say(int(calls.key[row]))
    return (
        f"the {say(int(calls.f[row]))}{f' of {key}' if key else ''} by {client(say(int(calls.process[row])))}"
    )


def capital(sentence: str) -> str:
    """Begin a sentence with a capital letter and leave the names in it alone."""
    return sentence[:1].upper() + sentence[1:]


def outcome(history: History, row: int) -> str:
    """Say how a call ended: `acknowledged at 1.2 s as transaction 0x100000007`."""
    calls = history.calls
    if calls.outcome[row] == INFO:
        return "never answered"
    word = "refused" if calls.outcome[row] == FAIL else "acknowledged"
    when = moment(history, int(history.derive(bounds).end[row]))
    zxid = int(calls.zxid[row])
    return f"{word} at {when}" + (f" as transaction {token(zxid)}" if zxid else "")


def sent(history: History, row: int) -> str:
    """Say when a call began."""
    return moment(history, int(history.derive(bounds).begin[row]))


def server_names(history: History) -> dict[str, str]:
    """Return {address without a port: name} of the servers, as far as the history tells."""
    found: dict[str, str] = {}
    for event in history.select("environment", type="event"):
        servers = told(event, "servers")
        if isinstance(servers, dict):
            found |= {str(address): name for name, address in servers.items()}
    return found


def server_of(history: History, row: int) -> str:
    """Say which server answered a call: its name where the history tells it, else its address."""
    address = history.columns.texts.say(int(history.calls.server[row]))
    return history.derive(server_names).get(address.partition(":")[0], address) or "a server"


def session_of(history: History, row: int) -> str:
    """Say which session a call was of."""
    return f"session {session_name(int(history.calls.session[row]))}"


def broken(
    history: History,
    kind: str,
    sentence: str,
    rows: tuple[int, ...],
    *,
    key: str = "",
    more: tuple[int, ...] = (),
) -> Violation:
    """Make the violation that some calls show, the last of them being the one that it is about.

    `key` is the path where that is not the last call's, `more` are indexes of other events that show it.
    """
    limits, last = history.derive(bounds), rows[-1]
    start = min(int(limits.begin[row]) for row in rows)
    end = min(int(limits.end[last]), history.end)
    return Violation(
        kind=kind,
        sentence=capital(sentence),
        witness=tuple(sorted({*events_of(history, rows), *more})),
        time=end,
        until=end,
        nodes=nodes_of(history, rows),
        key=key or history.columns.texts.say(int(history.calls.key[last])),
        faults=fault_ids(history, start, end),
    )
