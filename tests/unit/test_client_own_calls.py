"""What is asked in kazoo's own way is told like every other call, and kazoo gets exactly what it expects."""

import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from kazoo.exceptions import ConnectionLoss, KazooException, NodeExistsError, NoNodeError

from harness.client import Line, Recorder, RecordingClient
from harness.client.own_calls import OwnCalls
from tests.unit.fake_tree import Tree
from tests.unit.fake_zookeeper import FakeZooKeeper, Request

WITHIN = 5.0

Tell = Callable[[], list[Line]]


@contextmanager
def telling(tree: Tree, silent: str = "") -> Iterator[tuple[RecordingClient, Tell]]:
    """A started client on a fake tree whose server drops the connection at the path `silent`."""

    def answer(request: Request) -> object:
        return "drop" if silent and silent.encode() in request.body else tree.answer(request)

    out = io.BytesIO()
    recorder = Recorder(out)
    with FakeZooKeeper(answer) as server:  # type: ignore[arg-type]
        client = RecordingClient(
            hosts=server.address,
            timeout=4.0,
            own_call=OwnCalls(recorder, itertools.count(1)).take_over,
            before_sending=recorder.let_out,
        )
        client.start(timeout=WITHIN)

        def lines() -> list[Line]:
            recorder.close()
            return [msgspec.json.decode(text, type=Line) for text in out.getvalue().splitlines()]

        try:
            yield client, lines
        finally:
            client.stop()
            client.close()
            recorder.close()


def test_calls_are_told_with_their_answers() -> None:
    with telling(Tree()) as (client, lines):
        assert client.create("/a", b"") == "/a"
        assert client.exists("/a").czxid
        assert client.exists("/b") is None
        client.create("/a/b", b"")
        assert client.get_children("/a") == ["b"]
        told = [(line.type, line.f, line.key, line.value) for line in lines()]
        assert told[:2] == [("invoke", "create", "/a", None), ("ok", "create", "/a", "/a")]
        assert [t for t in told if t[0] == "ok" and t[1] == "exists"] == [
            ("ok", "exists", "/a", True),
            ("ok", "exists", "/b", False),
        ]
        assert told[-1] == ("ok", "children", "/a", ["b"])
        assert all(line.zxid and line.xid for line in lines() if line.type == "ok")


def test_a_refusal_is_the_exception_that_kazoo_raises() -> None:
    with telling(Tree()) as (client, lines):
        client.create("/a", b"")
        with pytest.raises(NodeExistsError):
            client.create("/a", b"")
        with pytest.raises(NoNodeError):
            client.delete("/b")
        assert [line.error for line in lines() if line.type == "fail"] == ["NodeExistsError", "NoNodeError"]


def test_a_call_without_an_answer_is_unknown_and_its_process_makes_no_more_calls() -> None:
    with telling(Tree(), silent="/quiet") as (client, lines):
        client.create("/a", b"")
        with pytest.raises(ConnectionLoss):
            client.create("/quiet", b"")
        client.retry(client.create, "/b", b"")
        (unknown,) = [line for line in lines() if line.type == "info"]
        later = [line.process for line in lines()[lines().index(unknown) + 1 :]]
        assert unknown.key == "/quiet"
        assert later
        assert unknown.process not in later


def test_a_transaction_is_one_multi_and_its_refusal_is_a_list_of_errors() -> None:
    with telling(Tree()) as (client, lines):
        client.create("/a", b"")
        transaction = client.transaction()
        transaction.check("/a", 0)
        transaction.set_data("/a", b"x")
        results = transaction.commit()
        refused = client.transaction()
        refused.check("/gone", 0)
        refused.set_data("/a", b"y")
        errors = refused.commit()
        assert len(results) == len(errors) == 2
        assert all(isinstance(error, KazooException) for error in errors)
        multis = [line for line in lines() if line.f == "multi"]
        assert [line.type for line in multis] == ["invoke", "ok", "invoke", "fail"]
        assert multis[0].value[0] == {"f": "check", "key": "/a", "version": 0}
        assert multis[3].value == 0


def test_a_recipe_of_kazoos_runs_on_it() -> None:
    with telling(Tree()) as (client, lines):
        lock = client.Lock("/lock", "me")
        assert lock.acquire(timeout=WITHIN)
        lock.release()
        assert {"create", "children", "delete"} <= {line.f for line in lines()}


def test_what_the_history_has_no_word_for_is_left_to_kazoo() -> None:
    recorder = Recorder(io.BytesIO())
    result = object()
    assert OwnCalls(recorder, itertools.count(1)).take_over("not a request", result) is result
    recorder.close()
