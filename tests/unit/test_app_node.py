"""App nodes: what their programs print, merged into one readable history, whatever they print."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import app_node
from harness.client import Line, NodePlan
from harness.errors import SetupError
from harness.history import Event
from harness.sdk import Vanished
from tests.unit.fake_pod import Life, Played


def line(type: str, f: str, process: int = 1, time: int = 10, **fields: Any) -> bytes:  # noqa: A002
    fields |= {"time": time, "type": type, "f": f, "process": process}
    return msgspec.json.encode(fields) + b"\n"


INVOKE, OK = line("invoke", "work", value={"n": 1}), line("ok", "work", time=20, zxid=7, session=3)
AGAIN = line("invoke", "work", time=30)
SESSION = line("event", "session", 0, value={"state": "connected"}, session=3)


def said(played: Played) -> list[Event]:
    """The events of the program itself."""
    return [event for event in played.history() if event.process != "harness"]


def notes(played: Played) -> list[tuple[str, int]]:
    return [(e.value["state"], e.value["life"]) for e in played.history() if e.f == "node"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("app") / "history.jsonl"


def test_a_life_is_told_under_its_node_s_name(path: Path) -> None:
    played = Played(path, [Life([SESSION + INVOKE + OK], until_killed=True)])
    played.live()
    session, call, answer = said(played)
    assert (session.process, call.process, answer.process) == ("app1/1.0", "app1/1.1", "app1/1.1")
    assert {event.node for event in (session, call, answer)} == {"app1"}
    assert (call.time, call.value, answer.zxid, answer.session) == (10, {"n": 1}, 7, 3)
    assert played.app.sessions == 1
    assert played.troubles == []


def test_each_life_has_processes_of_its_own(path: Path) -> None:
    lives = [Life([INVOKE + OK], until_killed=True), Life([INVOKE, OK + SESSION], until_killed=True)]
    played = Played(path, lives)
    played.live(2)
    assert [event.process for event in said(played)] == ["app1/1.1"] * 2 + ["app1/2.1"] * 2 + ["app1/2.0"]
    assert notes(played) == [("started", 1), ("stopped", 1), ("started", 2), ("stopped", 2)]
    assert played.troubles == []


@given(st.lists(st.lists(st.integers(0, 6), max_size=8), min_size=1, max_size=3), st.data())
def test_no_line_is_lost_or_doubled_wherever_the_stream_is_cut(
    scratch: Path, lives: list[list[int]], data: st.DataObject
) -> None:
    played_lives = []
    for values in lives:
        text = b"".join(line("event", "é\u2028", value=value) for value in values)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
        ends = [0, *cuts, len(text)]
        chunks = [text[begin:end] for begin, end in pairwise(ends)]
        played_lives.append(Life(chunks, until_killed=True))
    played = Played(scratch, played_lives)
    played.live(len(lives))
    assert [(e.process, e.value) for e in said(played)] == [
        (f"app1/{life}.1", value) for life, values in enumerate(lives, start=1) for value in values
    ]
    assert played.troubles == []


def test_what_a_dead_program_left_open_is_closed_as_unknown(path: Path) -> None:
    other = line("invoke", "children", 4)
    played = Played(path, [Life([INVOKE, OK, AGAIN, other], until_killed=True, exit_code=137), Life()])
    played.live()
    _, _, _, _, first, second = said(played)
    assert [(e.type, e.f, e.process, e.error) for e in (first, second)] == [
        ("info", "work", "app1/1.1", "process died"),
        ("info", "children", "app1/1.4", "process died"),
    ]
    assert notes(played) == [("started", 1), ("died", 1)]
    assert played.troubles == []


@pytest.mark.parametrize("printed", range(0, len(INVOKE + OK + AGAIN) + 1, 7))
def test_what_a_dead_program_noted_and_did_not_print_is_read_from_its_journal(
    path: Path, printed: int
) -> None:
    noted = INVOKE + OK + AGAIN
    life = Life([noted[:printed]], until_killed=True, exit_code=137, journal=noted)
    played = Played(path, [life, Life([INVOKE, OK], until_killed=True)])
    played.live(2)
    first = [e.type for e in said(played) if e.process == "app1/1.1"]
    second = [e.type for e in said(played) if e.process == "app1/2.1"]
    assert first == ["invoke", "ok", "invoke", "info"]
    assert second == ["invoke", "ok"]
    assert played.troubles == []


def test_no_answer_is_older_than_its_call_even_where_a_program_s_clock_is_ahead(path: Path) -> None:
    ahead = line("invoke", "work", time=10**15)
    played = Played(path, [Life([ahead], until_killed=True)], now=lambda: 50)
    played.live()
    (operation,) = played.history().operations
    assert (operation.outcome, operation.latency) == ("info", 0)


def test_a_line_that_death_cut_off_is_left_out(path: Path) -> None:
    played = Played(path, [Life([INVOKE, OK[:-5]], until_killed=True), Life([OK[-5:] + SESSION])])
    played.live()
    assert [event.type for event in said(played)] == ["invoke", "info"]
    assert played.troubles == []


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        (b"Traceback (most recent call last):\n", "app1 printed a line that is no event ("),
        (b"{}\n", "app1 printed a line that is no event (Object missing required field"),
        (line("event", "x", colour=1), "app1 printed a line that is no event (Object contains unknown field"),
        (b'{"time":1,"type":"event","f":"\xff"}\n', "app1 printed a line that is no event ("),
        (b'{"time":1,"type":"event","f":"x","value":' + b"[" * 9999 + b"\n", "app1 printed a line that is"),
        (INVOKE + INVOKE, "app1 invoked work while work of its process 1 was outstanding."),
        (OK, "app1 completed a call of work that its process 1 had not invoked."),
        (INVOKE + OK + OK, "app1 completed a call of work that its process 1 had not invoked."),
        (
            INVOKE + line("ok", "exists", time=20),
            "app1 completed a call of exists that its process 1 had not invoked.",
        ),
        (INVOKE + line("ok", "work", time=9), "app1 gave the answer to work an earlier time than the call."),
        (
            INVOKE + OK + line("invoke", "work", time=19),
            "app1 gave the call of work an earlier time than the last answer of its process 1.",
        ),
        (
            INVOKE + line("info", "work", time=20) + AGAIN,
            "app1 invoked work in its process 1, which an unknown outcome had retired.",
        ),
    ],
)
def test_what_does_not_belong_into_a_history_is_trouble(path: Path, text: bytes, trouble: str) -> None:
    played = Played(path, [Life([text + SESSION], until_killed=True)])
    played.live()
    (sentence,) = played.troubles
    assert sentence.startswith(trouble)
    assert "\n" not in sentence
    assert len(sentence) < 400
    # It goes on with the next line, and the file is readable.
    assert "session" in {event.f for event in said(played)}


def test_empty_lines_are_nothing(path: Path) -> None:
    played = Played(path, [Life([b"\n \n" + SESSION + b"\r\n"], until_killed=True)])
    played.live()
    assert len(said(played)) == 1
    assert played.troubles == []


times = st.integers(-5, 30) | st.integers(-(2**63), 2**64)
lines = st.builds(
    lambda **fields: msgspec.json.encode(fields) + b"\n",
    time=times,
    type=st.sampled_from(["invoke", "ok", "fail", "info", "event"]),
    f=st.sampled_from(["work", "session", "leader", "inject"]),
    process=st.integers(0, 2),
    value=st.none() | st.just({"state": "connected"}) | st.integers(-(2**70), 2**70) | st.text(max_size=3),
)


@given(st.lists(st.lists(lines | st.binary(max_size=12), max_size=12), min_size=1, max_size=3))
def test_whatever_programs_print_the_history_is_readable_and_nothing_is_silent(
    scratch: Path, outputs: list[list[bytes]]
) -> None:
    played = Played(scratch, [Life(output, until_killed=True) for output in outputs])
    played.live(len(outputs))
    history = played.history()
    assert history.torn == ""
    for operation in history.operations:
        assert operation.complete is not None
        assert operation.invoke.process == operation.complete.process
    decodable = 0
    for output in outputs:
        for text in b"".join(output).split(b"\n")[:-1]:
            try:
                msgspec.json.decode(text, type=Line)
                decodable += 1
            except (msgspec.DecodeError, UnicodeDecodeError):
                decodable += bool(text.strip())
    taken = [e for e in history if e.process != "harness" and e.error != "process died"]
    assert len(taken) + len(played.troubles) == decodable


@pytest.mark.parametrize(
    ("life", "trouble"),
    [
        (Life(exit_code=1, errors=b"Traceback\n  ...\nKeyError: 'x'\n"), "exit code 1: KeyError: 'x'"),
        (Life(exit_code=0), "exit code 0: no word"),
        (Life(exit_code=137), "exit code 137: no word"),
    ],
)
def test_a_program_that_ends_by_itself_is_trouble(path: Path, life: Life, trouble: str) -> None:
    played = Played(path, [life])
    played.live()
    assert played.troubles == [f"app1 ended by itself with {trouble}"]
    assert notes(played)[-1] == ("died" if life.exit_code else "stopped", 1)


def test_a_program_that_is_asked_to_stop_ends_in_good_order(path: Path) -> None:
    played = Played(path, [Life([SESSION], until_killed=True)])
    played.app.start()
    assert played.app.streaming
    assert not played.app.join(0.01)
    played.app.ask_to_stop()
    assert played.app.join(10)
    assert not played.app.streaming
    assert played.pod.process.signals == ["SIGTERM"]
    assert notes(played) == [("started", 1), ("stopped", 1)]
    assert played.troubles == []


def test_a_container_that_was_removed_is_the_end_of_the_run_and_no_trouble(path: Path) -> None:
    played = Played(path, [Life([SESSION], breaks=Vanished("cannot follow: gone"))])
    played.live()
    assert played.troubles == []
    assert [event.f for event in said(played)] == ["session"]


def test_a_stream_that_breaks_is_trouble_and_leaves_nothing_to_the_next_life(path: Path) -> None:
    broken = Life([INVOKE + OK[:9]], breaks=SetupError("the Docker engine does not answer"))
    played = Played(path, [broken, Life([INVOKE + OK], until_killed=True)])
    played.live(2)
    assert played.troubles == ["the stream of app1 broke: the Docker engine does not answer"]
    assert [(op.invoke.process, op.outcome) for op in played.history().operations] == [
        ("app1/1.1", "info"),
        ("app1/2.1", "ok"),
    ]


def test_the_end_is_told_as_the_engine_notes_it_a_moment_after_the_stream_s(path: Path) -> None:
    played = Played(path, [Life([INVOKE], running=3, exit_code=137, until_killed=True)])
    played.live()
    assert notes(played) == [("started", 1), ("died", 1)]
    assert played.troubles == []


def test_a_stream_that_ends_before_its_program_is_trouble_and_closes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_node, "EXIT_NOTED_WITHIN", 0.05)
    played = Played(path, [Life([INVOKE], running=float("inf"))])
    played.live()
    assert played.troubles == ["the stream of app1 broke: it ended although the program goes on."]
    assert [operation.complete for operation in played.history().operations] == [None]
    assert notes(played) == [("started", 1)]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a size (bytes), which is what a full disk looks like to a writer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_ends_the_merging_quietly(path: Path) -> None:
    played = Played(path, [Life([SESSION] * 50, until_killed=True)])
    with largest_file(1000):
        played.live()
    played.writer.close()
    assert "File too large" in played.writer.failure
    # The owner of the run hears of it from its own writes; the thread raises nothing.
    assert played.troubles == []


def test_the_plan_reaches_the_program(path: Path) -> None:
    played = Played(path, [])
    plan = NodePlan(
        node="app1", workload="election", variant="predecessor", params={"term": 4.0}, seed="7/app1",
        servers=("10.0.0.2:2181",), session_timeout=4.0, deadline=10**12,
    )  # fmt: skip
    played.app.load("zkchaos/app:x", plan)
    played.writer.close()
    assert msgspec.json.decode(played.pod.environment["ZKCHAOS_PLAN"], type=NodePlan) == plan
