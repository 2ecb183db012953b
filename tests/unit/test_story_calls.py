"""Calls in the plain words of a story: what was asked for, and what came of it."""

from typing import Any

import pytest

from reports.story import tell
from tests.unit.a_story import calls, seen, sentences


def one_call(f: str, *, ask: Any = None, answer: Any = None, took: float = 0.01, **more: Any) -> str:
    """Tell of one call of app1 that is the witness, answered by zk1."""
    script = calls()
    who = {"process": "app1/1.2", "node": "app1", "f": f, "key": more.pop("key", "/x")}
    kind, error = more.pop("type", "ok"), more.pop("error", "")
    script.add(1, "invoke", value=ask, **who)
    if kind:
        told = {"value": answer, "error": error, "server": "10.0.0.2:2181", **more}
        script.add(1 + took, kind, **who, **told)
    history = script.history()
    witness = [event.index for event in history.events if event.f == f]
    return "\n".join(sentences(tell(history, seen(history, *witness, kind="odd"))))


@pytest.mark.parametrize(
    ("told", "call"),
    [
        (
            "app1 asked zk1 to create the ephemeral sequential znode /x/n-, and it was created as /x/n7.",
            {"f": "create", "key": "/x/n-", "ask": {"ephemeral": True, "sequence": True}, "answer": "/x/n7"},
        ),
        (
            'app1 asked zk1 to set /x to "app1/2-17", provided that its version is 3, and that was done.',
            {"f": "set", "ask": {"data": "app1/2-17:4096", "version": 3}},
        ),
        ('app1 asked zk1 to read /x, and it held "42".', {"f": "get", "answer": "42"}),
        ("app1 asked zk1 to read /x, and it held some other data.", {"f": "get", "answer": "?9f86:12"}),
        (
            "app1 asked zk1 to look whether /x is there, and it was not there.",
            {"f": "exists", "answer": False},
        ),
        (
            "app1 asked zk1 to list what is below /x, and there was b-0000000001 and a-0000000002.",
            {"f": "children", "answer": ["a-0000000002", "b-0000000001"]},
        ),
        (
            "app1 asked zk1 to delete /x; that was refused: the znode had children.",
            {"f": "delete", "type": "fail", "error": "NotEmptyError", "zxid": 5},
        ),
        (
            "app1 asked zk1 to delete /x; it was not done: ConnectionClosed.",
            {"f": "delete", "type": "fail", "error": "ConnectionClosed"},
        ),
        (
            "app1 asked zk1 to delete /x; no answer came (the connection broke): nobody was told "
            "whether it was done.",
            {"f": "delete", "type": "info", "error": "ConnectionLoss"},
        ),
        (
            "app1 asked ZooKeeper to delete /x; no answer came (the history ends): nobody was told "
            "whether it was done.",
            {"f": "delete", "type": ""},
        ),
        (
            "app1 asked zk1 to write to /x under its token 0x100000007, and that was accepted.",
            {"f": "work", "ask": {"token": 1 << 32 | 7}},
        ),
        (
            "app1 was through with its call to take an item from /x: it was handed i1.",
            {"f": "take", "answer": {"item": "i1"}},
        ),
        (
            "app1 set out to get the lock /x.\n"
            "app1 had been waiting for 3.0 s to get the lock /x; it was not done: the program was "
            "asked to end.",
            {"f": "acquire", "type": "fail", "error": "stopped", "took": 3.0},
        ),
        (
            "app1 was through with its call to enter round 7 of the barrier /x: it was let in, and began to "
            "compute.",
            {"f": "enter", "ask": {"round": 7, "of": 5}},
        ),
        (
            "app1 asked zk1 to do in one step: check /x and set /y, and that was done.",
            {"f": "multi", "ask": [{"f": "check", "key": "/x"}, {"f": "set", "key": "/y"}]},
        ),
        ("app1 asked zk1 to frobnicate /x, and that was done.", {"f": "frobnicate"}),
    ],
)  # fmt: skip
def test_calls_in_plain_words(told: str, call: dict[str, Any]) -> None:
    assert one_call(**call) == told


def test_a_transaction_is_named_where_the_sentence_speaks_of_it() -> None:
    script = calls()
    for second, zxid in ((1, 0x100000007), (2, 0x100000008)):
        who = {"process": "app1/1.2", "node": "app1", "f": "set", "key": "/x"}
        script.add(second, "invoke", **who)
        script.add(second + 0.01, "ok", zxid=zxid, **who)
    history = script.history()
    violation = seen(history, 1, 2, 3, 4, kind="odd", sentence="Transaction 0x100000008 is lost.")
    early, late = sentences(tell(history, violation))
    assert "0x" not in early
    assert late.endswith("and that was done (transaction 0x100000008).")
