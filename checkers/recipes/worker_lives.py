"""The lives of an auto-healer's workers: which slot each worked for, and from when to when."""

from dataclasses import dataclass

from checkers.context import in_time, life_of, number, program_ends, told
from harness.history import Event, History


@dataclass(frozen=True, slots=True)
class WorkerLife:
    """One worker from its start to its end (ns)."""

    slot: int
    generation: int
    node: str
    start: int
    end: int
    began: int
    """Index of the event that told of its start."""
    ended: int | None
    """Index of the event that told of its end, or of its node's; None where nothing did."""


def worker_lives(history: History) -> list[WorkerLife]:
    """Return the life of every worker that said that it has started, in order of its start.

    It lasts until its agent says that the process has ended, or until the node's program does, with which
    everything on the node ends. One of which nothing says so lives to the end of the history.
    """
    begun, ends = _told(history)
    deaths = _ends_of_programs(history)
    return [
        _life(event, ends.get(event.index) or deaths.get(life_of(event.process)), history.end)
        for event in begun
    ]


def _told(history: History) -> tuple[list[Event], dict[int, Event]]:
    """Return the starts in order of time, and by their indexes the ends that were told of them.

    One worker may be started again after its end. An end that was told before the start is that of its start.
    """
    begun: list[Event] = []
    ends: dict[int, Event] = {}
    alive: dict[tuple[str, int, int], list[Event]] = {}
    early: dict[tuple[str, int, int], Event] = {}
    for event in in_time(history.select("started", "ended", type="event")):
        worker = _identity(event)
        if event.f == "ended":
            if worker in alive:
                ends |= {start.index: event for start in alive.pop(worker)}
            else:
                early[worker] = event
        elif isinstance(told(event, "slot"), int):
            begun.append(event)
            if worker in early:
                ends[event.index] = early.pop(worker)
            else:
                alive.setdefault(worker, []).append(event)
    return begun, ends


def _life(event: Event, end: Event | None, last: int) -> WorkerLife:
    return WorkerLife(
        slot=number(event, "slot"),
        generation=number(event, "generation"),
        node=event.node,
        start=event.time,
        end=max(end.time if end else last, event.time),
        began=event.index,
        ended=end.index if end else None,
    )


def _identity(event: Event) -> tuple[str, int, int]:
    return life_of(event.process), number(event, "slot"), number(event, "generation")


def _ends_of_programs(history: History) -> dict[str, Event]:
    """Return by life of a node (`app1/2`) the event that tells of its program's end."""
    return {f"{event.node}/{number(event, 'life')}": event for event in history.derive(program_ends)}
