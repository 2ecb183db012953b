"""Reading a history file: every line is checked, and what is wrong is told with file, line and reason."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from harness.errors import HistoryError
from harness.history.event import COMPLETIONS, Event
from harness.history.history import History


def read_history(path: Path) -> History:
    """Read a JSON-lines history.

    A torn last line (the writer was killed in the middle of it) is left out, and told in `History.torn`.
    Raises HistoryError for a file that cannot be read or that is not a history.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}.") from error
    decoder = msgspec.json.Decoder(Event)
    events: list[Event] = []
    torn = ""
    outstanding: dict[str, Event] = {}
    for number, line, whole in _lines(data):
        try:
            event = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not whole:
                torn = f"line {number} was torn off in the middle and is left out"
                break
            raise HistoryError(f"{path}, line {number}: not an event of a history ({error}).") from error
        if event.index != len(events):
            raise HistoryError(
                f"{path}, line {number}: index {event.index} where {len(events)} was due; "
                "lines were lost, doubled or moved."
            )
        _check_pairing(event, outstanding, f"{path}, line {number}")
        events.append(event)
    if torn and not events:
        raise HistoryError(f"{path}: its only line was torn off in the middle; nothing can be judged.")
    if not events:
        raise HistoryError(f"{path} holds no events; name the directory of a run.")
    return History(events, torn=torn, name=str(path))


def _lines(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (line number from 1, line, ended with a newline)."""
    number = 0
    start = 0
    while start < len(data):
        number += 1
        end = data.find(b"\n", start)
        if end < 0:
            yield number, data[start:], False
            return
        yield number, data[start:end], True
        start = end + 1


def _check_pairing(event: Event, outstanding: dict[str, Event], where: str) -> None:
    if event.type == "invoke":
        before = outstanding.get(event.process)
        if before is not None:
            raise HistoryError(
                f"{where}: process {event.process} invokes {event.f} while its {before.f} "
                f"of line {before.index + 1} is outstanding."
            )
        outstanding[event.process] = event
    elif event.type in COMPLETIONS:
        invoke = outstanding.pop(event.process, None)
        if invoke is None:
            raise HistoryError(
                f"{where}: process {event.process} completes {event.f}, which it did not invoke."
            )
        if invoke.f != event.f:
            raise HistoryError(
                f"{where}: process {event.process} completes {event.f} but its open call is {invoke.f}."
            )
        if event.time < invoke.time:
            raise HistoryError(f"{where}: the answer is older than its call; the times go back.")
