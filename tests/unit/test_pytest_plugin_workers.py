"""The pytest plugin on several workers: one seed for all, a bound by memory, and nothing left by the dead."""

from pathlib import Path

import pytest

from harness.plugin.workers import NEED, room_for
from harness.store import list_runs
from tests.unit.fake_runs import CONFTEST, plans_of

TESTS = """
import pytest

@pytest.mark.chaos_matrix(scenarios=["election", "queue"], seeds=2)
@pytest.mark.chaos(time=20)
def test_cell(chaos):
    chaos.run()
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    return pytester


def test_workers_run_with_the_seeds_that_a_single_process_has(project: pytest.Pytester) -> None:
    project.runpytest("-m", "chaos", "--chaos-seed=11").assert_outcomes(passed=4)
    alone = plans_of(project.path)
    (project.path / "plans.txt").unlink()
    result = project.runpytest_subprocess("-m", "chaos", "--chaos-seed=11", "-n", "2")
    result.assert_outcomes(passed=4)
    assert sorted(plans_of(project.path)) == sorted(alone)
    result.stdout.fnmatch_lines(["4 runs: 4 valid"])


def test_a_drawn_seed_is_one_for_all_workers_and_is_printed(project: pytest.Pytester) -> None:
    header = project.runpytest_subprocess("-m", "chaos", "-n", "2").stdout.str()
    seed = header.partition("chaos seed ")[2].split()[0]
    spread = sorted(plans_of(project.path))
    (project.path / "plans.txt").unlink()
    project.runpytest("-m", "chaos", f"--chaos-seed={seed}")
    assert sorted(plans_of(project.path)) == spread


DYING = """
import os
from pathlib import Path

import pytest

@pytest.fixture(autouse=True)
def dying(monkeypatch, no_docker):
    import harness.chaos
    monkeypatch.setattr(harness.chaos.Runner, "run", lambda self: os._exit(9))

def pytest_configure(config):
    import harness.engine
    import harness.session

    class Engine:
        @classmethod
        def connect(cls):
            return cls()

        def leftovers(self, run):
            return ["zkchaos-" + run]

        def close(self):
            pass

    def drop_everything(run):
        with Path("dropped.txt").open("a") as file:
            print(run, file=file)
        return True

    if not hasattr(config, "workerinput"):
        harness.engine.Engine = Engine
        harness.session.drop_everything = drop_everything
"""


def test_the_controller_removes_what_a_dead_worker_left_on_the_engine(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST + DYING)
    pytester.makepyfile("import pytest\n@pytest.mark.chaos\ndef test_it(chaos):\n    chaos.run('election')\n")
    result = pytester.runpytest_subprocess("-m", "chaos", "-n", "1", "--max-worker-restart=0")
    (run,) = [stored.name for stored in list_runs(pytester.path / "runs")]
    assert Path("dropped.txt").read_text().split() == [run]
    result.stdout.fnmatch_lines([f"*chaos: removed what was left on the engine of {run}."])


def test_what_is_to_be_kept_is_not_removed(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST + DYING)
    pytester.makepyfile("import pytest\n@pytest.mark.chaos\ndef test_it(chaos):\n    chaos.run('election')\n")
    pytester.runpytest_subprocess("-m", "chaos", "-n", "1", "--max-worker-restart=0", "--chaos-keep")
    assert len(list(list_runs(pytester.path / "runs"))) == 1
    assert not Path("dropped.txt").exists()


def machine(root: Path, *, free: int, groups: dict[str, str], mine: str) -> Path:
    """Make the files by which Linux tells of its memory."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable:   {free >> 10} kB\n")
    (root / "proc/self/cgroup").write_text(mine)
    for name, text in groups.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("groups", "mine", "room"),
    [
        ({}, "0::/\n", 9),
        ({"a/b/memory.max": "max\n", "a/b/memory.current": "5\n"}, "0::/a/b\n", 9),
        ({"a/memory.max": f"{5 * NEED}\n", "a/memory.current": f"{NEED}\n"}, "0::/a/b\n", 4),
        ({"memory.max": f"{3 * NEED}\n", "memory.current": "0\n"}, "0::/outside/of/the/container\n", 3),
        (
            {"memory/a/memory.limit_in_bytes": f"{2 * NEED}", "memory/a/memory.usage_in_bytes": "0"},
            "9:cpu:/a\n4:memory:/a\n0::/\n",
            2,
        ),
        (
            {"memory/memory.limit_in_bytes": "9223372036854771712", "memory/memory.usage_in_bytes": "7"},
            "4:memory:/\n",
            9,
        ),
        ({"memory.max": "1000\n", "memory.current": "5000\n"}, "0::/\n", 1),
    ],
    ids=["none", "no limit", "of a parent", "container", "version 1", "version 1, no limit", "full"],
)
def test_room_is_what_the_machine_and_its_control_groups_have_left(
    tmp_path: Path, groups: dict[str, str], mine: str, room: int
) -> None:
    assert room_for(machine(tmp_path, free=9 * NEED + 5000, groups=groups, mine=mine)) == room


def test_where_the_system_does_not_say_there_is_no_bound(tmp_path: Path) -> None:
    assert room_for(tmp_path) is None


SIXTEEN = """
import pytest

import harness.pytest_plugin

harness.pytest_plugin.room_for = lambda: 2

def pytest_xdist_auto_num_workers(config):
    return 16

def pytest_configure(config):
    pytest.exit(f"{len(config.option.tx)} workers would start")
"""


@pytest.mark.parametrize(
    ("expression", "workers"), [("chaos", 2), ("chaos or not chaos", 2), ("not chaos", 16), ("", 16)]
)
def test_auto_starts_no_more_workers_than_ensembles_fit_in(
    pytester: pytest.Pytester, expression: str, workers: int
) -> None:
    pytester.makeconftest(SIXTEEN)
    pytester.makepyfile("def test_quiet():\n    pass\n")
    result = pytester.runpytest_subprocess("-n", "auto", "-m", expression, timeout=60)
    result.stderr.fnmatch_lines([f"*{workers} workers would start*"])
