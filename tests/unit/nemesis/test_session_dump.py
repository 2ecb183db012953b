"""What is read of `dump`, /proc/net/tcp and the proofs of sessions' ends."""

import pytest

from checkers.closings import closings, orphans
from checkers.ephemerals.session_ends import session_ends
from checkers.facts.sessions import sessions
from harness.errors import ZkchaosError
from harness.history import History
from nemesis.selection import choose, parse
from nemesis.session.cutting import parse_connections
from nemesis.session.dump import parse_dump
from tests.unit.checkers.talk import Talk, Z

DUMP = """SessionTracker dump:
Session Sets (3)/(2):
0 expire at Mon Nov 23 17:00:00 UTC 2026:
2 expire at Mon Nov 23 17:00:01 UTC 2026:
\t0x1000101f3d00001
\t0xff00101f3d00002
ephemeral nodes dump:
Sessions with Ephemerals (2):
0x1000101f3d00001:
\t/election/a-0000000001
\t/election/b 2
0xff00101f3d00003:
\t/x
Connections dump:
Connections Sets (1)/(1):
1 expire at Mon Nov 23 17:00:01 UTC 2026:
\tip: /172.18.0.5:41234 sessionId: 0x1000101f3d00009
"""

TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 060012AC:A1B2 030012AC:0885 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20
   1: 060012AC:A1B3 040012AC:0885 06 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20
   2: 060012AC:4E20 040012AC:0885 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20
   3: 060012AC:A1B5 040012AC:0050 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20
   4: 0000000000000000FFFF0000060012AC:A1B6 0000000000000000FFFF0000040012AC:0885 01 0:0 0:0 0 0 0 1
"""


def test_a_dump_lists_sessions_and_what_they_own() -> None:
    dump = parse_dump(DUMP)
    assert dump
    assert dump.sessions == {0x1000101F3D00001, 0xFF00101F3D00002}
    assert dump.ephemerals[0x1000101F3D00001] == ["/election/a-0000000001", "/election/b 2"]
    assert dump.ephemerals[0xFF00101F3D00003] == ["/x"]


def test_ids_beyond_63_bits_are_negative_as_clients_know_them() -> None:
    dump = parse_dump(DUMP.replace("0xff00101f3d00002", "0xffffffffffffffff"))
    assert dump
    assert -1 in dump.sessions


def test_a_server_that_does_not_serve_tells_nothing() -> None:
    assert parse_dump("This ZooKeeper instance is not currently serving requests\n") is None
    assert parse_dump("") is None


def test_connections_of_clients_are_told_from_others() -> None:
    assert parse_connections(TCP) == [0xA1B2, 0xA1B6]
    assert parse_connections(TCP, "172.18.0.3") == [0xA1B2]
    assert parse_connections(TCP, "172.18.0.4") == [0xA1B6]


def test_which_faults_of_sessions_there_are() -> None:
    assert [choice.text for choice in choose("session").choices] == [
        "expire",
        "drop-connection",
        "move",
        "false-lost",
    ]
    assert parse("expire-owner/path=/a/b/c").params == {"path": "/a/b/c"}
    assert parse("expire-app1+app2/which=all").target == "app1+app2"
    with pytest.raises(ZkchaosError, match="path has to be given"):
        parse("expire-owner")
    with pytest.raises(ZkchaosError, match="one of holder, youngest, all"):
        parse("expire/which=oldest")


def test_an_ensemble_of_one_has_nowhere_to_move_to() -> None:
    from tests.unit.checkers.build import a_plan

    move = parse("move").fault
    assert "no other" in move.refuse(a_plan(servers=1), "holder", {})
    assert move.refuse(a_plan(servers=1, observers=1), "holder", {}) == ""


def expired(proof: object, effect: str = "expire") -> History:
    talk = Talk()
    talk.phase(0.5, "workload")
    for session, life in ((1, "app1/1"), (2, "app1/1"), (3, "app2/1")):
        talk.meet(1, "connected", session, life=life)
    talk.fault(4, effect, "app1+app2", 10, 11, 12, 13, effect=effect)
    proven = next(r for r in talk.rows if r["f"] == "inject" and r["value"]["stage"] == "proven")
    proven["value"]["proof"] = proof
    return talk.history()


def one(session: int, z: int) -> dict[str, int]:
    return {"session": session, "closed_at_zxid": z}


@pytest.mark.parametrize(
    ("proof", "ended"),
    [
        (one(1, Z(5)), {1: Z(5)}),
        ({"closed": [one(1, Z(5)), one(2, Z(6))]}, {1: Z(5), 2: Z(6)}),
        ({"app1": {"closed": [one(1, Z(5)), one(2, 0)]}, "app2": one(3, Z(7))}, {1: Z(5), 3: Z(7)}),
        ({"app1": "x", "app2": [None, {"session": "y", "closed_at_zxid": Z(1)}]}, {}),
        (None, {}),
    ],
)
def test_proofs_of_several_sessions_and_targets_end_them_all(proof: object, ended: dict[int, int]) -> None:
    history = expired(proof)
    (fault,) = history.faults
    assert dict(closings(fault)) == ended
    assert {session: end.zxid for session, end in session_ends(history).items()} == ended
    closed = {number: session.closed for number, session in sessions(history).items()}
    assert {number: z for number, z in closed.items() if number in ended} == ended
    assert all(closed[number] > Z(100) for number in {1, 2, 3} - set(ended))


@pytest.mark.parametrize("several", [False, True])
def test_a_session_that_its_client_was_talked_out_of_is_only_left_to_expire(several: bool) -> None:
    orphan = {"session": 1, "client": "lost", "dump": "session present"}
    proof = {"app1": {"orphaned": [orphan]}, "app2": orphan} if several else orphan
    history = expired(proof, "false-lost")
    assert orphans(history) == {1}
    talk = Talk()
    talk.phase(0.5, "workload")
    talk.meet(1, "connected", 1)
    talk.meet(1, "connected", 2, life="app2/1")
    talk.fault(4, "false-lost", "app1", 10, 11, 12, 13, effect="false-lost")
    next(r for r in talk.rows if r["f"] == "inject" and r["value"]["stage"] == "proven")["value"]["proof"] = (
        proof
    )
    talk.meet(10.5, "lost", 1)
    talk.meet(10.5, "lost", 2, life="app2/1")
    ends = session_ends(talk.history())
    assert (ends[1].how, ends[1].noticed) == ("its client left", False)
    assert (ends[2].how, ends[2].noticed) == ("it was expired", True)
