"""Operations as docs/history.md tells them: the value of the call, the value and Stat of the answer."""

from typing import Any

import pytest
from kazoo.exceptions import NoNodeError

from harness.client import Operation
from harness.client import operation as op
from harness.client.multi import Multi
from harness.client.requests import Check, SetData
from harness.event import Stat

STAT = Stat(czxid=5, version=2)

TAG = b"app1/1-3"


@pytest.mark.parametrize(
    ("operation", "f", "value"),
    [
        (op.create("/a"), "create", None),
        (
            op.create("/a", TAG, ephemeral=True, sequence=True, stat=True),
            "create",
            {"data": "app1/1-3", "ephemeral": True, "sequence": True},
        ),
        (op.create("/a", container=True), "create", {"container": True}),
        (op.create("/a", ttl=500), "create", {"ttl": 500}),
        (op.set_data("/a", TAG), "set", {"data": "app1/1-3"}),
        (op.set_data("/a", b"", 0), "set", {"version": 0}),
        (op.delete("/a"), "delete", None),
        (op.delete("/a", 3), "delete", {"version": 3}),
        (op.get("/a"), "get", None),
        (op.exists("/a", watch=True), "exists", {"watch": True}),
        (op.children("/a", watch=True, stat=True), "children", {"watch": True}),
        (op.get_acl("/a"), "get-acl", None),
        (op.sync("/a"), "sync", None),
        (op.ephemerals("/a"), "ephemerals", None),
        (op.add_watch("/a", "recursive"), "add-watch", {"mode": "recursive"}),
    ],
)
def test_a_call_is_told(operation: Operation, f: str, value: Any) -> None:
    assert (operation.f, operation.key, operation.value) == (f, "/a", value)


@pytest.mark.parametrize(
    ("operation", "result", "value", "stat"),
    [
        (op.create("/a"), "/a", "/a", None),
        (op.create("/a", stat=True), ("/a", STAT), "/a", STAT),
        (op.create("/a", ttl=5), ("/a", STAT), "/a", STAT),
        (op.set_data("/a", TAG), STAT, None, STAT),
        (op.delete("/a"), None, None, None),
        (op.get("/a"), (TAG + b"|..", STAT), "app1/1-3:11", STAT),
        (op.get("/a"), (b"", STAT), "", STAT),
        (op.exists("/a"), STAT, True, STAT),
        (op.exists("/a"), None, False, None),
        (op.children("/a"), ["b"], ["b"], None),
        (op.children("/a", stat=True), (["b"], STAT), ["b"], STAT),
        (op.get_acl("/a"), (["world:anyone:r"], STAT), ["world:anyone:r"], STAT),
        (op.sync("/a"), "/a", None, None),
        (op.ephemerals("/"), ["/a/b"], ["/a/b"], None),
        (op.add_watch("/a", "recursive"), None, None, None),
    ],
)
def test_an_answer_is_told(operation: Operation, result: Any, value: Any, stat: Stat | None) -> None:
    assert operation.shown(result) == (value, stat)


def test_a_transaction_is_told_part_by_part() -> None:
    multi = op.multi([op.create("/a", TAG, ephemeral=True), op.set_data("/b", b"", 4), op.check("/c", 1)])
    assert multi.value == [
        {"f": "create", "key": "/a", "data": "app1/1-3", "ephemeral": True},
        {"f": "set", "key": "/b", "version": 4},
        {"f": "check", "key": "/c", "version": 1},
    ]
    assert multi.shown(["/a", STAT, None]) == (["/a", STAT, None], None)


def test_work_is_told_alike_with_its_check_and_without() -> None:
    said: dict[str, Any] = {"token": 7, "node": "/lock/n", "n": 3}
    fenced, unfenced = op.work("/w", version=2, **said), op.unfenced_work("/w", **said)
    for work in (fenced, unfenced):
        assert (work.f, work.key, work.value) == ("work", "/w", {"token": 7, "path": "/lock/n", "n": 3})
        assert work.shown(None) == (work.value, None)
    assert fenced.request == Multi((Check("/lock/n", 2), unfenced.request))
    assert unfenced.request == SetData("/w", b'{"token": 7, "path": "/lock/n", "n": 3}')


def test_reads_of_several_znodes_are_told_one_by_one() -> None:
    reads = op.multi_read([op.get("/a"), op.get("/b"), op.children("/c")])
    assert [part["f"] for part in reads.value] == ["get", "get", "children"]
    value, _ = reads.shown([(TAG, STAT), NoNodeError(), ["d"]])
    assert value == [{"data": "app1/1-3", "stat": STAT}, {"error": "NoNodeError"}, {"children": ["d"]}]
