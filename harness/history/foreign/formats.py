"""Any history that can be checked against a model, by what its file looks like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HistoryError
from harness.history.foreign.edn_history import read_edn
from harness.history.foreign.porcupine_log import read_porcupine_log
from harness.history.history import History
from harness.history.reader import read_history

LOG = re.compile(r"\s*(?:TRACE|DEBUG|INFO|WARN|ERROR)\s")
JSON = re.compile(r'\s*\{\s*"')


@dataclass(frozen=True, slots=True)
class Foreign:
    """A history, and what its format leaves to be said."""

    history: History
    lines: Sequence[int]
    """[index of an event]: the line it came from."""
    refusals: bool = False
    """Whether a failed cas was refused by the register itself and did not only never happen."""
    recorded: bool = False
    """Whether it is zkchaos's own: other calls than those of the model are expected in it."""


def read_any(path: Path, *, independent: bool = False) -> Foreign:
    """Read Jepsen's EDN, porcupine's logs or zkchaos's history.jsonl; raises HistoryError.

    `independent`: values are pairs [key value].
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            head = file.read(200)
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}.") from error
    if path.suffix == ".jsonl" or JSON.match(head):
        history = read_history(path)
        return Foreign(history, range(1, len(history) + 1), recorded=True)
    log = LOG.match(head) is not None
    read = read_porcupine_log(path) if log else read_edn(path, independent=independent)
    if not read.events:
        raise HistoryError(f"{path} holds no events; name a history.")
    return Foreign(History(read.events, name=str(path)), read.lines, refusals=log)
