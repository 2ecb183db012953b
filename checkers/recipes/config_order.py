"""What readers and writers of configurations must not do to their order: go back, mix, or lose."""

from bisect import bisect_left
from itertools import pairwise

from checkers.context import fault_ids, number, told
from checkers.recipes.config_readers import Reader
from checkers.recipes.config_values import Value, based_on, update_of, values
from checkers.result import Violation
from checkers.wording import listed, moment, name_of, token
from harness.history import Event, History


def went_back(history: History, everybody: list[Reader]) -> list[Violation]:
    """Return a violation for each value that a reader applied after a newer one."""
    return [
        _violation(
            history,
            "went-back",
            f"{reader.name} went back in {config}: at {moment(history, late.time)} it applied what "
            f"transaction {token(number(late, 'zxid'))} had made, after the newer value of transaction "
            f"{token(number(early, 'zxid'))} at {moment(history, early.time)}.",
            (early, late),
        )
        for reader in everybody
        for config, events in reader.applied.items()
        for early, late in pairwise(event for event in events if number(event, "zxid") > 0)
        if number(late, "zxid") < number(early, "zxid")
    ]


def half_updates(history: History, everybody: list[Reader]) -> list[Violation]:
    """Return a violation for each time that a reader applied parts of different updates together."""
    return [
        _violation(history, "half-update", _mixture(history, reader, event), (event,))
        for reader in everybody
        for events in reader.applied.values()
        for event in events
        if len(set(_parts(event).values())) > 1
    ]


def _mixture(history: History, reader: Reader, event: Event) -> str:
    parts = listed(f"{name} of update {update}" for name, update in sorted(_parts(event).items()))
    return f"{reader.name} used a half-updated {event.key} at {moment(history, event.time)}: {parts}."


def _parts(event: Event) -> dict[str, str]:
    """Return by which update each part of what was applied was written, of those whose data says so."""
    data = told(event, "data")
    parts = {str(name): update_of(part) for name, part in data.items()} if isinstance(data, dict) else {}
    return {name: update for name, update in parts.items() if update}


def lost_updates(history: History) -> list[Violation]:
    """Return a violation for each update that replaced an acknowledged one which it was not made from.

    An update names the transaction that made the value it was made from. What was acknowledged on the
    same znode between that and its own transaction is lost.
    """
    by_path: dict[str, dict[int, Value]] = {}
    for value in history.derive(values):
        by_path.setdefault(value.path, {}).setdefault(value.zxid, value)
    found = []
    for rows in by_path.values():
        acknowledged = [row for row in rows.values() if row.acknowledged]
        zxids = [row.zxid for row in acknowledged]
        for value in rows.values():
            base = based_on(value.data)
            place = bisect_left(zxids, value.zxid)
            if base and place and zxids[place - 1] > base:
                found.append(_lost(history, acknowledged[place - 1], value, base))
    return found


def _lost(history: History, lost: Value, value: Value, base: int) -> Violation:
    writer = update_of(value.data)
    sentence = (
        f"the update {update_of(lost.data) or name_of(lost.path)} of {value.path} (transaction "
        f"{token(lost.zxid)}), acknowledged to {lost.event.node} at {moment(history, lost.event.time)}, was "
        f"lost: transaction {token(value.zxid)} replaced it by update {writer}, which was made from the "
        f"older value of transaction {token(base)}."
    )
    return _violation(
        history, "lost-update", sentence[0].upper() + sentence[1:], (lost.event, value.event), value.path
    )


def _violation(
    history: History, kind: str, sentence: str, events: tuple[Event, ...], key: str = ""
) -> Violation:
    times = [event.time for event in events]
    return Violation(
        kind=kind,
        sentence=sentence,
        witness=tuple(sorted({event.index for event in events})),
        time=times[-1],
        until=max(times),
        nodes=tuple(dict.fromkeys(event.node for event in events)),
        key=key or events[-1].key,
        faults=fault_ids(history, min(times), max(times)),
    )
