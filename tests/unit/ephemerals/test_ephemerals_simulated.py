"""The three guarantees on simulated runs: silent on correct ones, and right about every node."""

import pytest

from checkers.ephemerals.nodes import nodes
from checkers.ephemerals.views import views
from checkers.result import Verdict
from harness.history import History
from tests.simulation.anomalies import ANOMALIES
from tests.simulation.history_builder import as_history
from tests.simulation.world import Options, World
from tests.unit.checkers.talk import check

NAMES = ("ephemeral-safety", "ephemeral-cleanup", "ephemeral-deadline")

RUNS = (
    Options(seed=1, keys=3),
    Options(seed=2, keys=3, breaks=10, closings=5),
    Options(seed=3, faults=("kill-app", "expire-app")),
    Options(seed=4, breaks=3, faults=("kill-leader", "kill-follower")),
)


@pytest.mark.parametrize("options", RUNS, ids=lambda options: f"seed-{options.seed}")
def test_correct_runs_are_valid(options):
    history = World(options).history()
    for name in NAMES:
        assert check(name, history).verdict is Verdict.VALID


@pytest.mark.parametrize(
    ("anomaly", "name"),
    [
        ("forgets-ephemerals", "ephemeral-safety"),
        ("closes-in-two", "ephemeral-cleanup"),
        ("outlives-closing", "ephemeral-cleanup"),
    ],
)
def test_planted_anomalies_are_found(anomaly, name):
    events = next(ANOMALIES[anomaly].some_events(1))
    broken = [one for one in NAMES if check(one, as_history(events)).violations]
    assert broken == [name]


def absent_at(history: History, path: str, born: int, until: int) -> int | None:
    """Return, by looking at every listing, the zxid of the first that lacks a node while it may be there."""
    parent, _, name = path.rpartition("/")
    rows = [
        event.zxid
        for event in history.select("children", type="ok")
        if event.key == parent and born <= event.zxid < until and name not in event.value
        if event.zxid & 0xFFFFFFFF > 16
    ]
    return min(rows, default=None)


@pytest.mark.parametrize("options", RUNS[:2], ids=lambda options: f"seed-{options.seed}")
def test_the_first_listing_without_each_node_is_the_one_that_a_search_finds(options):
    history = World(options).history()
    own, seen = history.derive(nodes), history.derive(views)
    calls, say = history.calls, history.columns.texts.say
    listed = {
        int(node): int(high)
        for node, alive, high, call in zip(seen.node, seen.alive, seen.high, seen.call, strict=True)
        if not alive and call >= 0 and say(int(calls.f[call])) == "children"
    }
    expected = {}
    for node in range(len(own)):
        zxid = absent_at(history, say(int(own.path[node])), int(own.czxid[node]), int(own.until[node]))
        if zxid is not None:
            expected[node] = zxid
    reads = {event.zxid for event in history.select("multi-read", type="ok")}
    assert len(expected) > 20
    assert {node: z for node, z in listed.items() if z not in reads} == {
        node: z for node, z in expected.items() if node in listed and listed[node] not in reads
    }
    assert listed.keys() <= expected.keys() or reads
