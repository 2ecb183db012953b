"""The program in Java of examples/java: an app node that shares nothing with ours but the line protocol."""

from pathlib import Path

import pytest

from checkers.result import Verdict
from harness.build_context import BuildContext
from harness.chaos import Chaos, Workshop
from harness.images import built
from harness.plugin.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples" / "java"


@pytest.fixture(scope="module")
def image(workshop: Workshop) -> str:
    """The example's image, built on that of the servers."""
    context = BuildContext({path.name: path.read_bytes() for path in EXAMPLE.iterdir()})
    server = workshop.images.server.tag
    tag = f"zkchaos/example-java:{context.fingerprint(server)}"
    built(workshop.engine, lambda: context, server, tag, print)
    return tag


def test_an_election_in_java_survives_zookeeper_s_leaders(
    workshop: Workshop, runs: set[str], image: str, tmp_path: Path
) -> None:
    chaos = Chaos(workshop, Settings(runs=tmp_path))
    outcome = chaos.run("election", app_image=image, nemesis="kill-leader", time=20)
    runs.add(outcome.directory.name)
    results = {result.name: result for result in outcome.results.results}
    assert results["single-leader"].verdict is Verdict.VALID
    assert results["single-leader"].measures["leaders"] >= 2
    assert results["write-order"].checked > 50
    history = outcome.history
    assert history.select("environment")[0].value["app"]["reference"] == image
    assert history.select("trouble") == []
    works = history.select("work", type="ok")
    assert all(event.zxid and event.session for event in works)
    closed = [e for e in history.select("session") if e.value["state"] == "closed"]
    assert len({event.node for event in closed}) == history.plan.nodes
    assert all(event.zxid for event in closed)
