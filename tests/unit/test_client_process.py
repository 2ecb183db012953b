"""Logical processes and the recorder: every call told before it is made, every answer for what it was."""

import io
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from harness.client import Line, NotSent, Operation, Process, Recorder, RecordingClient, Refused, Unanswered
from harness.client.operation import delete, exists, set_data
from tests.unit.fake_zookeeper import CLOSE, Action, FakeZooKeeper, Reply, Request, stat, string_at

WITHIN = 5.0


class Script:
    """A process on a fake server which answers by path, and the lines that came out."""

    def __init__(self, server: FakeZooKeeper, client: RecordingClient):
        self.server = server
        self.out = io.BytesIO()
        self.recorder = Recorder(self.out)
        self.client = client
        self.process = Process(client, self.recorder, itertools.count(1))

    def lines(self) -> list[Line]:
        self.recorder.close()
        return [msgspec.json.decode(text, type=Line) for text in self.out.getvalue().splitlines()]


def by_path(request: Request) -> Action:
    if request.type == CLOSE:
        return Reply(99)
    actions: dict[str, Action] = {
        "/ok": Reply(0x10, stat(version=3)),
        "/refused": Reply(0x11, err=-103),
        "/nowhere": Reply(-1, stat()),
        "/dropped": "drop",
        "/silent": "hang",
    }
    return actions[string_at(request.body)]


@contextmanager
def scripted() -> Iterator[Script]:
    with FakeZooKeeper(by_path) as server:
        client = RecordingClient(hosts=server.address, timeout=4.0)
        client.start(timeout=WITHIN)
        script = Script(server, client)
        try:
            yield script
        finally:
            server.release()
            client.stop()
            client.close()
            script.recorder.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def write(path: str) -> Operation:
    return set_data(path, b"")


def told(line: Line) -> tuple[str, str, int, str]:
    return line.type, line.key, line.process, line.error


def test_an_answer_is_recorded_with_its_header() -> None:
    with scripted() as script:
        answer = script.process.call(set_data("/ok", b"app1/1-7", 2), within=WITHIN)
        call, ok = script.lines()
        assert told(call) == ("invoke", "/ok", 1, "")
        assert (call.f, call.zxid, call.xid) == ("set", 0, 0)
        assert call.value == {"data": "app1/1-7", "version": 2}
        assert told(ok) == ("ok", "/ok", 1, "")
        assert (ok.f, ok.value, ok.zxid, ok.xid, ok.conn) == ("set", None, 0x10, 1, 1)
        assert ok.stat is not None
        assert (ok.stat.version, ok.wire) == (3, 1)
        assert call.time <= ok.sent <= ok.received == ok.time
        assert (ok.server, ok.session) == (script.client.server, script.client.session)
        assert answer.reply.zxid == 0x10


def test_a_refusal_is_a_fail_with_its_zxid_and_the_process_goes_on() -> None:
    with scripted() as script:
        with pytest.raises(Refused):
            script.process.call(write("/refused"), within=WITHIN)
        script.process.call(write("/ok"), within=WITHIN)
        _, fail, again, _ = script.lines()
        assert told(fail) == ("fail", "/refused", 1, "BadVersionError")
        assert (fail.zxid, fail.value) == (0x11, None)
        assert again.process == 1


@pytest.mark.parametrize(("path", "within"), [("/dropped", WITHIN), ("/silent", 0.1)])
def test_an_unknown_outcome_is_an_info_and_retires_the_process(path: str, within: float) -> None:
    with scripted() as script:
        with pytest.raises(Unanswered):
            script.process.call(write(path), within=within)
        script.server.release()
        until(lambda: script.client.connected and script.client.connection_number == 2)
        script.process.call(write("/ok"), within=WITHIN)
        lines = script.lines()
        assert [(line.type, line.process) for line in lines] == [
            ("invoke", 1),
            ("info", 1),
            ("invoke", 2),
            ("ok", 2),
        ]
        assert (lines[1].zxid, lines[1].wire, lines[1].received) == (0, 0, 0)
        assert (lines[1].xid, lines[1].conn, lines[1].server) == (1, 1, script.server.address)
        assert lines[0].time <= lines[1].sent <= lines[1].time
        assert lines[1].session == script.server.requests[0].session
        assert lines[1].error in {"ConnectionLoss", "no answer within 0.1 s"}


def test_what_was_never_sent_is_a_fail_without_a_zxid_and_the_process_goes_on() -> None:
    with scripted() as script:
        script.client.stop()
        for _ in range(2):
            with pytest.raises(NotSent):
                script.process.call(delete("/ok"), within=WITHIN)
        lines = script.lines()
        assert [told(line) for line in lines] == [
            ("invoke", "/ok", 1, ""),
            ("fail", "/ok", 1, "not sent: ConnectionClosedError"),
        ] * 2
        assert [line.zxid for line in lines] == [0] * 4


def test_a_header_without_a_zxid_is_recorded_as_none() -> None:
    with scripted() as script:
        script.process.call(exists("/nowhere"), within=WITHIN)
        assert script.lines()[1].zxid == 0


def test_processes_of_one_client_share_one_row_of_numbers() -> None:
    with scripted() as script:
        numbers = itertools.count(5)
        one = Process(script.client, script.recorder, numbers)
        two = Process(script.client, script.recorder, numbers)
        with pytest.raises(Unanswered):
            one.call(write("/silent"), within=0.05)
        assert (one.number, two.number) == (7, 6)


def test_calls_and_events_are_out_at_once_and_answers_soon() -> None:
    out = io.BytesIO()
    recorder = Recorder(out)
    recorder.record("invoke", "a", process=1)
    assert out.getvalue().count(b"\n") == 1
    recorder.event("b")
    assert out.getvalue().count(b"\n") == 2
    recorder.record("ok", "a", process=1)
    until(lambda: out.getvalue().count(b"\n") == 3)
    recorder.close()


def test_what_waits_is_out_when_the_recorder_is_closed_and_later_lines_at_once() -> None:
    out = io.BytesIO()
    recorder = Recorder(out, clock=lambda: 5)
    recorder.record("ok", "a", at=3)
    recorder.close()
    recorder.record("ok", "b")
    lines = [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]
    assert [(line.f, line.time) for line in lines] == [("a", 3), ("b", 5)]


def test_lines_of_many_threads_come_out_whole_and_each_thread_s_in_order() -> None:
    out = io.BytesIO()
    recorder = Recorder(out)

    def work(number: int) -> None:
        for turn in range(200):
            recorder.record("ok" if turn % 3 else "invoke", "x", process=number, value=turn)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    lines = [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]
    assert len(lines) == 1200
    for number in range(6):
        assert [line.value for line in lines if line.process == number] == list(range(200))
