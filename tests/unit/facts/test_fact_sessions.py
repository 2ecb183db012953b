import numpy as np

from checkers.facts.sessions import session_numbers, sessions
from checkers.facts.unknowns import FOREVER
from harness.history import History
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import Talk, Z


def test_a_life_from_connection_to_closing():
    talk = Talk()
    talk.meet(1, "connected")
    talk.set(2, Z(3))
    talk.get(3, Z(6))
    talk.refuse(4, "set", Z(7), "BadVersionError")
    talk.meet(5, "suspended")
    talk.meet(6, "connected", conn=2)
    talk.meet(7, "closed", conn=2, z=Z(9))
    history = talk.history()
    session = sessions(history)[1]
    assert (session.process, session.timeout) == ("app1/1", 4000)
    assert [event.conn for event in session.connected] == [1, 2]
    assert (session.last_write, session.last_seen) == (Z(3), Z(7))
    assert session.closed == Z(9)
    assert [history.events[place].value["state"] for place in session.closing] == ["closed"]
    assert session.told == history.events[session.closing[0]].time


def test_events_that_arrived_late_are_told_in_order_of_time():
    talk = Talk()
    talk.meet(2, "connected", conn=2, life="app2/1")
    talk.meet(1, "connected", life="app1/1")
    events = talk.history().events
    late = History([events[0], events[2], events[1]])
    session = sessions(late)[1]
    assert [event.conn for event in session.connected] == [1, 2]
    assert session.process == "app1/1"


def test_a_session_of_calls_alone():
    talk = Talk()
    talk.get(1, Z(6), session=-5)
    talk.ask(2, "set", type="info", session=8)
    found = sessions(talk.history())
    assert list(found) == [-5]
    assert (found[-5].process, found[-5].closed, found[-5].last_write) == ("", FOREVER, 0)


def test_expired_lost_and_abandoned():
    talk = Talk()
    for session, state in ((1, "lost"), (2, "abandoned"), (3, "connected")):
        talk.meet(1, "connected", session=session)
        talk.meet(2, state, session=session)
    proof = {"session": 3, "closed_at_zxid": Z(4)}
    told = {"id": 1, "targets": ["app1"]}
    talk.say(3, "inject", "nemesis", value=told | {"stage": "begin", "effect": "expire", "role": "app"})
    talk.say(4, "inject", "nemesis", value=told | {"stage": "proven", "proof": proof})
    history = talk.history()
    found = sessions(history)
    assert found[1].lost == at(2)
    assert [found[number].closed for number in (1, 2, 3)] == [FOREVER, FOREVER, Z(4)]
    assert [history.events[place].value["stage"] for place in found[3].closing] == ["proven"]


def test_a_closing_whose_zxid_nobody_heard_is_unknown():
    talk = Talk()
    talk.meet(1, "connected")
    talk.meet(2, "closed")
    assert sessions(talk.history())[1].closed == FOREVER


def test_values_of_other_shapes_are_left_out():
    talk = Talk()
    talk.say(1, "session", "app1/1.0", value="connected", session=1)
    talk.say(1, "session", "app1/1.0", value={"state": "connected", "timeout": "long"}, session=2)
    found = sessions(talk.history())
    assert (found[1].connected, found[2].timeout) == ([], 0)


def test_numbers_of_sessions():
    talk = Talk()
    talk.get(1, Z(1), session=9)
    talk.get(2, Z(1), session=-4)
    talk.get(3, Z(1), session=0)
    talk.meet(4, "connected", session=7)
    talk.ping(5, Z(1), session=8)
    numbers = session_numbers(talk.history())
    assert numbers.ids.tolist() == [-4, 7, 8, 9]
    assert numbers.of_call.tolist() == [3, 0, -1]
    assert numbers.find(np.array([8, 5, 0])).tolist() == [2, -1, -1]


def test_no_sessions_at_all():
    history = History([])
    assert sessions(history) == {}
    assert session_numbers(history).find(np.array([1])).tolist() == [-1]


def test_what_was_told_first_stays():
    talk = Talk()
    talk.meet(1, "connected")
    talk.meet(2, "closed", z=Z(5))
    talk.meet(3, "lost")
    talk.meet(4, "lost")
    talk.say(5, "session", "app1/1.0", value={"state": "connected", "timeout": 0}, session=1)
    told = {"id": 1, "targets": ["app1"]}
    talk.say(6, "inject", "nemesis", value=told | {"stage": "begin", "effect": "expire", "role": "app"})
    proof = {"session": 1, "closed_at_zxid": Z(9)}
    talk.say(7, "inject", "nemesis", value=told | {"stage": "proven", "proof": proof})
    session = sessions(talk.history())[1]
    assert (session.closed, session.lost, session.timeout) == (Z(5), at(3), 4000)


def test_an_end_without_a_zxid_and_an_answer_without_a_session_tell_nothing():
    talk = Talk()
    talk.meet(1, "connected")
    talk.get(2, Z(8), session=0)
    told = {"id": 1, "targets": ["app1"]}
    talk.say(3, "inject", "nemesis", value=told | {"stage": "begin", "effect": "expire", "role": "app"})
    proof = {"session": 1, "closed_at_zxid": 0}
    talk.say(4, "inject", "nemesis", value=told | {"stage": "proven", "proof": proof})
    found = sessions(talk.history())
    assert list(found) == [1]
    assert (found[1].closed, found[1].last_seen) == (FOREVER, 0)
