"""Plans of users' own workloads: whole without their files, repeatable, and old ones still readable."""

import shlex
from pathlib import Path

import msgspec
import pytest

from harness.errors import ZkchaosError
from harness.history import HistoryWriter
from harness.judging import judge_run
from harness.plan import Plan
from harness.planner import Wish, make_plan, repeat_command, replayed
from harness.stage import Stage
from harness.store import RunDirectory, read_plan
from tests.unit.test_from_file import RECIPE, WORKLOAD
from tests.unit.test_plan_repeat import decided, plan_of
from workloads.election.workload import ELECTION
from workloads.promises import ON_THE_WIRE, ZOOKEEPER


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    Path("mine.py").write_text(RECIPE)
    Path("others.py").write_text(WORKLOAD)


def planned(scenario: str = "./mine.py:Mine", **wishes: object) -> Plan:
    return make_plan(Wish(**{"scenario": scenario, "image": "x", "seed": 7, **wishes}))  # type: ignore[arg-type]


def test_a_plan_holds_everything_of_a_file() -> None:
    plan = planned(params={"pace": 3.0})
    assert (plan.workload, plan.variant, plan.scenario) == ("Mine", "", "./mine.py:Mine")
    assert plan.guarantees == ("single-leader", *ZOOKEEPER)
    assert plan.params == {"participants": 1, "pace": 3}
    assert plan.roots == ("/mine",)
    assert plan.code is not None
    assert plan.code.files == {"mine.py": RECIPE}
    assert plan.run.split("-")[2] == "Mine"
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_a_run_is_judged_and_played_again_without_the_file() -> None:
    plan = planned()
    run = RunDirectory.create(Path("runs"), plan)
    assert (run.code / "mine.py").read_text() == RECIPE
    Path("mine.py").write_text("1 / 0")
    writer = HistoryWriter(run.history)
    writer.write(time=1, type="event", f="plan", process="harness", value=plan)
    writer.close()
    _, results = judge_run(run)
    assert results.scenario == "./mine.py:Mine"
    again = replayed(read_plan(run))
    assert again.code == plan.code
    assert again.origin == plan.run
    # What the nodes are told says where the file is in their image.
    told = Stage(None, again, writer)._node_plan("app1", ())  # type: ignore[arg-type]
    assert told.code == "/opt/own/code/mine.py:Mine"


def test_the_command_names_the_file_and_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.own_code.host_packages", lambda packages: Path())
    plan = planned(packages=("six>=1", "redis"), params={"pace": 0.5}, nemesis="kill-leader", time=60)
    command = repeat_command(plan)
    assert command.startswith("zkchaos run ./mine.py:Mine --pip 'six>=1' --pip redis --nemesis kill-leader ")
    # All of them: the file's own defaults may be others by then.
    assert command.endswith("--set participants=1 --set pace=0.5")
    assert decided(plan_of(command, monkeypatch)) == decided(plan)


def test_requirements_of_a_file_are_asked_for_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.own_code.host_packages", lambda packages: Path())
    Path("requirements.txt").write_text("redis\n")
    plan = plan_of(
        "zkchaos run ./mine.py:Mine --pip six --requirements requirements.txt --seed 7", monkeypatch
    )
    assert plan.code is not None
    assert plan.code.packages == ("six", "redis")
    assert "--pip six --pip redis" in repeat_command(plan)


def test_a_program_of_the_user_s_is_judged_by_what_it_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned("election", app_image="my/go-election", params={"term": 2})
    assert (plan.workload, plan.variant, plan.roots) == ("election", "predecessor", ELECTION.roots)
    assert "single-leader" in plan.guarantees
    assert not set(plan.guarantees) & set(ON_THE_WIRE)
    command = repeat_command(plan)
    assert shlex.split(command)[2:5] == ["election:predecessor", "--app-image", "my/go-election"]
    assert "--set term=2" in command
    assert decided(plan_of(command, monkeypatch)) == decided(plan)


def test_a_program_may_know_variants_that_we_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned("election:raft-like", app_image="my/go-election")
    assert plan.scenario == "election:raft-like"
    assert plan.guarantees
    assert decided(plan_of(repeat_command(plan), monkeypatch)) == decided(plan)
    with pytest.raises(ZkchaosError, match="there is no workload 'elektion'"):
        planned("elektion", app_image="my/go-election")


def test_a_workload_without_a_program_is_for_an_image_and_taken_at_its_word() -> None:
    plan = planned("./others.py:PLAIN", app_image="my/go-plain")
    assert (plan.scenario, plan.guarantees, plan.roots) == ("./others.py:PLAIN", ("unique-zxid",), ("/x",))
    with pytest.raises(ZkchaosError) as caught:
        planned("./others.py:PLAIN")
    assert (
        str(caught.value) == "plain has no program of its own: name an image that has one with --app-image."
    )


def test_a_variant_of_a_file_is_named_behind_a_second_colon(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned("./others.py:TWO")
    assert (plan.variant, plan.scenario) == ("a", "./others.py:TWO:a")
    plan = planned("./others.py:TWO:b")
    assert (plan.variant, plan.scenario) == ("b", "./others.py:TWO:b")
    assert decided(plan_of(repeat_command(plan), monkeypatch)) == decided(plan)


def test_packages_go_with_a_file() -> None:
    with pytest.raises(ZkchaosError) as caught:
        planned("election", packages=("six",))
    assert str(caught.value) == "--pip and --requirements go with a workload out of a file: ./FILE.py:NAME."


def test_a_plan_of_before_all_this_can_be_read_and_played_again() -> None:
    old = msgspec.json.decode(msgspec.json.encode(planned("election")))
    for name in ("code", "app_image", "roots"):
        del old[name]
    plan = msgspec.convert(old, Plan)
    assert (plan.code, plan.app_image, plan.roots) == (None, "", None)
    assert replayed(plan).roots == ELECTION.roots


def test_ids_fit_into_the_names_of_machines() -> None:
    Path("long.py").write_text(RECIPE.replace("Mine", "A" * 60))
    plan = planned(f"./long.py:{'A' * 60}")
    assert len(f"zkchaos-{plan.run}-app100-net") <= 64
