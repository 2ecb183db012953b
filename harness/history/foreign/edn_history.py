"""Jepsen's histories: a vector or list of maps, or maps one after the other."""

from pathlib import Path
from typing import Any, cast, get_args

from harness.event import Type
from harness.history.foreign.edn import Map, Source, parse
from harness.history.foreign.source_events import SourceEvents
from harness.history.foreign.text import read_text

FIELDS = frozenset({"process", "type", "f", "value", "key", "time", "index", "error", "exception", "node"})
TYPES = frozenset(get_args(Type)) - {"event"}


def read_edn(path: Path, *, independent: bool = False) -> SourceEvents:
    """Read a history in EDN.

    With `independent` every value is a pair [key value], as Jepsen's independent tests have them. What
    the nemesis does becomes events that nobody invoked. Raises HistoryError with file, line and reason.
    """
    source = Source(read_text(path), str(path))
    forms = parse(source)
    if len(forms) == 1 and isinstance(forms[0], list):
        forms = forms[0]
    events = SourceEvents(str(path))
    numbers: dict[int, int] = {}
    line = 1
    for form in forms:
        if not isinstance(form, Map):
            raise events.refuse(line, f"the operation after this line is {form!r}, not a map")
        line = source.line(form.offset)
        number = form.get("index")
        if number is not None:
            if not isinstance(number, int) or isinstance(number, bool):
                raise events.refuse(line, f"the index is {number!r}, not a number")
            if number in numbers:
                raise events.refuse(line, f"index {number} twice, first in line {numbers[number]}")
            numbers[number] = line
        _add(events, form, line, independent=independent)
    return events


def _add(events: SourceEvents, form: Map, line: int, *, independent: bool) -> None:
    kind, f, process = (form.get(name) for name in ("type", "f", "process"))
    if kind not in TYPES:
        raise events.refuse(line, f"the type is {kind!r}, not one of :invoke, :ok, :fail and :info")
    if not isinstance(f, str) or not f:
        raise events.refuse(line, f"the :f is {f!r}, not a name")
    time = form.get("time")
    if time is not None and (not isinstance(time, int) or isinstance(time, bool)):
        raise events.refuse(line, f"the time is {time!r}, not a whole number of nanoseconds")
    if isinstance(process, str) and not process.isdigit():
        # Jepsen's nemesis, and whoever else is no client, says :info before and after.
        if kind == "info" and not events.waits(process):
            kind = "event"
    elif not isinstance(process, int) or isinstance(process, bool):
        raise events.refuse(line, f"the process is {process!r}, neither a number nor a keyword")
    if kind != "event":
        for name in form:
            if name not in FIELDS:
                known = ", :".join(sorted(FIELDS))
                raise events.refuse(line, f"the field :{name} is unknown; known are :{known}")
    key, value = form.get("key"), form.get("value")
    if independent and kind != "event":
        if not isinstance(value, list) or len(value) != 2:
            raise events.refuse(line, f"the value is {value!r}, not a pair [key value] as --independent says")
        key, value = value
    events.add(
        line,
        type=cast("Type", kind),
        f=str(f),
        process=str(process),
        time=time,
        key="" if key is None else str(key),
        value=value,
        error=_words(form.get("error")),
    )


def _words(error: Any) -> str:
    return "" if error is None else str(error) if isinstance(error, str) else repr(error)
