"""Every update of a configuration arrives at every reader that is connected while nothing disturbs it."""

from bisect import bisect_right
from dataclasses import replace

from checkers.context import Span, fault_ids, number, plan_of
from checkers.recipes.config_readers import Reached, Reader
from checkers.recipes.config_values import FLAG, Value, config_of, roots, values
from checkers.recipes.quiet import quiet, settling_bound
from checkers.result import Violation
from checkers.wording import moment, name_of, parent_of, stretch, token
from harness.history import History

Updates = dict[str, list[Value]]
"""By configuration each value that it had, once, in zxid order."""


def updates(history: History) -> Updates:
    """Return the values of all configurations, each with the first answer that tells of it.

    One of several znodes has a value when its flag is made. It counts as that of the last transaction on
    the others until then, so that who reads them without the flag has it as well.
    """
    tops = roots(history)
    parts = _parts(history.derive(values), tops)
    found: dict[str, dict[int, Value]] = {}
    for value in history.derive(values):
        config = config_of(value.path, tops)
        if config:
            others = parts.get(config, []) if value.path != config else []
            place = bisect_right(others, value.zxid)
            zxid = others[place - 1] if place else value.zxid
            first = found.setdefault(config, {}).setdefault(zxid, replace(value, zxid=zxid))
            if value.event.time < first.event.time:
                found[config][zxid] = replace(value, zxid=zxid)
    return {config: [rows[zxid] for zxid in sorted(rows)] for config, rows in found.items()}


def _parts(known: list[Value], tops: set[str]) -> dict[str, list[int]]:
    """Return the zxids of what was written to the znodes below each configuration, but to its flag."""
    found: dict[str, list[int]] = {}
    for value in known:
        config = parent_of(value.path)
        if parent_of(config) in tops and name_of(value.path) != FLAG:
            found.setdefault(config, []).append(value.zxid)
    return found


def acknowledged(history: History) -> dict[tuple[str, int], int]:
    """Return when (ns) writers were told of their values, by configuration and transaction."""
    tops = roots(history)
    named = ((config_of(value.path, tops), value) for value in history.derive(values) if value.acknowledged)
    return {(config, value.zxid): value.event.time for config, value in named if config}


def missed(history: History, everybody: list[Reader], known: Updates) -> tuple[list[Violation], int]:
    """Return a violation for each reader and configuration that did not come together, and the number judged.

    The clock of an update starts when somebody was told of it, when the quiet began, or when the reader
    had connected, whichever came last; it is judged where reader and quiet outlast the bound.
    """
    if plan_of(history) is None:
        return [], 0
    bound, judged, found = settling_bound(history), 0, []
    calm = quiet(history)
    for reader in everybody:
        for span in _common(reader.connected, calm):
            for config, rows in known.items():
                due = [(row, max(row.event.time, span.start) + bound) for row in rows]
                owed = [(row, by) for row, by in due if by <= span.end]
                judged += len(owed)
                reached = Reached.by(reader.applied.get(config, []))
                late = [(row, by) for row, by in owed if not reached.within(row.zxid, by)]
                if late:
                    found.append(_violation(history, reader, config, *late[-1], span))
    return found, judged


def _common(connected: list[Span], calm: list[Span]) -> list[Span]:
    both = [Span(max(a.start, b.start), min(a.end, b.end)) for a in connected for b in calm]
    return [span for span in both if span.start < span.end]


def _violation(
    history: History, reader: Reader, config: str, value: Value, due: int, span: Span
) -> Violation:
    used = [event for event in reader.applied.get(config, []) if event.time <= due]
    told = value.event
    had = f"still used the value of transaction {token(number(used[-1], 'zxid'))}" if used else "had no value"
    return Violation(
        kind="last-value-missed",
        sentence=(
            f"{reader.name} {had} for {config} at {moment(history, due)}, though the newer one of "
            f"transaction {token(value.zxid)} was known since {moment(history, told.time)}, and "
            f"{reader.name} was connected and undisturbed from {moment(history, span.start)} to "
            f"{moment(history, span.end)}; {stretch(settling_bound(history))} would have been enough."
        ),
        witness=tuple(sorted({told.index, *(event.index for event in used[-1:])})),
        time=due,
        until=span.end,
        nodes=(reader.node,),
        key=config,
        faults=fault_ids(history, due, span.end),
    )
