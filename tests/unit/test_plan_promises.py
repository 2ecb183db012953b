"""What a variant promises of its own is in the plan."""

from harness.planner import Wish, make_plan


def test_variants_of_one_workload_promise_different_things() -> None:
    claim, kazoo = (
        make_plan(Wish(scenario=f"queue:{name}", image="zookeeper:3.9")) for name in ("claim", "kazoo")
    )
    assert claim.promises == ("removed-by-consume", "held-alone")
    assert kazoo.promises == ("removed-by-take", "in-order")
    assert "ephemeral-cleanup" in claim.guarantees
    assert "ephemeral-cleanup" not in kazoo.guarantees
    assert set(kazoo.guarantees) < set(claim.guarantees)
