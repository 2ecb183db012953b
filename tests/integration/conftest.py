"""Fixtures of the tests on real containers: one ensemble for most tests, and an engine as clean as before."""

from collections.abc import Iterator

import pytest

from harness.chaos import Workshop
from harness.images import DEFAULT_IMAGE
from tests.integration.theatre import Theatre, left_on_engine, opened


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """Engine and images."""
    workshop = Workshop.open(DEFAULT_IMAGE)
    yield workshop
    workshop.close()


@pytest.fixture(scope="session")
def runs(workshop: Workshop) -> Iterator[set[str]]:
    """Ids of the runs of this session: tests add theirs, and in the end nothing of them may be left."""
    runs: set[str] = set()
    yield runs
    left = {run: left_on_engine(workshop.engine, run) for run in sorted(runs)}
    for run in runs:
        workshop.engine.sweep(run)
    assert not any(left.values()), f"left on the engine: {left}"


@pytest.fixture(scope="session")
def shared(workshop: Workshop, runs: set[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    """Three servers and five app nodes running an election, for all tests that leave them as they were."""
    with opened(workshop, runs, tmp_path_factory.mktemp("shared"), apps=True) as theatre:
        yield theatre


@pytest.fixture
def theatre(shared: Theatre) -> Iterator[Theatre]:
    """The shared stage, in order before and after the test, and without trouble in between."""
    shared.settle()
    mark = shared.now()
    yield shared
    shared.settle()
    assert shared.since(mark, "trouble") == []
