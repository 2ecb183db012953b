"""Configurations go forward, whole and to everybody: each planted mistake is caught, and nothing else."""

import pytest
from a_config import C0, P0, Configuration, a_run, judged, update
from build import kinds, without, zxid

from checkers.recipes.config_monotonic import config_monotonic
from checkers.result import Verdict
from harness.history import History


def test_values_that_arrive_in_their_order_are_valid() -> None:
    result = judged(a_run())
    assert result.verdict is Verdict.VALID
    assert result.checked == 2 + 4
    assert result.measures["propagation"] == pytest.approx(
        {"p50": 0.09, "p90": 0.09, "p99": 0.09, "max": 0.09, "of": 4}
    )
    assert result.measures["arrivals_judged"] == 4


def test_a_reader_that_goes_back_is_told() -> None:
    script = a_run()
    script.apply(12, "app2", zxid(1), data=update(1))
    script.apply(12.1, "app2", zxid(2), data=update(2, zxid(1)))
    result = judged(script)
    assert kinds(result) == ["went-back"]
    assert result.violations[0].nodes == ("app2",)
    assert hex(zxid(1)) in result.sentence


def test_the_next_life_of_a_reader_begins_with_nothing() -> None:
    script = a_run()
    script.apply(12, "app2", zxid(1), life=2)
    assert judged(script).verdict is Verdict.VALID


def test_the_last_value_that_never_arrives() -> None:
    script = without(a_run(), "applied", "app2", after=10)
    result = judged(script)
    assert kinds(result) == ["last-value-missed"]
    assert "app2 still used the value of transaction" in result.sentence
    assert result.violations[0].key == C0


def test_a_configuration_that_a_reader_never_heard_of() -> None:
    result = judged(without(a_run(), "applied", "app3"))
    assert kinds(result) == ["last-value-missed"]
    assert "app3 had no value for /config/c0" in result.sentence


def test_a_value_that_arrives_too_late() -> None:
    script = without(a_run(), "applied", "app2", after=10)
    script.apply(19, "app2", zxid(2))
    assert kinds(judged(script)) == ["last-value-missed"]


def test_a_value_that_was_only_read_counts_as_known() -> None:
    script = a_run()
    script.set(11, "app1", zxid(3), update(3, zxid(2)), type="info")
    script.read(12, "app3", zxid(3), update(3, zxid(2)))
    script.apply(12.1, "app3", zxid(3))
    result = judged(script)
    assert kinds(result) == ["last-value-missed"]
    assert result.violations[0].nodes == ("app2",)


def test_whoever_was_cut_off_owes_nothing() -> None:
    script = without(a_run(), "applied", "app2", after=10)
    script.connect(15, "app2", state="suspended")
    script.connect(19, "app2", conn=2)
    script.follow(19.1, "app2", conn=2)
    assert judged(script).verdict is Verdict.VALID


def test_whoever_is_back_for_long_enough_owes_the_last_value() -> None:
    script = without(a_run(), "applied", "app2", after=10)
    script.connect(12, "app2", state="suspended")
    script.connect(13, "app2", conn=2)
    script.follow(13.1, "app2", conn=2)
    assert kinds(judged(script)) == ["last-value-missed"]


def test_a_node_that_fell_silent_owes_nothing() -> None:
    script = without(a_run(), "applied", "app2", after=10)
    script.rows = [r for r in script.rows if not (r["f"] == "ping" and r["process"] == "app2/1.0")]
    assert judged(script).verdict is Verdict.VALID


def test_what_is_missing_under_a_fault_is_not_judged() -> None:
    script = without(a_run(), "applied", "app2", after=10)
    script.fault(1, "kill-leader", "zk1", 12, 12.5, 18, 19)
    assert not kinds(judged(script))


def test_an_update_without_an_answer_is_owed_by_nobody() -> None:
    script = a_run()
    script.set(11, "app1", zxid(3), update(3, zxid(2)), type="info")
    assert judged(script).verdict is Verdict.VALID


def test_an_update_that_was_written_over_unread() -> None:
    script = a_run()
    for number, app in ((3, "app2"), (4, "app3")):
        script.set(20 + number / 10, app, zxid(number), update(number, zxid(2), f"{app}/2b"))
    result = judged(script)
    assert kinds(result) == ["lost-update"]
    assert "app2/2b.3" in result.sentence
    assert hex(zxid(2)) in result.sentence


def test_the_update_that_wrote_over_another_may_be_known_from_a_reader_only() -> None:
    script = a_run()
    script.set(20, "app2", zxid(3), update(3, zxid(2), "app2/2b"))
    script.set(20.2, "app3", zxid(4), update(4, zxid(2), "app3/3c"), type="info")
    assert judged(script).verdict is Verdict.VALID
    script.read(20.4, "app2", zxid(4), update(4, zxid(2), "app3/3c"))
    assert kinds(judged(script)) == ["lost-update"]


def test_nothing_is_lost_where_it_was_not_acknowledged() -> None:
    script = a_run()
    script.set(20, "app2", zxid(3), update(3, zxid(2), "app2/2b"), type="info")
    script.read(20.1, "app1", zxid(3), update(3, zxid(2), "app2/2b"))
    script.set(20.2, "app3", zxid(4), update(4, zxid(2), "app3/3c"))
    assert judged(script).verdict is Verdict.VALID


def test_acknowledgements_may_come_in_any_order() -> None:
    script = a_run()
    script.set(20.5, "app2", zxid(3), update(3, zxid(2), "app2/2b"))
    script.set(20.1, "app3", zxid(4), update(4, zxid(3), "app3/3c"))
    for app in ("app2", "app3"):
        script.apply(21, app, zxid(4))
    assert judged(script).verdict is Verdict.VALID


def test_a_configuration_that_was_made_anew_goes_on_from_there() -> None:
    script = a_run()
    script.call(12, "delete", "app1/1.1", C0, zxid=zxid(5))
    script.call(12.1, "create", "app1/1.1", C0, ask={"data": update(9)}, value=C0, zxid=zxid(6))
    for app in ("app2", "app3"):
        script.apply(12.2, app, zxid(6), version=0, data=update(9))
    assert judged(script).verdict is Verdict.VALID


def a_pair(z: int, number: int) -> Configuration:
    """Return a run with a pair whose update `number` was finished by transaction `z`."""
    script = a_run()
    ready = {"f": "create", "key": f"{P0}/ready"}
    checks = [{"f": "check", "key": f"{P0}/{half}", "version": 1} for half in ("left", "right")]
    for half, before in (("left", 2), ("right", 1)):
        token = update(number, zxid(1))
        script.set(11.5 - before / 10, "app1", z - before, token, key=f"{P0}/{half}")
    script.call(11.6, "multi", "app1/1.1", "", ask=[*checks, ready], value=[None, None, "x"], zxid=z)
    return script


def test_a_whole_pair_is_valid() -> None:
    script = a_pair(zxid(20), 5)
    whole = {"left": update(5, zxid(1)), "right": update(5, zxid(2))}
    for app in ("app2", "app3"):
        script.apply(11.7, app, zxid(20), key=P0, data=whole)
    assert judged(script).verdict is Verdict.VALID


def test_half_a_pair_is_told() -> None:
    script = a_pair(zxid(20), 5)
    for app in ("app2", "app3"):
        script.apply(11.7, app, zxid(20), key=P0, data={"left": update(5), "right": update(5)})
    script.apply(11.3, "app2", zxid(18), key=P0, data={"left": update(5), "right": update(4)})
    result = judged(script)
    assert kinds(result) == ["half-update"]
    assert "left of update app1/1a.5 and right of update app1/1a.4" in result.sentence


def test_a_pair_that_never_arrives_is_owed_from_its_flag_on() -> None:
    result = judged(a_pair(zxid(20), 5))
    assert kinds(result) == ["last-value-missed"] * 2
    assert {violation.key for violation in result.violations} == {P0}


def test_without_readers_nothing_was_tested() -> None:
    script = a_run()
    script.rows = [row for row in script.rows if row["f"] not in {"applied", "follows"}]
    result = judged(script)
    assert result.verdict is Verdict.UNKNOWN
    assert result.missing


def test_without_quiet_no_arrival_was_tested() -> None:
    script = a_run()
    for number, second in enumerate((6, 12, 18), 1):
        script.fault(number, "kill-leader", "zk1", second, second + 0.5, second + 1, second + 2)
    assert judged(script).verdict is Verdict.UNKNOWN


def test_it_is_safe_wherever_a_history_is_cut_off() -> None:
    script = a_pair(zxid(20), 5)
    for app in ("app2", "app3"):
        script.apply(11.7, app, zxid(20), key=P0, data={"left": update(5), "right": update(5)})
    events = script.history().events
    for end in range(1, len(events)):
        assert not config_monotonic(History(events[:end])).violations


def test_an_application_that_names_no_transaction_is_not_older() -> None:
    script = a_run()
    script.apply(12, "app2", 0)
    assert judged(script).verdict is Verdict.VALID


def test_parts_of_transactions_that_are_none_do_no_harm() -> None:
    script = a_run()
    parts = [
        None,
        [],
        {},
        {"f": []},
        {"f": "set"},
        {"f": "set", "key": 7},
        {"f": "set", "key": C0, "data": 7},
    ]
    for number, part in enumerate(parts):
        script.call(11 + number / 10, "multi", "app3/1.5", "", ask=[part], zxid=zxid(2))
    assert judged(script).verdict is Verdict.VALID
