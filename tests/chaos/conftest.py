"""The playbill of a session: the plays that the selected tests ask for, and a clean engine afterwards."""

from collections.abc import Iterator

import pytest

from harness.chaos import Workshop
from harness.images import DEFAULT_IMAGE
from tests.chaos.playbill import Playbill
from tests.integration.side_by_side import Play


@pytest.fixture(scope="session")
def playbill(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playbill]:
    """Begin to play what the selected tests ask for with their parameter `one`."""
    asked = [item.callspec.params.get("one") for item in request.session.items if hasattr(item, "callspec")]
    plays = [one for one in asked if isinstance(one, Play)]
    workshop = Workshop.open(DEFAULT_IMAGE)
    playbill = Playbill(plays, tmp_path_factory.mktemp("plays"))
    try:
        yield playbill
        played = {ran.directory.name for one in plays if (ran := playbill.ran(one)).directory}
        left = {run: names for run in sorted(played) if (names := workshop.engine.leftovers(run))}
        assert not left, f"left on the engine: {left}"
    finally:
        playbill.close()
        workshop.close()
