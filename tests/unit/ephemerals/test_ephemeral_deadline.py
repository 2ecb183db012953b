"""ephemeral-deadline: sessions last 4 s, ticks 1 s, so a node must be gone 6 s after the silence began."""

import msgspec
import pytest

from checkers.result import Result, Verdict
from checkers.witness import SETTING
from harness.history import History
from tests.unit.checkers.build import at
from tests.unit.checkers.talk import Talk, check, silent
from tests.unit.ephemerals.small_lives import ONE, close, end, look, make, read, two_sessions, write

NAME = "ephemeral-deadline"


def ended(how: str, second: float = 20.0) -> Talk:
    """Return a run in which app1's session ends, and app2 sees the node vanish in the end."""
    talk = two_sessions()
    talk.polls(14, 32)
    if how in {"died", "stopped"}:
        talk.node(second, "app1", how)
    elif how == "paused":
        talk.fault(1, "pause-app-leader", "app1", second - 0.1, second, 40, 41, effect="pause")
    else:
        talk.meet(second, how, ONE)
    look(talk, 50, 800, there=False)
    return talk


def still_there(talk: Talk, written: float, seen: float | None = None) -> Talk:
    """Write at one time, and see the node at another, in a state with that write."""
    write(talk, written, 100)
    look(talk, seen or written + 0.5, 101, there=True)
    return end(talk)


def late(talk: Talk) -> Result:
    """Demand a violation, the witness of which shows it in the setting of the run."""
    history = talk.history()
    result = check(NAME, history)
    (violation,) = result.violations
    assert violation.kind == "expired-late"
    assert violation.time <= violation.until
    kept = [e for e in history if e.index in violation.witness or e.f in SETTING]
    kept = [msgspec.structs.replace(event, index=place) for place, event in enumerate(kept)]
    assert [v.key for v in check(NAME, History(kept)).violations] == [violation.key]
    return result


@pytest.mark.parametrize(
    ("how", "due"), [("died", 26), ("stopped", 26), ("abandoned", 26), ("paused", 26), ("lost", 22)]
)
def test_a_node_that_was_there_too_long(how, due):
    result = late(still_there(ended(how), due + 0.1))
    assert f"still there at {due + 0.1} s" in result.sentence
    assert "at 20.0 s), and had to be gone by" in result.sentence
    assert silent(NAME, still_there(ended(how), due - 0.1)).checked > 0


def test_a_late_answer_of_an_old_state_proves_nothing():
    silent(NAME, still_there(ended("died"), 25, seen=40))


def test_how_long_it_was_known_to_be_there_is_measured():
    result = silent(NAME, still_there(ended("died"), 24.5))
    assert 4.5 <= result.measures["latest"] < 4.6
    assert result.measures["allowed"] == 6


def test_a_client_that_goes_on_before_the_deadline_keeps_its_session():
    talk = ended("paused")
    talk.rows = [row for row in talk.rows if row["f"] != "heal"]
    for second, stage in ((25, "begin"), (25.5, "proven")):
        talk.say(second, "heal", "nemesis", key="pause-app-leader", value={"id": 1, "stage": stage}, node="")
    silent(NAME, still_there(talk, 30))


@pytest.mark.parametrize("what", ["fault", "unhealed", "restart", "leader", "blind", "gap"])
def test_what_disturbs_the_clock(what):
    talk = ended("died")
    if what in {"fault", "unhealed"}:
        times = (21, 22, 23, 24) if what == "fault" else (21, 22)
        talk.fault(2, "kill-leader", "zk2", *times)
    elif what == "restart":
        talk.node(24, "zk3", "started", 2)
    else:
        stop, go = {"leader": (23, 60), "blind": (26, 60), "gap": (21, 24)}[what]
        talk.rows = [r for r in talk.rows if r["f"] != "server" or not at(stop) < r["time"] < at(go)]
        if what == "leader":
            talk.polls(24, 32, "zk2", epoch=2)
    silent(NAME, still_there(talk, 28))


def test_a_fault_on_an_app_node_does_not_disturb_it():
    talk = ended("died")
    talk.fault(1, "kill-app-leader", "app1", 19.8, 20, 40, 41)
    late(still_there(talk, 27))


def test_a_closed_session_is_judged_by_its_transaction():
    talk = two_sessions()
    talk.polls(14, 32)
    close(talk, 20, 50)
    look(talk, 50, 800, there=False)
    assert silent(NAME, still_there(talk, 30)).checked == 1


@pytest.mark.parametrize("stated", [True, False])
def test_without_a_stat_it_may_be_another_node(stated):
    talk = ended("died")
    make(talk, 21, 0, session=2, type="info", value=None)
    write(talk, 30, 100)
    if stated:
        read(talk, 30.5, 101, born=10)
    else:
        look(talk, 30.5, 101, there=True)
    found = check(NAME, end(talk).history()).violations
    assert len(found) == stated


def test_the_sessions_of_a_life_end_with_it_but_not_those_that_it_lost():
    talk = two_sessions()
    talk.polls(14, 32)
    talk.meet(7, "connected", 3)
    make(talk, 8, 20, "/keys/e3", session=3, life="app1/1")
    talk.node(20, "app1", "died")
    write(talk, 30, 100)
    for key in ("/keys/e1", "/keys/e3"):
        look(talk, 31, 101, there=True, key=key)
    result = check(NAME, end(talk).history())
    assert {violation.key for violation in result.violations} == {"/keys/e1", "/keys/e3"}


def test_a_loss_without_a_session_is_nobodys_where_a_life_holds_several():
    talk = two_sessions()
    talk.polls(14, 32)
    talk.meet(7, "connected", 3)
    talk.meet(20, "lost", 0)
    write(talk, 30, 100)
    look(talk, 31, 101, there=True)
    assert check(NAME, end(talk).history()).verdict is Verdict.UNKNOWN


def test_without_a_plan_or_an_end_nothing_is_known():
    talk = still_there(two_sessions(), 30)
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN
    talk.plan = None
    assert check(NAME, talk.history()).verdict is Verdict.UNKNOWN


def test_a_write_that_got_its_zxid_later_proves_nothing():
    talk = ended("died")
    write(talk, 21, 100, took=8)
    write(talk, 27, 101, took=0.1)
    look(talk, 30, 100, there=True)
    silent(NAME, end(talk))


def test_a_write_of_an_earlier_epoch_proves_nothing():
    talk = ended("died")
    talk.polls(14, 32, "zk2", epoch=2)
    write(talk, 27, 100)
    talk.ask(28, "exists", 2 << 32 | 50, key="/keys/e1", value=True, session=2, life="app2/1")
    silent(NAME, end(talk))


def test_of_several_sessions_of_a_life_those_that_are_over_are_forgotten():
    talk = two_sessions()
    talk.polls(14, 32)
    talk.meet(7, "connected", 3)
    make(talk, 8, 20, "/keys/e3", session=3, life="app1/1")
    talk.meet(19, "lost", ONE)
    talk.meet(20, "lost", 0)
    write(talk, 22.1, 100)
    look(talk, 23, 101, there=True, key="/keys/e3")
    assert "22.0 s" in late(end(talk)).sentence


def test_the_pause_of_another_node_silences_nobody():
    talk = two_sessions()
    talk.polls(14, 32)
    talk.fault(1, "pause-app-leader", "app2", 19.9, 20, 40, 41, effect="pause")
    assert check(NAME, still_there(talk, 30).history()).verdict is Verdict.UNKNOWN
