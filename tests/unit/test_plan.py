"""The planner: what cannot be is one sentence, what can be is decided to the last detail by the seed."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.errors import ZkchaosError
from harness.plan import Plan
from harness.planner import Wish, make_plan
from workloads.catalogue import scenarios
from workloads.election.workload import ELECTION


def planned(**wishes: Any) -> Plan:
    return make_plan(Wish(**{"image": "zookeeper:3.9", **wishes}))


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"servers": 0}, "--servers 0: an odd number is needed, such as 1, 3, 5 or 7."),
        ({"servers": 4}, "--servers 4: an odd number is needed, such as 1, 3, 5 or 7."),
        ({"servers": -3}, "--servers -3: an odd number is needed, such as 1, 3, 5 or 7."),
        ({"nodes": 0}, "--nodes 0: at least one app node is needed."),
        ({"time": 0}, "--time 0: seconds above zero are needed, a week at most."),
        ({"time": -1}, "--time -1: seconds above zero are needed, a week at most."),
        ({"time": 8 * 24 * 3600}, "--time 691200: seconds above zero are needed, a week at most."),
        ({"time": float("nan")}, "--time nan: seconds above zero are needed, a week at most."),
        (
            {"scenario": "chess"},
            f"there is no workload 'chess'; choose one of: {', '.join(scenarios())}.",
        ),
        (
            {"scenario": "election:perfect"},
            f"the workload election has no variant 'perfect'; choose one of: {', '.join(ELECTION.variants)}.",
        ),
        (
            {"scenario": "election-perfect"},
            f"the workload election has no variant 'perfect'; choose one of: {', '.join(ELECTION.variants)}.",
        ),
        ({"zoo": {"dataDir": "/x"}}, "--zoo dataDir: this setting belongs to the harness; leave it out."),
        ({"zoo": {"server.4": "x"}}, "--zoo server.4: this setting belongs to the harness; leave it out."),
        ({"zoo": {"tickTime": "fast"}}, "--zoo tickTime=fast: a whole number above zero is needed."),
        (
            {"session_timeout": 0.9},
            "--session-timeout 0.9: with this configuration ZooKeeper grants 1 to 10 s.",
        ),
        (
            {"session_timeout": 11},
            "--session-timeout 11: with this configuration ZooKeeper grants 1 to 10 s.",
        ),
        (
            {"session_timeout": 4, "zoo": {"tickTime": "2500"}},
            "--session-timeout 4: with this configuration ZooKeeper grants 5 to 50 s.",
        ),
        (
            {"session_timeout": 4, "zoo": {"minSessionTimeout": "4001", "maxSessionTimeout": "9000"}},
            "--session-timeout 4: with this configuration ZooKeeper grants 4.001 to 9 s.",
        ),
        (
            {"session_timeout": float("nan")},
            "--session-timeout nan: with this configuration ZooKeeper grants 1 to 10 s.",
        ),
        (
            {"params": {"speed": 1.0}},
            f"--set speed: election has the parameters {', '.join(ELECTION.params)}.",
        ),
        ({"params": {"term": float("nan")}}, "--set term=nan: a number is needed that is not below zero."),
        ({"params": {"term": float("inf")}}, "--set term=inf: a number is needed that is not below zero."),
        ({"params": {"interval": -0.1}}, "--set interval=-0.1: a number is needed that is not below zero."),
        (
            {"params": {"candidates": 0.5}},
            "--set candidates=0.5: at least one participant is needed on an app node.",
        ),
        (
            {"scenario": "queue", "params": {"producers": 0, "consumers": 0}},
            "--set producers=0 --set consumers=0: at least one participant is needed on an app node.",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(wishes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        planned(**wishes)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "wishes",
    [
        {"scenario": "queue", "params": {"producers": 0}},
        {"scenario": "registry", "params": {"clients": 0}},
        {"scenario": "election", "params": {"candidates": 0}, "app_image": "my/election"},
    ],
)
def test_nobody_of_one_kind_may_play(wishes: dict[str, Any]) -> None:
    assert 0 in planned(**wishes).params.values()


def test_an_unknown_fault_lists_what_there_is() -> None:
    with pytest.raises(
        ZkchaosError, match=r"^there is no fault 'meteor'; choose from: .*, none\.$"
    ) as caught:
        planned(nemesis="kill-leader,meteor")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scenario", ["election:no-stepdown", "election-no-stepdown"])
def test_a_variant_may_be_named_in_both_ways(scenario: str) -> None:
    plan = planned(scenario=scenario)
    assert (plan.workload, plan.variant, plan.scenario) == ("election", "no-stepdown", "election:no-stepdown")


def test_a_bare_workload_is_its_default_variant() -> None:
    assert planned(scenario="election").variant == ELECTION.default
    assert not ELECTION.variants[ELECTION.default].broken


def decided(plan: Plan) -> dict[str, Any]:
    """Everything but the run's id."""
    return {name: getattr(plan, name) for name in plan.__struct_fields__ if name != "run"}


@pytest.mark.parametrize("nemesis", ["kill-leader", "kill-leader,kill-app-leader,pause-app-leader"])
def test_the_seed_decides_everything(nemesis: str) -> None:
    one, two = planned(nemesis=nemesis, seed=7, time=90), planned(nemesis=nemesis, seed=7, time=90)
    other = planned(nemesis=nemesis, seed=8, time=90)
    assert decided(one) == decided(two)
    assert one.run != two.run
    assert one.schedule != other.schedule
    assert [step.at for step in one.schedule] != [step.at for step in other.schedule]


def test_a_seed_is_drawn_and_kept_where_none_is_given() -> None:
    seeds = {planned().seed for _ in range(20)}
    assert len(seeds) == 20
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize("nemesis", ["", "none", " none , "])
def test_no_fault_is_an_empty_schedule_that_owes_no_proof(nemesis: str) -> None:
    plan = planned(nemesis=nemesis)
    assert (plan.nemesis, plan.schedule) == ((), ())
    assert not [rule for rule in plan.evidence if "faults" in rule.rule]


def test_each_fault_owes_evidence() -> None:
    plan = planned(nemesis="kill-leader, expire-app-leader", time=60)
    assert plan.nemesis == ("kill-leader", "expire-app-leader")
    owed = {(rule.rule, rule.of) for rule in plan.evidence}
    for fault in plan.nemesis:
        assert {("faults-proven", fault), ("new-leader-after-each", fault)} <= owed
    assert ("all-faults-proven", "") in owed


def test_settings_and_parameters_overlay_the_defaults() -> None:
    plan = planned(zoo={"snapCount": "100", "tickTime": "400"}, params={"term": 9.0}, session_timeout=4)
    assert (plan.zoo["snapCount"], plan.zoo["tickTime"], plan.zoo["syncLimit"]) == ("100", "400", "5")
    assert plan.params == {**ELECTION.params, "term": 9.0}
    assert (plan.image, plan.servers, plan.nodes, plan.session_timeout) == ("zookeeper:3.9", 3, 5, 4)
    assert plan.guarantees == ELECTION.guarantees


@pytest.mark.parametrize("change", [lambda p: p.update(run="x"), lambda p: p.update(seed=1)])
def test_a_plan_is_never_changed(change: Callable[[Any], None]) -> None:
    with pytest.raises(AttributeError):
        planned().seed = 3  # type: ignore[misc]
