"""Requests on the wire, against packing of the test's own: bytes out, results in."""

import struct
from typing import Any

import pytest
from kazoo.exceptions import NoNodeError

from harness.client import requests as r
from harness.client.multi import Multi, MultiRead, refusal
from harness.event import Stat
from tests.unit.fake_zookeeper import buffer, multi_failed, multi_ok, strings

ACL = struct.pack("!ii", 1, 31) + buffer(b"world") + buffer(b"anyone")

WIRE_STAT = struct.pack("!qqqqiiiqiiq", 1, 2, 3, 4, 5, 6, 7, -8, 9, 10, 11)

STAT = Stat(
    czxid=1,
    mzxid=2,
    ctime=3,
    mtime=4,
    version=5,
    cversion=6,
    aversion=7,
    ephemeralOwner=-8,
    dataLength=9,
    numChildren=10,
    pzxid=11,
)

A = buffer(b"/a")


def created(flags: int) -> bytes:
    return A + buffer(b"x") + ACL + struct.pack("!i", flags)


@pytest.mark.parametrize(
    ("request_", "kind", "body"),
    [
        (r.Create("/a", b"x"), 1, created(0)),
        (r.Create("/a", b"x", ephemeral=True), 1, created(1)),
        (r.Create("/a", b"x", sequence=True), 1, created(2)),
        (r.Create("/a", b"x", ephemeral=True, sequence=True, stat=True), 15, created(3)),
        (r.Create("/a", b"x", container=True), 19, created(4)),
        (r.Create("/a", b"x", ttl=700), 21, created(5) + struct.pack("!q", 700)),
        (r.Create("/a", b"x", ttl=700, sequence=True), 21, created(6) + struct.pack("!q", 700)),
        (r.Delete("/a"), 2, A + struct.pack("!i", -1)),
        (r.Check("/a", 3), 13, A + struct.pack("!i", 3)),
        (r.SetData("/a", b"xy", 4), 5, A + buffer(b"xy") + struct.pack("!i", 4)),
        (r.SetData("/a"), 5, A + buffer(b"") + struct.pack("!i", -1)),
        (r.Exists("/a"), 3, A + b"\0"),
        (r.GetData("/a", watch=True), 4, A + b"\1"),
        (r.GetChildren("/ä"), 8, buffer("/ä".encode()) + b"\0"),
        (r.GetChildren2("/a", watch=True), 12, A + b"\1"),
        (r.GetAcl("/a"), 6, A),
        (r.Sync("/a"), 9, A),
        (r.GetEphemerals("/a"), 103, A),
        (r.AddWatch("/a", "persistent"), 106, A + struct.pack("!i", 0)),
        (r.AddWatch("/a", "recursive"), 106, A + struct.pack("!i", 1)),
    ],
)
def test_a_request_is_packed_as_zookeeper_reads_it(request_: Any, kind: int, body: bytes) -> None:
    assert (request_.type, bytes(request_.serialize())) == (kind, body)


@pytest.mark.parametrize(
    ("request_", "body", "result"),
    [
        (r.Create("/a"), A, "/a"),
        (r.Create("/a", stat=True), A + WIRE_STAT, ("/a", STAT)),
        (r.Create("/a", container=True), A + WIRE_STAT, ("/a", STAT)),
        (r.Create("/a", ttl=1), A + WIRE_STAT, ("/a", STAT)),
        (r.Delete("/a"), b"", None),
        (r.SetData("/a"), WIRE_STAT, STAT),
        (r.Exists("/a"), WIRE_STAT, STAT),
        (r.GetData("/a"), buffer(b"data") + WIRE_STAT, (b"data", STAT)),
        (r.GetData("/a"), struct.pack("!i", -1) + WIRE_STAT, (b"", STAT)),
        (r.GetChildren("/a"), strings(["b", "c"]), ["b", "c"]),
        (r.GetChildren2("/a"), strings(["b"]) + WIRE_STAT, (["b"], STAT)),
        (r.GetAcl("/a"), ACL + WIRE_STAT, (["world:anyone:rwcda"], STAT)),
        (r.Sync("/a"), A, "/a"),
        (r.GetEphemerals("/"), strings(["/a/b"]), ["/a/b"]),
        (r.AddWatch("/a", "recursive"), struct.pack("!i", 0), None),
    ],
)
def test_an_answer_is_read_as_zookeeper_packs_it(request_: Any, body: bytes, result: Any) -> None:
    assert request_.deserialize(b"...." + body, 4) == result


def part(kind: int) -> bytes:
    return struct.pack("!iBi", kind, 0, -1)


END = struct.pack("!iBi", -1, 1, -1)

PARTS = (
    r.Create("/a", b"x"),
    r.Create("/b", stat=True),
    r.SetData("/a", b"y"),
    r.Delete("/a"),
    r.Check("/a", 0),
)


def test_a_transaction_is_packed_part_by_part() -> None:
    expected = b"".join(part(p.type) + p.serialize() for p in PARTS) + END
    assert (Multi(PARTS).type, Multi(PARTS).serialize()) == (14, expected)


def test_the_results_of_a_transaction_are_read_part_by_part() -> None:
    body = multi_ok((1, A), (15, buffer(b"/b") + WIRE_STAT), (5, WIRE_STAT), (2, b""), (13, b""))
    assert Multi(PARTS).deserialize(body, 0) == ["/a", ("/b", STAT), STAT, None, None]


@pytest.mark.parametrize(
    ("codes", "number", "name"),
    [((0, 0, -101, -2, -2), 2, "NoNodeError"), ((-110, -2, -2, -2, -2), 0, "NodeExistsError")],
)
def test_a_refused_transaction_names_its_cause(codes: tuple[int, ...], number: int, name: str) -> None:
    refused = refusal(Multi(PARTS).deserialize(multi_failed(*codes), 0))
    assert refused is not None
    assert (refused[0], type(refused[1]).__name__) == (number, name)


def test_a_transaction_that_went_through_was_not_refused() -> None:
    assert refusal(["/a", None, STAT]) is None


def test_reads_of_several_znodes_each_have_their_own_result() -> None:
    reads = MultiRead((r.GetData("/a"), r.GetData("/b"), r.GetChildren("/c")))
    failed = struct.pack("!iBii", -1, 0, -101, -101)
    body = part(4) + buffer(b"x") + WIRE_STAT + failed + part(8) + strings(["d"]) + END
    found, missing, names = reads.deserialize(body, 0)
    assert reads.type == 22
    assert found == (b"x", STAT)
    assert isinstance(missing, NoNodeError)
    assert names == ["d"]
