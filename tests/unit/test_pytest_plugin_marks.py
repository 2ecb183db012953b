"""Markers of chaos tests: arguments that stand in for those of chaos.run(), levels, and the matrix."""

from dataclasses import fields

import pytest

from harness.planner import Wish
from harness.plugin.levels import Level
from harness.plugin.marks import WISHES
from harness.plugin.settings import Settings
from tests.unit.fake_runs import CONFTEST, plans_of


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makeini("[pytest]\naddopts = --strict-markers\n")
    return pytester


def test_the_marker_knows_what_a_run_can_be_asked_for() -> None:
    assert set(WISHES) == {field.name for field in fields(Wish)}


MARKED = """
import pytest

pytestmark = pytest.mark.chaos(nodes=3, time=40, nemesis="pause-holder")

@pytest.mark.chaos("election:herd", seed=4, nemesis="kill-leader")
def test_all_from_markers(chaos):
    chaos.run()

def test_some_from_the_call(chaos):
    chaos.run("queue", nemesis="none", seed=5)

@pytest.mark.chaos(seed=6, expect="violation")
def test_the_verdict_too(chaos):
    chaos.run("election:unfenced")
"""


def test_what_a_call_does_not_say_comes_from_the_closest_marker(project: pytest.Pytester) -> None:
    project.makepyfile(MARKED)
    project.runpytest("-m", "chaos").assert_outcomes(passed=3)
    assert plans_of(project.path) == [
        "election:herd kill-leader 4 40 3 zookeeper:3.9 False runs",
        "queue:claim none 5 40 3 zookeeper:3.9 False runs",
        "election:unfenced pause-holder 6 40 3 zookeeper:3.9 False runs",
    ]


def test_options_lie_over_what_a_test_asks_for_but_a_seed_that_is_named_stays(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(MARKED)
    result = project.runpytest(
        "-m", "chaos", "--chaos-seed=9", "--chaos-time=33", "--chaos-nodes=4", "--chaos-image=zookeeper:3.8",
        "--chaos-keep", "--chaos-runs-dir=kept",
    )  # fmt: skip
    result.assert_outcomes(passed=3)
    assert plans_of(project.path)[0] == "election:herd kill-leader 4 33.0 4 zookeeper:3.8 True kept"


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ('chaos(nemsis="kill-leader")', "there is no argument 'nemsis'; did you mean 'nemesis'?"),
        ("chaos(colour=1)", "there is no argument 'colour'; choose from: scenario, nemesis, *"),
        ('chaos(level="weekly")', "level='weekly' cannot be; choose one of: smoke, standard, nightly."),
        ('chaos(expect="good")', "expect='good' cannot be; choose one of: valid, violation, unknown."),
        ('chaos("lock", "kill-leader")', "takes the scenario and else names with values, *"),
        ("chaos_matrix()", "it needs at least one of: scenarios, nemeses, seeds."),
        ("chaos_matrix(seed=3)", "there is no argument 'seed'; did you mean 'seeds'?"),
        ('chaos_matrix(scenarios="lock")', "scenarios='lock' is no list of names."),
        ("chaos_matrix(nemeses=[])", "nemeses=[[]] is no list of names."),
        ("chaos_matrix(seeds=0)", "seeds=0 is neither a number above zero nor a list of seeds."),
        ("chaos_matrix(['lock'])", "it comes once and takes names with values, *"),
    ],
)
def test_a_marker_that_cannot_be_is_refused_at_collection(
    project: pytest.Pytester, marker: str, sentence: str
) -> None:
    project.makepyfile(f"import pytest\n@pytest.mark.{marker}\ndef test_it(chaos):\n    pass\n")
    result = project.runpytest("--collect-only")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    name = marker.partition("(")[0]
    result.stdout.fnmatch_lines([f"test_it: @pytest.mark.{name}*{sentence}"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_matrix_needs_the_fixture(project: pytest.Pytester) -> None:
    project.makepyfile("import pytest\n@pytest.mark.chaos_matrix(seeds=2)\ndef test_it():\n    pass\n")
    result = project.runpytest("--collect-only")
    result.stdout.fnmatch_lines(["test_it: *chaos_matrix needs a test that takes the fixture chaos."])


def test_a_wrong_argument_of_a_call_is_one_sentence(project: pytest.Pytester) -> None:
    project.makepyfile(
        "import pytest\n@pytest.mark.chaos\ndef test_it(chaos):\n    chaos.run('lock', nemsis='x')\n"
    )
    result = project.runpytest("-m", "chaos")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*TypeError: chaos.run(): there is no argument 'nemsis'; did you mean *"])


MATRIX = """
import pytest

@pytest.mark.chaos_matrix(scenarios=["election:herd", "queue"], nemeses=["kill-leader", "none"], seeds=[7, 8])
@pytest.mark.chaos(nodes=2, time=30)
def test_cell(chaos):
    chaos.run()

@pytest.mark.chaos_matrix(nemeses=["partition:isolate-leader,pause-holder"], seeds=2)
def test_of_one(chaos):
    chaos.run("config")
"""


def test_a_matrix_has_a_readable_id_for_each_combination(project: pytest.Pytester) -> None:
    project.makepyfile(MATRIX)
    listed = project.runpytest("--collect-only", "-q", "-m", "chaos").outlines
    ids = [line.partition("::")[2] for line in listed if "::" in line]
    assert ids == [
        "test_cell[election-herd-kill-leader-seed7]",
        "test_cell[election-herd-kill-leader-seed8]",
        "test_cell[election-herd-none-seed7]",
        "test_cell[election-herd-none-seed8]",
        "test_cell[queue-kill-leader-seed7]",
        "test_cell[queue-kill-leader-seed8]",
        "test_cell[queue-none-seed7]",
        "test_cell[queue-none-seed8]",
        "test_of_one[partition-isolate-leader-pause-holder-1]",
        "test_of_one[partition-isolate-leader-pause-holder-2]",
    ]


def test_without_being_asked_for_a_matrix_is_left_out_as_a_whole(project: pytest.Pytester) -> None:
    project.makepyfile(MATRIX)
    result = project.runpytest()
    result.assert_outcomes(deselected=10)
    result.stdout.fnmatch_lines(["10 chaos tests deselected; *"])


def test_the_cells_of_a_matrix_run_by_themselves(project: pytest.Pytester) -> None:
    project.makepyfile(MATRIX)
    project.runpytest("-m", "chaos", "--chaos-seed=1").assert_outcomes(passed=10)
    told = [line.split() for line in plans_of(project.path)]
    assert told[0] == ["election:herd", "kill-leader", "7", "30", "2", "zookeeper:3.9", "False", "runs"]
    assert told[3][:3] == ["election:herd", "none", "8"]
    first, second = told[8:]
    assert first[:2] == second[:2] == ["config:cas", "partition:isolate-leader,pause-holder"]
    assert first[2] != second[2]


LEVELS = """
import pytest

@pytest.mark.chaos
def test_always(chaos):
    chaos.run("election", time=50)

@pytest.mark.chaos(level="standard")
def test_usually(chaos):
    chaos.run("election", time=24)

@pytest.mark.chaos_matrix(scenarios=["queue"], seeds=2)
@pytest.mark.chaos(level="nightly", time=12)
def test_at_night(chaos):
    chaos.run()
"""


@pytest.mark.parametrize(
    ("level", "passed", "left_out", "seconds"),
    [
        ("smoke", 1, "2 chaos tests deselected, above the level smoke; `--chaos-level nightly` *", [25]),
        ("standard", 2, "2 chaos tests deselected, above the level standard; `*nightly` *", [50, 24]),
        ("nightly", 8, "", [150, 72, *[36] * 6]),
    ],
)
def test_the_level_scales_tests_seeds_and_times(
    project: pytest.Pytester, level: str, passed: int, left_out: str, seconds: list[float]
) -> None:
    project.makepyfile(LEVELS)
    result = project.runpytest("-m", "chaos", f"--chaos-level={level}")
    assert result.parseoutcomes()["passed"] == passed
    if left_out:
        result.stdout.fnmatch_lines([left_out])
    assert [float(line.split()[3]) for line in plans_of(project.path)] == seconds


def test_at_smoke_a_run_keeps_the_time_that_faults_need() -> None:
    assert Level.SMOKE.seconds(24) == 20
    assert Level.SMOKE.seconds(12) == 12
    assert Level.SMOKE.seconds(120) == 60


def test_the_seed_of_a_run_depends_on_session_test_and_turn_alone() -> None:
    settings = Settings(runs=None, seed=5)  # type: ignore[arg-type]
    assert settings.seed_of("test_a", 1) == settings.seed_of("test_a", 1)
    other = Settings(runs=None, seed=6)  # type: ignore[arg-type]
    seeds = [settings.seed_of("test_a", 1), settings.seed_of("test_a", 2), settings.seed_of("test_b", 1)]
    seeds.append(other.seed_of("test_a", 1))
    assert len(set(seeds)) == 4
    assert all(seed is not None and 0 <= seed < 2**31 for seed in seeds)


TWICE = """
import pytest

@pytest.mark.chaos
def test_one(chaos):
    chaos.run("election", nodes=1)
    chaos.run("election", nodes=2)

@pytest.mark.chaos
def test_two(chaos):
    chaos.run("election", nodes=3)
"""


def test_seeds_stay_with_their_tests_whatever_else_runs(project: pytest.Pytester) -> None:
    project.makepyfile(TWICE)
    result = project.runpytest("-m", "chaos", "--chaos-seed=11")
    result.stdout.fnmatch_lines(["chaos seed 11 (--chaos-seed 11 repeats), level standard"])
    whole = plans_of(project.path)
    seeds = [line.split()[2] for line in whole]
    assert len(set(seeds)) == 3
    (project.path / "plans.txt").unlink()
    project.runpytest("-m", "chaos", "--chaos-seed=11", "-k", "two")
    assert plans_of(project.path) == whole[2:]


def test_a_seed_that_is_drawn_is_printed_and_repeats(project: pytest.Pytester) -> None:
    project.makepyfile(TWICE)
    header = project.runpytest("-m", "chaos").stdout.str()
    seed = header.partition("chaos seed ")[2].split()[0]
    drawn = plans_of(project.path)
    (project.path / "plans.txt").unlink()
    project.runpytest("-m", "chaos", f"--chaos-seed={seed}")
    assert plans_of(project.path) == drawn
