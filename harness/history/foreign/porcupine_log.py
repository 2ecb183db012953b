"""Logs of Jepsen's runs against etcd, as porcupine's test data has them: one event a line, no times.

    INFO  jepsen.util - 3	:invoke	:cas	[1 2]

Process, type, operation and value; lines of other loggers are not of the history. A `:fail` of a cas is the
register's own answer: the value was another one. (Porcupine's other format, EDN maps with a key, is read
as EDN.)
"""

import re
from pathlib import Path

from harness.errors import HistoryError
from harness.history.foreign.edn import Keyword, Source, parse
from harness.history.foreign.edn_history import TYPES
from harness.history.foreign.source_events import SourceEvents
from harness.history.foreign.text import read_text

LINE = re.compile(r"INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(\S+)\s+:(\S+)\s+(.+)")
OTHER = re.compile(r"(?:TRACE|DEBUG|INFO|WARN|ERROR)\s+(?!jepsen\.util\s)\S+\s+-(?:\s.*)?")


def read_porcupine_log(path: Path) -> SourceEvents:
    """Read such a log; raises HistoryError with file, line and reason."""
    events = SourceEvents(str(path))
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or OTHER.fullmatch(line):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise events.refuse(number, "not of the form `INFO jepsen.util - PROCESS :TYPE :OPERATION VALUE`")
        process, kind, f, text = match.groups()
        if kind not in TYPES:
            raise events.refuse(number, f"the type is :{kind}, not one of :invoke, :ok, :fail and :info")
        try:
            values = parse(Source(text, ""))
        except HistoryError as error:
            raise events.refuse(number, f"the value {text!r} is no EDN") from error
        if len(values) != 1:
            raise events.refuse(number, f"{len(values)} values where one was due")
        value = values[0]
        reason = str(value) if isinstance(value, Keyword) and kind in {"fail", "info"} else ""
        events.add(number, type=kind, f=f, process=process, value=None if reason else value, error=reason)  # type: ignore[arg-type]
    return events
