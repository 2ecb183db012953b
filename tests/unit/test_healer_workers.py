"""Processes of an auto-healer's workers: what they print is out when they go on, and their end is told."""

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from harness.app_calls import AppCalls
from harness.client import Cast, Line, NodePlan
from tests.unit.a_node_plan import a_node_plan
from workloads.healer.child import Child
from workloads.healer.process import WORKERS
from workloads.healer.relay import END, END_OF_BATCH, TAKEN, Relayed
from workloads.healer.slots import Slot
from workloads.healer.worker import LOST, REFUSED
from workloads.healer.workload import HEALER

WITHIN = 10.0

SESSION = b'{"time":1,"type":"event","f":"session","session":7,"conn":1,"value":{"state":"%s"}}\n'

CALL = b'{"time":2,"type":"invoke","f":"work","process":1,"key":"/healer/work/3"}\n'

ANSWER = b'{"time":3,"type":"ok","f":"work","process":1,"key":"/healer/work/3","zxid":9}\n'


def node_plan() -> NodePlan:
    return a_node_plan("healer", "fenced", "127.0.0.1:1", HEALER.params)


@contextmanager
def child(
    monkeypatch: pytest.MonkeyPatch, *batches: bytes, code: int, last: str = ""
) -> Iterator[list[Line]]:
    """Run a stand-in for a worker that prints batches, and give what its node tells when it has ended."""
    says = "".join(f"out({batch!r});" for batch in batches)
    script = (
        "import os\n"
        f"def out(batch): os.write(1, batch + {END_OF_BATCH!r}); assert os.read(0, 1) == {TAKEN!r}\n"
        f"{says}\n{last}\nos._exit({code})"
    )

    def start(self: Child, plan: NodePlan) -> Any:
        return subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(Child, "_start", start)
    out = io.BytesIO()
    program = Cast(node_plan(), out, [])
    taken = [next(program.numbers), next(program.numbers)]
    assert taken == [1, 2]
    worker = Child(program, Slot(3, 5, "app1-a"), token=77)
    worker.end(WITHIN)
    program.close()
    yield [msgspec.json.decode(line, type=Line) for line in out.getvalue().splitlines()]


def test_lines_become_the_nodes_own_under_numbers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with child(monkeypatch, SESSION % b"connected", CALL, ANSWER, SESSION % b"closed", code=0) as lines:
        calls = AppCalls()
        assert [calls.take(line) for line in lines] == [""] * 5
        assert [(line.f, line.type, line.process) for line in lines] == [
            ("session", "event", 0),
            ("work", "invoke", 3),
            ("work", "ok", 3),
            ("session", "event", 0),
            ("ended", "event", 0),
        ]
        assert [line.time for line in lines[:4]] == [1, 2, 3, 1]
        assert (lines[1].key, lines[2].zxid, lines[0].session) == ("/healer/work/3", 9, 7)
        told = {"slot": 3, "generation": 5, "token": 77, "why": "stopping"}
        assert (lines[4].key, lines[4].value) == ("/healer/slots/3", told)


def test_what_a_dead_worker_left_open_is_unknown_and_its_session_abandoned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with child(monkeypatch, SESSION % b"connected" + CALL, code=1) as lines:
        assert [(line.f, line.type, line.process) for line in lines] == [
            ("session", "event", 0),
            ("work", "invoke", 3),
            ("work", "info", 3),
            ("session", "event", 0),
            ("ended", "event", 0),
        ]
        assert lines[2].error == "worker died"
        assert (lines[3].value, lines[3].session) == ({"state": "abandoned"}, 7)
        assert lines[4].value["why"] == "died"


def test_a_worker_that_listens_no_more_is_buried_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    last = f"os.close(0); os.write(1, {SESSION % b'lost' + END_OF_BATCH!r})"
    with child(monkeypatch, code=1, last=last) as lines:
        assert [(line.f, line.value.get("why")) for line in lines] == [("session", None), ("ended", "died")]


@pytest.mark.parametrize(("code", "why"), [(REFUSED, "refused"), (LOST, "lost"), (-9, "died")])
def test_the_exit_code_says_why(monkeypatch: pytest.MonkeyPatch, code: int, why: str) -> None:
    with child(monkeypatch, SESSION % b"lost", code=code % 256) as lines:
        assert [line.f for line in lines] == ["session", "ended"]
        assert lines[1].value["why"] == why


def test_a_batch_is_out_when_the_agent_says_so() -> None:
    commands, agent = os.pipe()
    lines = io.BytesIO()
    ended = threading.Event()
    relayed = Relayed(commands, lines)
    relayed.obey(ended.set)
    relayed.write(CALL)
    flushed = threading.Event()
    thread = threading.Thread(target=lambda: (relayed.flush(), flushed.set()))
    thread.start()
    assert not flushed.wait(0.05)
    assert lines.getvalue() == CALL + END_OF_BATCH
    os.write(agent, TAKEN)
    assert flushed.wait(WITHIN)
    os.write(agent, END)
    assert ended.wait(WITHIN)
    thread.join()
    os.close(agent)


def test_every_variant_has_its_worker() -> None:
    assert set(WORKERS) == set(HEALER.variants)
