"""Schedules by hand: what reads, what does not, and that writing one and reading it back changes nothing."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ZkchaosError
from harness.plan import Step
from nemesis.script import read_script, write_script
from nemesis.strategies import schedules, seconds_of


def script(path: Path, text: str) -> Path:
    file = path / "schedule.toml"
    file.write_text(text)
    return file


def test_a_step_says_what_when_and_for_how_long(tmp_path: Path) -> None:
    steps = read_script(
        script(
            tmp_path,
            """
            [[step]]
            fault = "kill-leader"

            [[step]]
            fault = "throttle-follower/cpus=0.1"
            at = 7.5
            for = 2
            lane = 1
            when = "writes:500"
            params = { cpus = 0.2 }
            """,
        )
    )
    assert steps == (
        Step(1, 0.0, "kill-leader", "leader", 3.0),
        Step(2, 7.5, "throttle-follower/cpus=0.2", "follower", 2, {"cpus": 0.2}, 1, "writes:500"),
    )


def test_parameters_that_a_fault_needs_may_stand_in_the_table(tmp_path: Path) -> None:
    text = '[[step]]\nfault = "expire-owner"\nparams = { path = "/election" }'
    (step,) = read_script(script(tmp_path, text))
    assert (step.fault, step.params) == ("expire-owner/path=/election", {"path": "/election"})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "needs [[step]] tables and nothing else"),
        ("steps = 3", "needs [[step]] tables and nothing else"),
        ("[[step]]", 'step 1: a fault is needed, such as fault = "kill-leader".'),
        ("[[step]]\nfault = 3", "step 1: a fault is needed"),
        ('[[step]]\nfault = "meteor"', "step 1: there is no fault 'meteor'"),
        ('[[step]]\nfault = "kill-moon"', "step 1: kill-moon: there is no target 'moon'"),
        ('[[step]]\nfault = "kill"\nduring = 3', "step 1: there is no 'during'; a step has fault, at, for"),
        ('[[step]]\nfault = "kill"\nat = -1', "step 1: at = -1: seconds, not below zero, are needed."),
        ('[[step]]\nfault = "kill"\nfor = "long"', "step 1: for = 'long': seconds"),
        ('[[step]]\nfault = "kill"\nlane = 0.5', "step 1: lane = 0.5: a whole number"),
        ('[[step]]\nfault = "kill"\nwhen = "soon"', "step 1: there is no condition 'soon'"),
        ('[[step]]\nfault = "kill"\nwhen = 5', "step 1: there is no condition '5'"),
        ('[[step]]\nfault = "kill"\nparams = 5', "step 1: params = 5: a table"),
        ('[[step]]\nfault = "throttle"\nparams = { speed = 5 }', "there is no parameter 'speed'"),
        ('[[step]]\nfault = "throttle"\nparams = { cpus = "many" }', "cpus=many: a number"),
        ("[[step", "is no TOML"),
    ],
)
def test_a_mistake_is_one_sentence_with_file_and_step(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ZkchaosError) as caught:
        read_script(script(tmp_path, text))
    said = str(caught.value)
    assert complaint in said
    assert "schedule.toml" in said
    assert said.endswith(".")
    assert "\n" not in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ZkchaosError, match=r"none\.toml cannot be read: No such file"):
        read_script(tmp_path / "none.toml")


@given(schedules("kill-leader,pause-holder,throttle-follower/cpus=0.3,expire-holder", most=4), st.booleans())
def test_what_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, steps: tuple[Step, ...], two: bool
) -> None:
    if two:
        steps = tuple(
            Step(s.id, s.at, s.fault, s.target, s.hold, s.params, s.id % 2, "leader-changed") for s in steps
        )
    file = tmp_path_factory.mktemp("scripts") / "schedule.toml"
    file.write_text(write_script(steps))
    assert read_script(file) == steps


@given(schedules("kill-leader,pause-holder", least=2, most=5, hold=(1, 2), gap=(1, 3)))
def test_generated_schedules_keep_to_their_bounds(steps: tuple[Step, ...]) -> None:
    assert 2 <= len(steps) <= 5
    assert all(1 <= step.hold <= 2 for step in steps)
    for before, after in pairwise(steps):
        assert after.at >= before.at + before.hold + 1
    assert seconds_of(steps) > steps[-1].at + steps[-1].hold
