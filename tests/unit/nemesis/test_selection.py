"""Names of faults: what they mean, and one clear sentence for what means nothing or cannot be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ZkchaosError
from harness.plan import Plan
from harness.planner import Wish, make_plan, with_schedule
from nemesis.catalogue import FAMILIES, FAULTS, family_of
from nemesis.machine import ABILITIES
from nemesis.presets import PRESETS
from nemesis.selection import choose, parse, possible
from nemesis.targets import RULES


def planned(**wishes: Any) -> Plan:
    return make_plan(Wish(**{"image": "zookeeper:3.9", "time": 300, **wishes}))


@pytest.mark.parametrize(
    ("text", "fault", "target"),
    [
        ("kill", "kill", "leader"),
        ("kill-leader", "kill", "leader"),
        ("kill@holder", "kill", "holder"),
        ("kill-app-leader", "kill", "app-leader"),
        ("process:kill-zk1+zk3", "kill", "zk1+zk3"),
        ("kill-all", "kill", "all"),
        ("pause-connected-to:app2", "pause", "connected-to:app2"),
        ("stop-and-go", "stop-and-go", "leader"),
        ("stop-and-go-one-app", "stop-and-go", "one-app"),
        ("partition:isolate-leader", "isolate", "leader"),
        ("isolate-minority", "isolate", "minority"),
    ],
)
def test_a_name_is_a_fault_and_maybe_a_target(text: str, fault: str, target: str) -> None:
    choice = parse(text)
    assert (choice.text, choice.fault.name, choice.target) == (text, fault, target)


def test_parameters_follow_behind_slashes() -> None:
    choice = parse("throttle-follower/cpus=0.5")
    assert choice.params["cpus"] == 0.5
    assert parse("throttle").params == {n: p.default for n, p in FAULTS["throttle"].parameters.items()}
    # A slash within a value, such as a path, is no separator.
    assert parse("expire-owner/path=/a/b").params["path"] == "/a/b"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("meteor", "there is no fault 'meteor'; choose from: "),
        ("process:meteor", "there is no fault 'process:meteor' in the family process; choose from: kill,"),
        ("process:isolate", "there is no fault 'process:isolate' in the family process"),
        ("kill-moon", "kill-moon: there is no target 'moon'; choose from: leader,"),
        ("expire-leader", "expire-leader: expire is a fault of app nodes, and leader is none of them."),
        ("throttle/cpus", "there is no fault 'throttle/cpus'; choose from: "),
        ("throttle/=3", "throttle/=3: '=3' is not of the form NAME=VALUE."),
        ("throttle/cpus=many", "throttle/cpus=many: cpus=many: a number "),
        ("throttle/cpus=-1", "throttle/cpus=-1: cpus=-1: a number "),
        ("throttle/speed=1", "throttle/speed=1: there is no parameter 'speed'; it has: cpus."),
        ("expire-owner", "expire-owner: the parameter path has to be given: "),
    ],
)
def test_a_mistake_is_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        choose(text)
    said = str(caught.value)
    assert said.startswith(complaint)
    assert said.endswith(".")
    assert "\n" not in said


@given(st.text(max_size=30))
def test_no_text_is_a_crash(text: str) -> None:
    try:
        said = "" if choose(text) else "nothing."
    except ZkchaosError as error:
        said = str(error)
    assert said[-1:] in {"", "."}


@pytest.mark.parametrize(
    ("wishes", "complaint"),
    [
        (
            {"nemesis": "kill-observer"},
            "--nemesis kill-observer: the ensemble has no observer; --observers 1",
        ),
        (
            {"nemesis": "kill-zk7"},
            "--nemesis kill-zk7: there is no node 'zk7'; there are zk1, zk2, zk3, app1",
        ),
        ({"nemesis": "kill-zk1+zk1"}, "--nemesis kill-zk1+zk1: zk1+zk1 names a node twice."),
        ({"nemesis": "pause-connected-to:"}, "there is no node ''"),
        ({"nemesis": "kill-zk1+app9"}, "there is no node 'app9'"),
        ({"nemesis": "pause-connected-to:app9"}, "there is no node 'app9'"),
        ({"nemesis": "kill-follower", "servers": 1}, "an ensemble of one server has no follower"),
        ({"nemesis": "kill-minority", "servers": 1}, "of 1 there is no minority"),
        ({"nemesis": "kill-minority-of-apps", "nodes": 2}, "of 2 there is no minority"),
        ({"nemesis": "majorities-ring"}, "--nemesis majorities-ring: "),
        ({"observers": 1, "servers": 1}, "--observers: a single server runs alone"),
        ({"observers": 99}, "--observers 99: a number from 0 to 16 is needed."),
        ({"overlap": 99}, "--overlap 99: a number from 1 to 8 is needed."),
        ({"every": -1}, "--every -1: seconds above zero are needed."),
        ({"hold": float("inf")}, "--for inf: seconds above zero are needed."),
        ({"liveness": True, "servers": 1}, "--liveness breaks a minority for good, and one server has none"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(wishes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        planned(**wishes)
    assert complaint in str(caught.value)
    assert str(caught.value).endswith(".")


def test_where_nobody_leads_or_holds_a_fault_of_the_holder_hits_any_app_node() -> None:
    plan = planned(scenario="keys", nemesis="kill-holder")
    assert {step.fault for step in plan.schedule} == {"kill-one-app"}


def test_families_and_presets_leave_out_what_cannot_be() -> None:
    choices = choose("everything").choices
    plan = planned()
    kept = possible(plan, choices, holder=False)
    assert {choice.fault.name for choice in kept} < {choice.fault.name for choice in choices}
    assert "majorities-ring" not in {choice.fault.name for choice in kept}
    # Where nobody leads any app node will do.
    assert not [choice for choice in kept if choice.target in {"holder", "app-leader"}]
    assert "expire-one-app" in {choice.text for choice in kept}
    without = possible(plan, choices, holder=True, lacking={"nfqueue", "fuse"})
    assert {choice.fault.name for choice in without} == {
        choice.fault.name
        for choice in possible(plan, choices, holder=True)
        if not choice.fault.requires & {"nfqueue", "fuse"}
    }


def test_a_named_fault_that_the_machine_cannot_do_is_an_error() -> None:
    name = next(name for name, fault in FAULTS.items() if "nfqueue" in fault.requires)
    with pytest.raises(ZkchaosError, match=ABILITIES["nfqueue"]):
        make_plan(Wish(image="x", nemesis=name, time=300), lacking={"nfqueue"})


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_makes_a_plan(preset: str) -> None:
    plan = planned(nemesis=preset, seed=5)
    assert plan.nemesis == (preset,)
    assert len({step.lane for step in plan.schedule}) == PRESETS[preset].rhythm.lanes
    assert not [step for step in plan.schedule if parse(step.fault).fault.beyond_model]


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_says_what_it_is(name: str) -> None:
    fault = FAULTS[name]
    assert family_of(fault) in FAMILIES
    assert fault.summary
    assert not fault.summary.endswith(".")
    assert fault.effect
    assert " " not in fault.effect
    assert fault.touches
    assert fault.roles <= {"server", "app"}
    assert fault.requires <= set(ABILITIES)
    assert fault.takes > 0
    assert fault.__doc__
    for parameter in fault.parameters.values():
        assert parameter.meaning
        assert parameter.default == "" or parameter.read(str(parameter.default)) == parameter.default
    given = "".join(f"/{n}=/x" for n, p in fault.parameters.items() if p.default == "")
    choice = parse(f"{name}{given}")
    assert choice.fault is fault


def test_what_a_schedule_needs_is_fitted_and_nothing_else() -> None:
    steps = planned(nemesis="kill-leader", time=30).schedule
    assert planned(nemesis="kill-leader", time=30).equipment == ()
    fitted = {name for name, fault in FAULTS.items() if fault.equipment}
    assert fitted
    for name in sorted(fitted):
        plan = with_schedule(planned(), [*steps, *_once(name)], ())
        assert set(plan.equipment) == set(FAULTS[name].equipment)


def _once(name: str) -> Any:
    return planned(nemesis=name, servers=5, time=60, params={}).schedule[:1]


def test_targets_are_told_apart_from_faults_with_hyphens() -> None:
    for name in FAULTS:
        for rule in RULES:
            try:
                choice = parse(f"{name}@{rule}")
            except ZkchaosError:
                continue
            assert (choice.fault.name, choice.target) == (name, rule)
