"""The playbill of a session: the plays that the selected tests ask for, and a clean engine afterwards."""

from collections.abc import Callable, Iterator

import pytest

from harness.chaos import Workshop
from harness.images import DEFAULT_IMAGE
from harness.plugin.rows import Row, add_row
from tests.chaos.playbill import Playbill
from tests.chaos.plays import expected_seconds
from tests.integration.side_by_side import Play, Ran

Rans = Callable[..., Iterator[Ran]]
"""Takes a play, `tries` and `expect`; yields what came of it, then of the same with the next seeds."""


def play_of(item: pytest.Item) -> Play | None:
    """What a test plays; None where it plays nothing."""
    one = item.callspec.params.get("one") if hasattr(item, "callspec") else None
    return one if isinstance(one, Play) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest plays come first, so that in the end nobody waits for one of them alone."""
    plays = {item: one for item in items if (one := play_of(item))}
    ordered = iter(sorted(plays, key=lambda item: -expected_seconds(plays[item])))
    items[:] = [next(ordered) if item in plays else item for item in items]


@pytest.fixture(scope="session")
def playbill(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbill]:
    """Begin to play what the selected tests ask for.

    A worker of xdist knows all tests, but not which of them it will get, and plays them one by one.
    """
    alone = not hasattr(request.config, "workerinput")
    announced = [one for item in request.session.items if alone and (one := play_of(item))]
    workshop = Workshop.open(DEFAULT_IMAGE)
    playbill = Playbill(announced, tmp_path_factory.mktemp("plays"))
    try:
        yield playbill
    finally:
        played = {ran.directory.name for ran in playbill.close() if ran.directory}
        left = {run: names for run in sorted(played) if (names := workshop.engine.leftovers(run))}
        workshop.close()
    assert not left, f"left on the engine: {left}"


@pytest.fixture
def rans(request: pytest.FixtureRequest, playbill: Playbill) -> Rans:
    """Play something, and tell of it in the table at the end of the session."""

    def told(one: Play, *, tries: int, expect: str) -> Iterator[Ran]:
        for number, ran in enumerate(playbill.rans(one, tries=tries)):
            row = Row(
                scenario=one.scenario,
                nemesis=one.nemesis,
                seed=one.seed + number,
                verdict=ran.verdict,
                expected=expect,
                seconds=round(ran.seconds, 1),
                report=str(ran.directory.report) if ran.directory else "",
            )
            add_row(request.node, row)
            yield ran

    return told
