"""Where a history breaks, and the few calls that show it."""

from collections.abc import Sequence

import pytest
from lin_worlds import WORLDS, Run, linearizable, simulate

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model
from checkers.linearizability.models.register import CasRegister
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.prefix import Break, find_break, until
from checkers.linearizability.search import search
from checkers.linearizability.window import Window
from checkers.result import Verdict


def broken(model: Model, calls: list[Call]) -> tuple[Break, Window]:

    def decide(some: Sequence[Call], budget: int) -> Outcome:
        return search(model, some, budget)

    failed = search(model, calls, 100_000)
    assert failed.verdict is Verdict.VIOLATION
    found = find_break(model, calls, failed, decide, 100_000)
    return found, Window(model, found.calls, decide)


def failing(name: str, number: int) -> list[tuple[int, list[Call]]]:
    """Return histories of a world that have no linearization, with their seeds."""
    found: list[tuple[int, list[Call]]] = []
    seed = 0
    while len(found) < number:
        calls = simulate(WORLDS[name], seed, Run(calls=14, clients=4, unknown=0.1, wrong=1.0))
        if not linearizable(WORLDS[name].model(), calls):
            found.append((seed, calls))
        seed += 1
    return found


@pytest.mark.parametrize("name", ["register", "cas-register", "unique-cas", "queue", "kv-appended", "znode"])
def test_the_break_is_the_shortest_prefix_without_a_linearization(name: str) -> None:
    for seed, calls in failing(name, 25):
        model = WORLDS[name].model()
        found, _ = broken(model, calls)
        returns = sorted(call.returned for call in calls if call.returned != NEVER)
        before = [end for end in returns if end < found.stuck.returned]
        assert not linearizable(WORLDS[name].model(), until(model, calls, found.stuck.returned)), seed
        assert not before or linearizable(WORLDS[name].model(), until(model, calls, before[-1])), seed
        for prefix in found.longest:
            done = {call.invoked for call in prefix.calls}
            assert {call.invoked for call in calls if call.returned in before} <= done, seed


@pytest.mark.parametrize("name", ["register", "cas-register", "unique-cas", "queue", "kv-appended", "znode"])
def test_the_window_fails_and_no_call_of_it_can_go(name: str) -> None:
    for seed, calls in failing(name, 25):
        model = WORLDS[name].model()
        found, window = broken(model, calls)
        kept = list(window.find())
        assert 1 <= len(kept) <= len(found.calls), seed
        assert window.fails(kept), seed
        for at, call in enumerate(kept):
            if model.faceted or model.reads(call):
                fewer = window.without(kept, at, at + 1)
                assert not window.fails(fewer), (seed, at)


def test_a_stale_read_takes_two_calls_to_show_among_many() -> None:
    model = CasRegister()
    calls = [Call("write", n, None, "ok", 4 * n, 4 * n + 1) for n in range(200)]
    calls += [Call("read", None, n, "ok", 4 * n + 2, 4 * n + 3) for n in range(199)]
    stale = Call("read", None, 7, "ok", 4 * 199 + 2, 4 * 199 + 3)
    found, window = broken(model, [*calls, stale])
    assert found.stuck == stale
    assert [prefix.state for prefix in found.longest] == [199]
    shown = window.find()
    # The write of 7 is over before another write that is kept, so it need not be kept itself.
    assert len(shown) == 2
    assert (shown[0].f, shown[1]) == ("write", stale)


def test_a_value_that_nobody_wrote_needs_no_other_call() -> None:
    read = Call("read", None, 3, "ok", 2, 4)
    found, window = broken(
        CasRegister(), [Call("write", 0, None, "ok", 0, 1), read, Call("write", 4, None, "ok", 3, 5)]
    )
    assert found.stuck == read
    assert window.find() == (read,)


def test_a_lost_unknown_write_that_could_explain_a_read_is_never_taken_away() -> None:
    # 3 may come from the unknown write, once; the 1 between says that it cannot come twice.
    calls = [
        Call("write", 3, None, "info", 0, NEVER),
        Call("write", 1, None, "ok", 1, 2),
        Call("read", None, 3, "ok", 3, 4),
        Call("write", 1, None, "ok", 5, 6),
        Call("read", None, 3, "ok", 7, 8),
    ]
    _, window = broken(CasRegister(), calls)
    kept = window.find()
    assert any(call.argument == 3 for call in kept)
    assert sum(call.f == "read" for call in kept) == 2
