"""The pytest plugin: `pytest -m chaos`, the fixture `chaos`, and its options.

Neither Docker nor pandas is imported before a chaos test really runs, so that collecting stays cheap.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.chaos import Chaos, Workshop

MARKER = "chaos"

_deselected = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a chaos run."""
    group = parser.getgroup("zkchaos", "fault injection for ZooKeeper")
    group.addoption("--chaos-seed", type=int, metavar="N", help="seed of every chaos run; drawn without it")
    group.addoption(
        "--chaos-time", type=float, metavar="SECONDS", help="seconds of workload of every chaos run"
    )
    group.addoption("--chaos-nodes", type=int, metavar="N", help="app nodes of every chaos run")
    group.addoption("--chaos-image", metavar="IMAGE", help="ZooKeeper server image, such as debian:trixie")
    group.addoption("--chaos-keep", action="store_true", help="leave the containers for a look inside")
    group.addoption(
        "--chaos-runs-dir", type=Path, default=Path("runs"), metavar="DIR", help="where runs are kept"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{MARKER}: breaks a real ensemble; needs Docker, takes a minute")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave chaos tests out unless the marker expression speaks of them."""
    if MARKER in config.option.markexpr:
        return
    chaotic = [item for item in items if item.get_closest_marker(MARKER)]
    if chaotic:
        config.hook.pytest_deselected(items=chaotic)
        items[:] = [item for item in items if not item.get_closest_marker(MARKER)]
    config.stash[_deselected] = len(chaotic)


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say which tests were left out, and how to run them."""
    count = config.stash.get(_deselected, 0)
    tests = "chaos test" if count == 1 else "chaos tests"
    return [f"{count} {tests} deselected; `pytest -m chaos` runs them"] if count else []


@pytest.fixture(scope="session")
def chaos_workshop(request: pytest.FixtureRequest) -> Iterator["Workshop"]:
    """Engine and images, made ready once; what is missing is an error of the set-up, not a failure."""
    from harness.chaos import Workshop
    from harness.images import DEFAULT_IMAGE

    workshop = Workshop.open(request.config.getoption("--chaos-image") or DEFAULT_IMAGE)
    yield workshop
    workshop.close()


@pytest.fixture
def chaos(request: pytest.FixtureRequest, chaos_workshop: "Workshop") -> "Chaos":
    """Run a workload under faults: `chaos.run("election", nemesis="kill-leader", time=30)`.

    The test fails unless the verdict is the one that `expect` names, by default `valid`.
    """
    from harness.chaos import Chaos

    options = request.config.option
    return Chaos(
        chaos_workshop,
        request.node,
        runs=options.chaos_runs_dir,
        seed=options.chaos_seed,
        time=options.chaos_time,
        nodes=options.chaos_nodes,
        keep=options.chaos_keep,
    )
