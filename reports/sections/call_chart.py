"""The calls around a break as bars, process by process, along the order of the events in their file."""

import msgspec

from checkers.result import Order, Step
from harness.history import History

MOST_STEPS = 8
"""How many of an order's last steps are drawn; more cannot be read."""

_MOST_NEXT = 6

WIDTH, ROW, LEFT = 1200.0, 30.0, 90.0
"""Width of the drawing, height of a process, width of its name."""

_CHARACTER = 7.2
"""Width of a character, at most."""


class Bar(msgspec.Struct, frozen=True):
    """One call. Places in units of the drawing."""

    x: float
    width: float
    y: float
    label: str
    title: str
    kind: str
    """`done` and its place in the order, `illegal`, or `open`: under way, and possible."""
    unanswered: bool


class CallChart(msgspec.Struct, frozen=True):
    """All of them."""

    height: float
    processes: list[tuple[str, float]]
    """Name and the middle of its row."""
    bars: list[Bar]
    left_out: int


def call_chart(order: Order, history: History) -> CallChart | None:
    """Draw the last steps of an order and what could have come next; None where there is nothing to draw."""
    steps = [(step, "done") for step in order.steps[-MOST_STEPS:]]
    steps += [(step, "illegal" if step.why else "open") for step in order.next[:_MOST_NEXT]]
    if not steps:
        return None
    number = order.skipped + len(order.steps) - sum(kind == "done" for _, kind in steps)
    edge = _edge(order, history)
    places = sorted({place for step, _ in steps for place in _ends(step, edge) if place < edge})
    rank = {place: n for n, place in enumerate(places)}
    rank[edge] = len(places)
    rows = {name: n for n, name in enumerate(sorted({step.process for step, _ in steps}, key=_natural))}
    each = (WIDTH - LEFT) / len(places)
    bars = []
    for n, (step, kind) in enumerate(steps, 1):
        begin, end = _ends(step, edge)
        place = f"{number + n}" if kind == "done" else "✗" if kind == "illegal" else "○"
        width = (rank[end] - rank[begin]) * each - 6
        whole = f"{place} {step.call}"
        bars.append(
            Bar(
                x=round(LEFT + rank[begin] * each, 1),
                width=round(width, 1),
                y=rows[step.process] * ROW,
                label=whole if len(whole) * _CHARACTER < width - 10 else place,
                title=f"{whole}: {step.why or f'{step.before} → {step.after}'}",
                kind=kind,
                unanswered=end == edge,
            )
        )
    return CallChart(
        height=len(rows) * ROW,
        processes=[(name, row * ROW + ROW / 2) for name, row in rows.items()],
        bars=bars,
        left_out=number + max(0, len(order.next) - _MOST_NEXT),
    )


def _edge(order: Order, history: History) -> int:
    """Return the place of the answer where the history breaks: nothing after it is drawn."""
    stuck = order.next[0] if order.next else order.steps[-1]
    return (stuck.complete if stuck.complete >= 0 else len(history)) + 1


def _ends(step: Step, edge: int) -> tuple[int, int]:
    end = step.complete if step.complete >= 0 else edge
    return min(step.invoke, edge - 1), min(end, edge)


def _natural(name: str) -> tuple[int, str]:
    return len(name), name
