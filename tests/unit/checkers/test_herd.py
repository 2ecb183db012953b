"""herd: whom a departure wakes; too many are caught, and whatever else wakes candidates is not."""

import pytest
from a_line import ALL, ONE, Line
from talk import Z, check, kinds, sentence_of, silent

from checkers.result import Verdict
from tests.unit.checkers.build import ELECTION, Script, election_node

NAME = "herd"


def one_behind_another(promise: str = ONE) -> Line:
    """Return a line of four in which everybody watches the one before, until the first one leaves."""
    line = Line(4, promise)
    for n in (2, 3, 4):
        line.watch(2 + n / 10, n, Z(4), n - 1)
    line.leave(5, 1, Z(10))
    line.hear(5.1, 2, Z(10), "DELETED", election_node(1))
    return line


def herd_of_four(promise: str = ALL) -> Line:
    """Return a line of four in which everybody watches everybody, until the first one leaves."""
    line = Line(4, promise)
    for n in (1, 2, 3, 4):
        line.watch_line(2 + n / 10, n, Z(4), 1, 2, 3, 4)
    line.leave(5, 1, Z(10))
    for n in (1, 2, 3, 4):
        line.hear(5.1, n, Z(10))
    for n in (2, 3, 4):
        line.watch_line(5.2 + n / 10, n, Z(10), 2, 3, 4)
    return line


def test_the_one_behind_is_woken():
    result = silent(NAME, one_behind_another())
    assert result.checked == 1
    assert result.measures["events"] == {"min": 1, "median": 1, "max": 1}
    assert result.measures["arrivals"] == 4


def test_everybody_is_woken_where_that_is_promised_and_the_own_event_does_not_count():
    result = silent(NAME, herd_of_four())
    four = {"min": 3, "median": 3, "max": 3}
    assert result.measures["by_candidates"] == {"4": {"departures": 1, "events": four, "requests": four}}


def test_a_plan_without_a_promise_allows_everybody():
    line = herd_of_four()
    line.plan = None
    assert check(NAME, line.history()).verdict is Verdict.VALID


def test_a_herd_where_one_was_promised():
    sentence = sentence_of(NAME, "woke-too-many", herd_of_four(ONE))
    assert f"When app1 (guid1-0000000001) left the line {ELECTION}" in sentence
    assert f"(transaction {Z(10):#x}), 3 watch events went to those who stayed in it" in sentence
    assert "(3 candidates), on app2, app3 and app4, where 1 would do." in sentence


@pytest.mark.parametrize("promise", [ONE, ALL])
def test_a_candidate_that_is_woken_twice(promise: str):
    line = one_behind_another(promise)
    for n in (2, 3, 4):
        line.hear(5.1, n, Z(10))
    assert kinds(NAME, line) == ["woke-too-many"]
    result = check(NAME, line.history())
    assert result.violations[0].nodes == ("app1", "app2", "app3", "app4")
    assert "4 watch events went" in result.sentence


def test_a_departure_by_the_end_of_the_session():
    line = Line(4, ONE)
    line.meet(5, "closed", session=11, z=Z(10))
    for n in (2, 3):
        line.hear(5.1, n, Z(10))
    assert "app1 (guid1-0000000001)" in sentence_of(NAME, "woke-too-many", line)


def test_a_departure_that_only_the_nemesis_tells_of():
    line = Line(4, ONE)
    line.fault(1, "expire", "app1", 4.8, 5, 5.5, 5.6, effect="expire")
    proof = {"session": 11, "closed_at_zxid": Z(10)}
    next(row for row in line.rows if row["f"] == "inject" and row["value"]["stage"] == "proven")["value"][
        "proof"
    ] = proof
    for n in (2, 3):
        line.hear(5.1, n, Z(10))
    assert check(NAME, line.history()).verdict is Verdict.VIOLATION


def test_a_departure_that_only_watch_events_tell_of():
    line = Line(4, ONE)
    for n in (2, 3):
        line.hear(5.1, n, Z(10), "DELETED", election_node(1))
    assert "app1 (guid1-0000000001)" in sentence_of(NAME, "woke-too-many", line)


def test_one_of_those_who_hear_of_nobody_may_be_the_one_that_left():
    line = Line(4, ONE)
    line.leave(4.9, 1, 0, type="info")
    for n in (1, 2):
        line.hear(5.1, n, Z(10))
    assert silent(NAME, line).checked == 1
    line.hear(5.1, 3, Z(10))
    assert "When a candidate left the line" in sentence_of(NAME, "woke-too-many", line)


def test_whom_a_listing_shows_gone_is_no_longer_counted():
    line = Line(4, ALL)
    for n in (2, 3, 4):
        line.hear(5.1, n, Z(10))
        line.watch_line(5.2 + n / 10, n, Z(10), 2, 3, 4)
    line.leave(6, 2, Z(11))
    for n in (3, 4):
        line.hear(6.1, n, Z(11))
    measured = silent(NAME, line).measures["by_candidates"]
    assert {number: row["departures"] for number, row in measured.items()} == {"3": 1, "4": 1}


def test_everybody_may_hear_of_nobody():
    line = Line(4, ALL)
    line.leave(4.9, 1, 0, type="info")
    for n in (1, 2, 3, 4):
        line.hear(5.1, n, Z(10))
    assert silent(NAME, line).checked == 1


def test_arrivals_are_measured_and_not_judged():
    line = one_behind_another()
    line.come(6, 5, Z(11))
    for n in (1, 2, 3, 4):
        line.hear(6.1, n, Z(11))
    assert silent(NAME, line).measures["arrival_events"] == {"min": 0, "median": 0, "max": 4}


def test_an_event_of_somebody_who_may_have_come_or_gone_is_loose():
    line = one_behind_another()
    line.come(6, 5, 0, type="info")
    for n in (2, 3, 4):
        line.hear(6.1, n, Z(11))
    result = silent(NAME, line)
    assert result.checked == 1
    assert result.measures["loose_events"] == 3
    assert "3 watch events could not be put down to any change of a line." in result.sentence


def test_a_create_without_an_answer_that_was_found_later_is_an_arrival():
    line = one_behind_another()
    line.come(6, 5, 0, type="info")
    for n in (2, 3, 4):
        line.hear(6.1, n, Z(11))
    line.say(7, "candidate", "app5/1.0", key=election_node(5), value={"token": Z(11)}, session=15)
    assert silent(NAME, line).measures["loose_events"] == 0


def test_whoever_has_left_the_line_before_is_no_candidate_any_more():
    line = one_behind_another()
    line.leave(6, 3, Z(11))
    line.hear(6.1, 4, Z(11), "DELETED", election_node(3))
    line.leave(7, 2, Z(12))
    for n in (3, 4):
        line.hear(7.1, n, Z(12), "DELETED", election_node(2))
    assert silent(NAME, line).checked == 3


def test_when_the_programs_end_nobody_is_judged():
    line = one_behind_another()
    line.leave(20.1, 2, Z(11))
    for n in (3, 4):
        line.hear(20.2, n, Z(11))
    assert check(NAME, line.history()).verdict is Verdict.VALID


def test_watches_of_other_paths_are_nothing_to_it():
    line = one_behind_another()
    for n in (2, 3, 4):
        line.hear(5.1, n, Z(10), "CHANGED", "/config")
    assert silent(NAME, line).measures["events"]["max"] == 1


def test_a_line_that_nobody_left_is_unknown():
    result = check(NAME, Line(4).history())
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing == (
        "Nobody left a line while the programs worked, so nobody could be woken by it.",
    )


def test_departures_that_woke_nobody_are_unknown():
    line = Line(4)
    line.leave(5, 1, Z(10))
    assert check(NAME, line.history()).missing == ("No departure was seen to wake anybody.",)


def test_a_line_of_one_is_fine():
    line = Line(1)
    line.leave(5, 1, Z(10))
    assert check(NAME, line.history()).verdict is Verdict.VALID


def test_no_line_at_all_is_unknown():
    script = Script()
    script.phase(1, "workload")
    assert check(NAME, script.history()).verdict is Verdict.UNKNOWN


def old(line: Line) -> Line:
    """Take the zxids from the events, as servers before 3.9 do."""
    for row in line.rows:
        if row["f"] == "watch":
            row["zxid"] = 0
    return line


def test_old_servers_tell_the_node_that_left():
    assert silent(NAME, old(one_behind_another())).measures["events"]["max"] == 1


def test_old_servers_tell_a_herd_by_the_wire():
    assert silent(NAME, old(herd_of_four())).measures["events"]["max"] == 3
    assert check(NAME, old(herd_of_four(ONE)).history()).violations[0].kind == "woke-too-many"


def test_old_servers_may_leave_open_what_happened_first():
    line = old(herd_of_four(ONE))
    line.come(4, 5, 0, type="info")
    result = check(NAME, line.history())
    assert result.verdict is Verdict.UNKNOWN
    assert result.measures["loose_events"] == 4
    assert result.missing[0].startswith("No departure was seen to wake anybody; 4 watch events could not be")


def test_a_departure_nobody_else_tells_of_wakes_two_on_an_old_server():
    line = old(Line(4, ONE))
    for n in (2, 3):
        line.hear(5.1, n, 0, "DELETED", election_node(1))
    assert kinds(NAME, line) == ["woke-too-many"]


def test_requests_count_until_the_woken_waits_again():
    line = one_behind_another()
    line.leave(6, 3, Z(11))
    line.hear(6.1, 4, Z(11), "DELETED", election_node(3))
    names = [election_node(n).rpartition("/")[2] for n in (2, 4)]
    line.do(6.2, "children", 4, Z(11), key=ELECTION, value=names)
    line.watch(6.3, 4, Z(11), 2)
    line.do(6.4, "sync", 4, Z(11), key=ELECTION)
    assert silent(NAME, line).measures["by_candidates"]["3"]["requests"]["max"] == 2


def test_requests_count_until_the_woken_leads():
    line = one_behind_another()
    names = [election_node(n).rpartition("/")[2] for n in (2, 3, 4)]
    line.do(5.2, "children", 2, Z(10), key=ELECTION, value=names)
    line.lead(5.3, "app2", election_node(2), Z(2))
    line.do(5.4, "work", 2, Z(12), key="/work")
    assert silent(NAME, line).measures["requests"]["max"] == 1


def test_a_leader_asks_for_nothing_because_somebody_left():
    line = Line(3, ALL)
    line.lead(2, "app1", election_node(1), Z(1))
    line.watch_line(2.1, 1, Z(4), 1, 2, 3)
    line.leave(5, 3, Z(10))
    line.hear(5.1, 1, Z(10))
    line.do(5.2, "work", 1, Z(12), key="/work")
    measures = silent(NAME, line).measures
    assert (measures["events"]["max"], measures["requests"]["max"]) == (1, 0)
