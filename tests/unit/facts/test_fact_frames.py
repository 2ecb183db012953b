from checkers.facts.frames import frames
from harness.history import History
from tests.unit.checkers.talk import Talk, Z


def test_frames_in_the_order_of_the_wire():
    talk = Talk()
    talk.get(1, Z(1), session=2)
    talk.get(2, Z(2), took=3, wire=2)
    talk.get(2.5, Z(3), took=1, wire=1)
    talk.get(9, Z(4), conn=2)
    talk.ping(10, Z(5), conn=2)
    found = frames(talk.history())
    assert found.zxid.tolist() == [Z(3), Z(2), Z(4), Z(5), Z(1)]
    assert found.session.tolist() == [0, 0, 0, 0, 1]
    assert found.link.tolist() == [0, 0, 1, 1, 2]
    assert found.first.tolist() == [0, 2, 4]
    assert (found.call < 0).tolist() == [False, False, False, True, False]
    # The same without the ping, in the order in which they were asked for.
    assert found.zxid[found.requests].tolist() == [Z(2), Z(3), Z(4), Z(1)]


def test_frames_point_to_their_events():
    talk = Talk()
    talk.get(1, Z(1))
    talk.ping(2, Z(2))
    history = talk.history()
    found = frames(history)
    assert [history.events[place].zxid for place in found.event] == found.zxid.tolist()


def test_positions_and_connections_too_large_for_one_key():
    talk = Talk()
    huge = 2**31 - 1
    for conn, wire, zxid in ((huge, huge, 4), (huge, 1, 3), (1, huge, 2), (1, 1, 1)):
        talk.get(5 - zxid, Z(zxid), conn=conn, wire=wire)
        talk.get(5 - zxid, Z(zxid + 10), conn=conn, wire=wire, session=2)
    assert frames(talk.history()).zxid.tolist() == [Z(n) for n in (1, 2, 3, 4, 11, 12, 13, 14)]


def test_what_has_no_place_is_left_out():
    talk = Talk()
    talk.get(1, Z(1), session=0)
    talk.get(2, Z(1), wire=0)
    talk.get(3, Z(1), xid=0)
    talk.ask(4, "get", type="info")
    talk.ping(5, Z(1), session=0)
    talk.ping(6, 0)
    assert len(frames(talk.history())) == 0
    assert len(frames(History([])).requests) == 0
