"""Calls that a story needs beside its witness: parts of a deed, its relatives, and what got no answer."""

from collections.abc import Iterable, Iterator

import numpy as np

from checkers.result import Violation
from harness.history import Event, History
from harness.history.columns import INFO, OK
from reports.clock import run_clock
from reports.story.calls import RECIPES
from reports.story.testimony import UNTOLD
from reports.values import mapping

_MOST = 3
"""So many requests are told of one deed at most."""

_RECENT = 1_000_000_000
"""For so long (ns) before a violation its relatives are looked for."""

_WRITES = frozenset({"set", "create", "delete", "multi"})
"""The requests that tell what a deed did; an increment also rests on what was read."""

Both = tuple[int, int]
"""The indexes of the invocation and the completion of a call, -1 for none, UNTOLD for one to be left out."""


def inside(history: History, witness: Iterable[Event]) -> Iterator[Both]:
    """Yield the requests that its app node made about the same znode while a deed of the witness went on."""
    calls, say = history.calls, history.columns.texts.say
    for event in witness:
        if event.type == "event" or event.f not in RECIPES:
            continue
        row = _row(history, event)
        if row < 0:
            continue
        during = (calls.invoked >= calls.invoked[row]) & (calls.completed <= calls.completed[row])
        rows = np.flatnonzero(during & (calls.node == calls.node[row]))
        wanted = _WRITES | {"get"} if event.f == "add" else _WRITES
        told = [one for one in rows.tolist() if one != row and say(int(calls.f[one])) in wanted]
        about = [one for one in told if _below(say(int(calls.key[one])), event.key)]
        yield from (_both(history, one) for one in about[-_MOST:])


def unanswered(
    history: History, nodes: Iterable[str], keys: Iterable[str], start: int, end: int
) -> Iterator[Both]:
    """Yield the writes of app nodes at or below some paths that were sent in a time (ns) and not answered."""
    calls, texts = history.calls, history.columns.texts
    numbers = [number for number in map(texts.find, nodes) if number >= 0]
    silent = (calls.outcome == INFO) & (calls.invoked >= start) & (calls.invoked <= end)
    rows = np.flatnonzero(silent & np.isin(calls.node, numbers))
    wanted = set(keys)
    for row in rows.tolist():
        key, f = texts.say(int(calls.key[row])), texts.say(int(calls.f[row]))
        if f in _WRITES and any(_below(key, one) for one in wanted):
            yield _both(history, row)


def makers(history: History, violation: Violation) -> Iterator[Both]:
    """Yield what became of the znode that stands first in a line that does not move.

    The `create` that made it, the deed that the `create` was a part of, and every try to delete it.
    """
    if violation.kind != "blocked-line":
        return
    calls, texts = history.calls, history.columns.texts
    made = calls.f == texts.find("create")
    for row in np.flatnonzero(made & (calls.outcome == OK)).tolist():
        key = texts.say(int(calls.key[row]))
        if key == violation.key or not _below(key, violation.key):
            continue
        path = str(history.events[int(calls.complete[row])].value)
        if path.rpartition("/")[2] in violation.sentence:
            around = (calls.invoked <= calls.invoked[row]) & (calls.completed >= calls.completed[row])
            deeds = around & (calls.node == calls.node[row]) & (calls.key == texts.find(violation.key))
            tries = (calls.f == texts.find("delete")) & (calls.key == texts.find(path))
            wanted = deeds & (calls.f == texts.find("acquire"))
            found = [row, *np.flatnonzero(wanted)[:1].tolist(), *np.flatnonzero(tries)[:_MOST].tolist()]
            yield from (_both(history, one) for one in found)
            return


def relatives(history: History, violation: Violation, witness: Iterable[Event]) -> Iterator[Both]:
    """Yield the calls without which one of the witness says little.

    Those who entered, or left, the same round of a barrier; the increments right before one that is wrong;
    what was read and written right before a configuration was taken over that nobody wrote.
    """
    calls, texts = history.calls, history.columns.texts
    recent = (calls.completed <= violation.time) & (calls.completed >= violation.time - _RECENT)
    for event in witness:
        if violation.kind in {"computed-too-early", "blocked"} and event.f in {"enter", "leave"}:
            before = (calls.invoked <= max(violation.until, event.time)) & (
                calls.key == texts.find(event.key)
            )
            for row in np.flatnonzero(before & (calls.f == texts.find(event.f))).tolist():
                if _round(history, row) == _round(history, _row(history, event)):
                    yield int(calls.invoke[row]), UNTOLD
        elif event.f == "add":
            done = recent & (calls.f == texts.find("add")) & (calls.key == texts.find(event.key))
            rows = np.flatnonzero(done & (calls.outcome == OK))
            for row in rows[np.argsort(calls.completed[rows])][-_MOST:].tolist():
                yield _both(history, row)
        elif violation.kind == "half-update":
            rows = np.flatnonzero(recent & (calls.outcome == OK))
            about = [row for row in rows.tolist() if _below(texts.say(int(calls.key[row])), event.key)]
            yield from (_both(history, row) for row in about[-2 * _MOST :])


def meanwhile(history: History, violation: Violation, witness: Iterable[Event]) -> str:
    """Say how many actions those tried who believed at once that they lead or hold; empty for other kinds."""
    began = [event.time for event in witness if event.f in {"leader", "holds"}]
    if violation.kind != "believed-overlap" or len(began) < len(set(violation.nodes)):
        return ""
    calls, texts, told = history.calls, history.columns.texts, []
    start, end = max(began), violation.until
    during = (calls.invoked >= start) & (calls.invoked <= end) & (calls.f == texts.find("work"))
    for node in dict.fromkeys(violation.nodes):
        outcomes = calls.outcome[during & (calls.node == texts.find(node))]
        if len(outcomes):
            done = int((outcomes == OK).sum())
            told.append(f"{node} asked for {len(outcomes):,} actions, of which {done:,} were accepted")
    clock = run_clock(history)
    return (
        f"from {clock.seconds(start):.1f} s to {clock.seconds(end):.1f} s {', and '.join(told)}"
        if told
        else ""
    )


def _row(history: History, event: Event) -> int:
    """Return the row of the call that an event begins or ends, -1 for none."""
    calls = history.calls
    rows = np.flatnonzero((calls.invoke == event.index) | (calls.complete == event.index))
    return int(rows[0]) if len(rows) else -1


def _round(history: History, row: int) -> object:
    return mapping(history.events[int(history.calls.invoke[row])].value).get("round") if row >= 0 else None


def _both(history: History, row: int) -> Both:
    return int(history.calls.invoke[row]), int(history.calls.complete[row])


def _below(path: str, top: str) -> bool:
    return bool(top) and (path == top or path.startswith(f"{top}/"))
