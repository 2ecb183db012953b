"""Violations and histories by hand, for the tests of stories."""

from typing import Any

from checkers.result import Violation
from harness.history import History
from reports.story import Moment
from tests.unit.sample_history import Script


def seen(history: History, *witness: int, **fields: Any) -> Violation:
    events = [history.events[index] for index in witness]
    told: dict[str, Any] = {
        "kind": "believed-overlap", "sentence": "It broke.", "witness": witness, "time": events[-1].time,
        "until": events[-1].time, "nodes": tuple({event.node: None for event in events}),
    }  # fmt: skip
    return Violation(**told | fields)


def sentences(moments: list[Moment]) -> list[str]:
    return [moment.sentence for moment in moments]


def calls() -> Script:
    script = Script()
    script.say(0, "environment", value={"servers": {"zk1": "10.0.0.2"}})
    return script
