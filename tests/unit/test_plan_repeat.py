"""The command that repeats a run, read back by the command line itself, makes the same plan."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import session
from harness.cli import cli
from harness.plan import Plan
from harness.planner import Wish, make_plan, repeat_command
from workloads.catalogue import parse, scenarios

NEMESES = ["kill-leader", "kill@zk2", "pause-one-app", "kill-minority", "process", "gentle", "brutal"]

words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
setting_names = st.from_regex(r"[a-z][A-Za-z.]{2,11}", fullmatch=True).filter(
    lambda name: not name.startswith("server.")
)


def wishes_for(scenario: str) -> st.SearchStrategy[dict[str, Any]]:
    """Wishes for a scenario, with parameters of its workload."""
    params = sorted(parse(scenario)[0].params)
    return st.fixed_dictionaries(
        {
            "scenario": st.just(scenario),
            "nemesis": st.lists(st.sampled_from(NEMESES), max_size=4, unique=True).map(",".join),
            "every": st.just(0) | st.floats(4, 9),
            "hold": st.just(0) | st.floats(1, 3),
            "overlap": st.integers(0, 3),
            "liveness": st.booleans(),
            "observers": st.integers(0, 2),
            "time": st.floats(120, 7 * 24 * 3600, exclude_max=True) | st.integers(120, 900),
            "seed": st.integers(-(2**40), 2**40),
            "servers": st.sampled_from([3, 5, 7]),
            "nodes": st.integers(1, 40),
            "image": words.filter(lambda word: not word.startswith("-")),
            "session_timeout": st.floats(4, 8),
            "zoo": st.dictionaries(setting_names, words, max_size=3)
            | st.just({"tickTime": "600", "syncLimit": "9"}),
            # From 1 on: nobody to play would be refused.
            "params": st.dictionaries(st.sampled_from(params), st.floats(1, 1e9), max_size=3),
        }
    )


wishes = st.sampled_from(scenarios()).flatmap(wishes_for)


def plan_of(command: str, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Let the command line parse a command and take the plan that it would run."""
    taken: list[Plan] = []

    def take(wish: Wish, runs: Path, *, keep: bool) -> int:
        taken.append(make_plan(wish))
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(session, "run_on_terminal", take)
        program, *arguments = shlex.split(command)
        assert program == "zkchaos"
        assert cli.main(arguments, standalone_mode=False) == 0
    (plan,) = taken
    return plan


def decided(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__struct_fields__ if name != "run"}


@settings(max_examples=60)
@given(wish=wishes)
def test_the_command_makes_the_same_plan(wish: dict[str, Any]) -> None:
    # A week of faults is a long schedule; drawing it again adds nothing.
    wish["time"] = min(wish["time"], 5000.123456789) if wish["nemesis"] else wish["time"]
    plan = make_plan(Wish(**wish))
    with pytest.MonkeyPatch.context() as patch:
        again = plan_of(repeat_command(plan), patch)
    assert decided(again) == decided(plan)


def test_the_command_is_short_where_the_defaults_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda _: 42)
    plan = make_plan(Wish(image="debian:sid", nemesis="kill-leader", time=60, zoo={"tickTime": "500"}))
    assert repeat_command(plan) == (
        "zkchaos run election:predecessor --nemesis kill-leader --time 60 --seed 42"
        " --servers 3 --nodes 5 --image debian:sid --session-timeout 4"
    )
