"""Load: what is refused before anything starts, what is read of `mntr`, what the planner sets for it."""

import pytest

from harness.errors import ZkchaosError
from harness.planner import Wish, make_plan
from nemesis.agents import source
from nemesis.load import LOAD
from nemesis.load.base import parse_counters
from nemesis.selection import choose, parse
from tests.unit.checkers.build import a_plan


def test_counters_are_read_from_mntr() -> None:
    said = "zk_version\t3.9.2\nzk_packets_received\t17\nzk_watch_count\t3\nzk_ephemerals_count\t2\n"
    said += "zk_num_alive_connections\t4\nzk_approximate_data_size\t55.0\nzk_min_latency\t0\n"
    assert parse_counters(said) == {
        "zk_packets_received": 17,
        "zk_watch_count": 3,
        "zk_ephemerals_count": 2,
        "zk_num_alive_connections": 4,
        "zk_approximate_data_size": 55,
    }
    assert parse_counters("This ZooKeeper instance is not currently serving requests") == {}


def refusal(text: str, **plan: object) -> str:
    choice = parse(text)
    return choice.fault.refuse(a_plan(**plan), choice.target, choice.params)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ephemerals/count=50000", "50,000 paths of 40 bytes do not fit"),
        ("ephemerals/count=5000/width=200", "4,626 do"),
        ("ephemerals/count=4626/width=200", ""),
        ("watch-storm/watches=10/sessions=20", "fewer watches than sessions"),
        ("watch-storm", ""),
        ("ephemerals-beyond", ""),
        ("ephemerals-beyond/count=10000", "ephemerals makes them"),
        ("burst/rate=5000", ""),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(text: str, why: str) -> None:
    said = refusal(text)
    assert why in said
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    ("limit", "fine"), [("0", True), ("60", True), ("1000", True), ("1001", False), ("x", False)]
)
def test_a_connection_limit_has_to_be_within_reach(limit: str, fine: bool) -> None:
    assert (refusal("connection-storm", zoo={"tickTime": "500", "maxClientCnxns": limit}) == "") == fine


def test_values_beyond_what_a_request_holds_are_refused() -> None:
    with pytest.raises(ZkchaosError, match=r"bytes=1048576: a whole number"):
        parse("large-values/bytes=1048576")


@pytest.mark.parametrize(
    ("nemesis", "zoo", "limit"),
    [
        ("connection-storm", {}, "60"),
        ("connection-storm", {"maxClientCnxns": "17"}, "17"),
        ("burst", {}, "0"),
    ],
)
def test_the_planner_limits_connections_only_where_a_fault_wants_it(
    nemesis: str, zoo: dict[str, str], limit: str
) -> None:
    plan = make_plan(Wish(scenario="election", image="i", nemesis=nemesis, time=60, seed=1, zoo=zoo))
    assert [step.fault for step in plan.schedule].count(nemesis) > 0
    assert plan.zoo["maxClientCnxns"] == limit


def test_which_faults_of_load_there_are() -> None:
    assert [choice.text for choice in choose("load").choices] == [
        fault.name for fault in LOAD if not fault.beyond_model
    ]
    assert all(fault.touches == {"load", "process"} and fault.effect == "load" for fault in LOAD)


def test_agents_import_nothing_of_this_project_but_one_another() -> None:
    for name in ("load", "load_session", "impostor"):
        text = source(name)
        imported = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
        own = [line for line in imported if line.split()[1].startswith(("harness", "nemesis", "checkers"))]
        assert all(line.startswith("from nemesis.agents.load_session import") for line in own)
