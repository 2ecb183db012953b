"""What was left in the queues when all programs had ended, as the final walks of the servers show it."""

import numpy as np

from checkers.facts.words import Words
from checkers.wording import child_of
from harness.history import History
from harness.history.columns import FAIL, OK

FINAL = "final/"


def rest(history: History) -> dict[str, frozenset[str]]:
    """Return {queue: data of all znodes below it} of every queue that some server was walked through.

    Servers may differ, which is another guarantee's matter: what one of them has is there.
    """
    keys = {event.key for event in history.select("put", "take", type="invoke")}
    found: dict[str, frozenset[str]] = {}
    for lists, data in _walks(history):
        for key in keys:
            held = _below(key, lists, data)
            if held is not None:
                found[key] = found.get(key, frozenset()) | held
    return found


Lists = dict[str, list[str]]
Data = dict[str, str | None]
"""{path: its data}, None of one that was gone."""


def _walks(history: History) -> list[tuple[Lists, Data]]:
    """Return what each server's walk showed: lists of children and data, by path."""
    calls, words = history.calls, Words(history)
    gone = (calls.outcome == FAIL) & (calls.error == words["NoNodeError"])
    chosen = words.among(calls.f, ("get", "children")) & ((calls.outcome == OK) | gone)
    walks: dict[str, tuple[Lists, Data]] = {}
    for process in np.unique(calls.process[np.flatnonzero(chosen)]).tolist():
        name = words.say(process)
        if not name.startswith(FINAL):
            continue
        lists, data = walks.setdefault(name.rpartition(".")[0], ({}, {}))
        for row in np.flatnonzero(chosen & (calls.process == process)).tolist():
            path, answer = words.say(calls.key[row]), history.events[int(calls.complete[row])]
            if calls.f[row] == words["get"]:
                data[path] = answer.value if answer.type == "ok" else None
            else:
                lists[path] = answer.value if isinstance(answer.value, list) else []
    return list(walks.values())


def _below(root: str, lists: Lists, data: Data) -> frozenset[str] | None:
    """Return the data of everything below a znode, None where the walk did not come to its end."""
    held, paths = set(), [root]
    while paths:
        path = paths.pop()
        if path not in data or path not in lists:
            return None
        content = data[path]
        if isinstance(content, str) and path != root:
            held.add(content)
        paths += [child_of(path, name) for name in lists[path]]
    return frozenset(held)
