"""What travels inside the page: JSON that points into one piece of compressed bytes, and the calls in it."""

import base64
import json
import re
import zlib
from collections import Counter
from io import BytesIO
from typing import Any

import msgspec
import pytest

from checkers.result import Results, Verdict
from harness.history import Event, History
from reports.html import render
from reports.model import ReportModel, report_model
from reports.timeline.lanes import lane_name
from reports.timeline.packing import Column, unpack
from reports.timeline.thinning import chosen_calls
from tests.simulation.big import BigRun, Size
from tests.unit.sample_history import sample_run

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028"


def simulated(operations: int) -> History:
    out = BytesIO()
    BigRun(Size(operations=operations, unknown=0.01), out).write()
    return History(msgspec.json.Decoder(Event).decode_lines(out.getvalue()))


def unjudged(history: History) -> ReportModel:
    results = Results(
        run="r", scenario="s", seed=1, verdict=Verdict.UNKNOWN, sentence="x", results=(), events=0
    )
    return report_model(history, results)


def inside(html: str, name: str) -> str:
    found = re.search(rf'<script type="[^"]+" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_page_holds_every_column_and_string() -> None:
    history = simulated(500)
    model = unjudged(history)
    html = render(model)
    data: dict[str, Any] = json.loads(inside(html, "data"))
    store = zlib.decompress(base64.b64decode(inside(html, "packed"), validate=True))

    def bytes_at(place: list[int]) -> bytes:
        return store[place[0] : place[0] + place[1]]

    def column(told: dict[str, Any]) -> list[int]:
        numbers: list[int] = unpack(Column(**told | {"planes": bytes_at(told["planes"])})).tolist()
        return numbers

    strings, place = [], 0
    text = bytes_at(data["timeline"]["strings"]["utf8"])
    for length in column(data["timeline"]["strings"]["lengths"]):
        strings.append(text[place : place + length].decode())
        place += length
    assert strings == model.timeline.strings
    for lane, told in zip(model.timeline.lanes, data["timeline"]["lanes"], strict=True):
        for name in lane.operations.__struct_fields__:
            assert column(told["operations"][name]) == unpack(getattr(lane.operations, name)).tolist()
    lag = data["timeline"]["lag"]["servers"]
    assert [column(server["behind"]) for server in lag] == [
        unpack(server.behind).tolist() for server in model.timeline.lag.servers
    ]


def test_hostile_strings_travel_where_no_browser_reads_them_as_markup() -> None:
    history, _ = sample_run(rate=0.4)
    rows = [
        msgspec.structs.replace(e, key=HOSTILE, error=HOSTILE) if e.type != "event" else e
        for e in history.events
    ]
    model = unjudged(History(rows))
    assert HOSTILE in model.timeline.strings
    packed = inside(render(model), "packed")
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed)


def test_every_call_is_in_the_lane_of_its_event() -> None:
    history = simulated(1500)
    wanted = Counter(lane_name(operation.invoke) for operation in history.operations)
    lanes = unjudged(history).timeline.lanes
    assert {lane.name: lane.operations.i.count for lane in lanes if lane.operations.i.count} == wanted
    for lane in lanes:
        calls = unpack(lane.operations.i).tolist()
        assert {lane_name(history.events[index]) for index in calls} <= {lane.name}


def test_sessions_are_at_servers_with_names() -> None:
    lanes = unjudged(simulated(300)).timeline.lanes
    told = {span.server for lane in lanes for span in lane.sessions if span.state == "connected"}
    assert told == {"zk1", "zk2", "zk3"}


def test_a_shortened_timeline_is_announced_and_the_tables_count_all(monkeypatch: pytest.MonkeyPatch) -> None:
    history = simulated(2000)
    assert not any("the timeline" in note for note in unjudged(history).notes)
    monkeypatch.setattr("reports.model.chosen_calls", lambda outcomes: chosen_calls(outcomes, 300))
    model = unjudged(history)
    count = len(history.calls)
    assert any(
        note.startswith(f"Of {count:,} calls the timeline") and "show 300," in note for note in model.notes
    )
    assert (model.timeline.shown, model.timeline.calls, model.facts.operations) == (300, count, count)
    assert sum(lane.operations.i.count for lane in model.timeline.lanes) == 300
    rate = model.timeline.rate
    assert sum(rate.ok) + sum(rate.fail) + sum(rate.info) == count
    assert sum(row.calls for row in model.operations) == count
