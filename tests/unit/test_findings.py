"""What was found on real ensembles stays found."""

from pathlib import Path

from checkers.reads.sync_read import sync_read
from checkers.recipes.barrier import barrier
from checkers.result import Verdict
from checkers.servers.digests import digests
from harness.history import read_history

FINDINGS = Path(__file__).parents[1] / "data" / "findings"


def test_a_leader_answers_a_sync_before_it_has_applied_what_a_follower_has_told() -> None:
    history = read_history(FINDINGS / "sync-answered-by-the-leader.jsonl")
    write, sync = history.operations
    assert write.complete
    assert sync.complete
    assert write.complete.received < sync.complete.sent
    assert sync.complete.zxid < write.complete.zxid
    result = sync_read(history)
    assert result.verdict is Verdict.VALID
    assert result.measures["syncs_by_a_late_leader"] == 1


def test_digests_differ_while_a_server_loads_a_snapshot_and_agree_again() -> None:
    history = read_history(FINDINGS / "digests-off-while-loading.jsonl")
    told = {event.node: event.value for event in history.select("hash")}
    assert {name: value["mismatches"] for name, value in told.items()} == {"zk1": 0, "zk2": 4, "zk3": 0}
    off = str(0x300000200)
    assert told["zk2"]["digests"][off] != told["zk1"]["digests"][off] == told["zk3"]["digests"][off]
    found = digests(history)
    assert found.violations == ()
    assert found.passing == 4 + 2


def test_a_party_of_kazoos_double_barrier_never_hears_of_a_node_that_went_while_it_was_away() -> None:
    history = read_history(FINDINGS / "kazoo-double-barrier-left-waiting.jsonl")
    result = barrier(history)
    assert {violation.kind for violation in result.violations} == {"blocked"}
    assert {node for violation in result.violations for node in violation.nodes} == {
        "app1",
        "app2",
        "app3",
        "app4",
    }
    looked = [op for op in history.operations if op.invoke.f == "exists" and op.invoke.node == "app3"]
    (gone,) = [op for op in history.operations if op.invoke.f == "delete" and op.outcome == "info"]
    assert looked[-1].invoke.key == gone.invoke.key
    assert looked[-1].invoke.time < gone.invoke.time
