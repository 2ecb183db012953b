"""Conditions: what a step may wait for once its time has come, such as another leader or so many writes."""

from collections.abc import Callable

from harness.board import Snapshot
from harness.errors import ZkchaosError

Condition = Callable[[Snapshot, Snapshot], bool]
"""Tells from what is known now, and what was when the lane's last step began, whether the wait is over."""

WAITS: dict[str, Condition] = {
    "leader-changed": lambda now, then: now.epoch > then.epoch,
    "holder-changed": lambda now, then: now.leaderships > then.leaderships,
    "all-serving": lambda now, _then: not {"down", "looking"} & set(now.server_modes.values()),
    "all-healed": lambda now, _then: not now.active,
}
"""Conditions by name; `writes:N` (of the whole workload) and `more-writes:N` come on top."""

COUNTED: dict[str, Callable[[Snapshot, Snapshot, int], bool]] = {
    "writes": lambda now, _then, number: now.writes >= number,
    "more-writes": lambda now, then, number: now.writes - then.writes >= number,
}


def condition(text: str) -> Condition:
    """Look a condition up; an empty text is one that always holds.

    Raises ZkchaosError that lists what there is.
    """
    if not text:
        return lambda _now, _then: True
    if text in WAITS:
        return WAITS[text]
    name, _, number = text.partition(":")
    if name in COUNTED and number.isascii() and number.isdigit():
        return lambda now, then: COUNTED[name](now, then, int(number))
    raise ZkchaosError(
        f"there is no condition {text!r}; choose from: {', '.join(WAITS)}, writes:NUMBER, more-writes:NUMBER."
    )
