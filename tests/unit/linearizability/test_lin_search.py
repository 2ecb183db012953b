"""The search against one that tries everything, on thousands of small histories of every model."""

import pytest
from lin_worlds import WORLDS, Run, World, explains, linearizable, simulate
from msgspec.structs import replace

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.model import Model
from checkers.linearizability.models.lock import Mutex
from checkers.linearizability.models.register import CasRegister
from checkers.linearizability.models.znode import Znode
from checkers.linearizability.search import search
from checkers.result import Verdict

RUNS = (
    Run(calls=6, clients=3, unknown=0.0),
    Run(calls=10, clients=5, unknown=0.1),
    Run(calls=8, clients=4, unknown=0.4),
    Run(calls=12, clients=3, unknown=0.1, refusals=False),
    Run(calls=9, clients=9, unknown=0.2, wrong=1.0),
)


@pytest.mark.parametrize("name", WORLDS)
def test_the_search_says_what_trying_everything_says(name: str) -> None:
    world = WORLDS[name]
    said = {Verdict.VALID: 0, Verdict.VIOLATION: 0}
    for seed in range(250):
        calls = simulate(world, seed, RUNS[seed % len(RUNS)])
        outcome = search(world.model(), calls)
        truth = linearizable(world.model(), calls)
        assert outcome.verdict is (Verdict.VALID if truth else Verdict.VIOLATION), (name, seed)
        if truth:
            assert explains(world.model(), calls, outcome.linearization), (name, seed)
        said[outcome.verdict] += 1
    assert said[Verdict.VALID] > 20
    # Nobody reads a mutex, so no answer of it can be changed; its own test is below.
    assert said[Verdict.VIOLATION] > 3 or name == "mutex"


def test_a_mutex_that_two_hold_at_once_is_seen() -> None:
    acquired = [Call("acquire", None, None, "ok", 0, 1), Call("acquire", None, None, "ok", 2, 3)]
    assert search(Mutex(), acquired).verdict is Verdict.VIOLATION
    unknown = Call("release", None, None, "info", 1, NEVER)
    assert search(Mutex(), [*acquired, unknown]).verdict is Verdict.VALID


@pytest.mark.parametrize("name", [name for name in WORLDS if WORLDS[name].model().faceted or "znode" in name])
def test_facets_change_nothing_but_the_number_of_configurations(name: str) -> None:
    world = WORLDS[name]
    with_facets = without = 0
    for seed in range(1000, 1150):
        calls = simulate(world, seed, Run(calls=14, clients=6, unknown=0.15))
        pruned, plain = search(world.model(), calls), search(Plain(world.model()), calls)
        assert pruned.verdict is plain.verdict, (name, seed)
        with_facets += pruned.configurations
        without += plain.configurations
    # A mutex has no call that overwrites: there is nothing to put off.
    assert with_facets < without or (name == "mutex" and with_facets == without)


class Plain(Model):
    """A model without anything that prunes but what reads."""

    def __init__(self, model: Model):
        self.init = model.init
        self.step = model.step  # type: ignore[method-assign]
        self.reads = model.reads  # type: ignore[method-assign]


def write(value: int, invoked: int, returned: int = NEVER) -> Call:
    return Call("write", value, None, "ok" if returned != NEVER else "info", invoked, returned)


def read(value: int | None, invoked: int, returned: int) -> Call:
    return Call("read", None, value, "ok", invoked, returned)


def cas(old: int, new: int, invoked: int, returned: int = NEVER) -> Call:
    return Call("cas", (old, new), None, "ok" if returned != NEVER else "info", invoked, returned)


def refused(old: int, new: int, invoked: int, returned: int) -> Call:
    return replace(cas(old, new, invoked, returned), outcome="refused")


def verdict(*calls: Call) -> Verdict:
    outcome = search(CasRegister(), calls)
    assert (outcome.verdict is Verdict.VALID) is linearizable(CasRegister(), calls)
    return outcome.verdict


def test_a_write_of_the_value_that_is_there_is_no_reading() -> None:
    # Done as soon as it is legal, the second write of 1 could not bring the 1 back that is read last.
    assert (
        verdict(write(1, 0, 1), write(1, 2, 20), write(2, 3, 4), read(2, 5, 6), read(1, 21, 22))
        is Verdict.VALID
    )


def test_a_write_of_the_value_that_is_there_hides_another_one_before_a_cas() -> None:
    calls = (write(1, 0, 2), write(7, 3, 20), write(1, 4, 21), cas(1, 3, 5, 6), cas(3, 4, 22, 23))
    assert verdict(*calls) is Verdict.VALID


def test_two_refused_cas_have_room_alone_but_not_together() -> None:
    one, two = refused(1, 5, 4, 9), refused(2, 5, 4, 10)
    ones = (write(1, 0, 1), write(2, 2, 11))
    assert verdict(*ones, one) is Verdict.VALID
    assert verdict(*ones, two) is Verdict.VALID
    assert verdict(*ones, one, two) is Verdict.VALID
    # With the 2 done before both, only the first has room; with the 1 still there, only the second.
    assert verdict(*ones, read(1, 12, 13), one) is Verdict.VIOLATION


def test_an_unknown_write_may_happen_late_or_never_but_only_once() -> None:
    assert verdict(write(1, 0), write(2, 1, 2), read(2, 3, 4), read(1, 5, 6)) is Verdict.VALID
    assert verdict(write(1, 0), write(2, 1, 2), read(2, 3, 4)) is Verdict.VALID
    back = (write(1, 0), write(2, 1, 2), read(1, 3, 4), read(2, 5, 6))
    assert verdict(*back) is Verdict.VIOLATION


def test_an_unknown_write_leads_to_a_read_through_an_unknown_cas() -> None:
    assert verdict(write(5, 0), cas(5, 6, 1), write(1, 2, 3), read(6, 4, 5), read(6, 6, 7)) is Verdict.VALID
    assert verdict(write(5, 0), cas(4, 6, 1), write(1, 2, 3), read(6, 4, 5)) is Verdict.VIOLATION


def test_a_call_that_ends_after_the_break_is_not_blamed() -> None:
    outcome = search(CasRegister(), [write(0, 0, 1), read(3, 2, 4), write(4, 3, 5), read(4, 6, 7)])
    assert outcome.verdict is Verdict.VIOLATION
    assert outcome.stuck is not None
    assert outcome.stuck.result == 3


def put(
    data: str, version: int | None, invoked: int, returned: int = NEVER, expected: int | None = None
) -> Call:
    outcome = "ok" if returned != NEVER else "info"
    return Call("set", (data, expected), None, outcome, invoked, returned, version=version)  # type: ignore[arg-type]


CREATED = Call("create", "a", None, "ok", 0, 1)


def znode(*calls: Call) -> Verdict:
    outcome = search(Znode(), [CREATED, *calls])
    assert (outcome.verdict is Verdict.VALID) is linearizable(Znode(), [CREATED, *calls])
    return outcome.verdict


def test_an_unseen_conditional_set_goes_before_unseen_ones_that_fit_everywhere() -> None:
    # Versions 1 and 2 are nobody's: the conditional one fits at 0 only, the other at either.
    assert znode(put("x", None, 2), put("y", None, 3, expected=0), put("z", 3, 4, 5)) is Verdict.VALID
    assert (
        znode(put("x", None, 2, expected=0), put("y", None, 3, expected=0), put("z", 3, 4, 5))
        is Verdict.VIOLATION
    )


def test_a_conditional_set_says_nothing_of_the_data_that_it_replaces() -> None:
    unseen = put("x", None, 2)
    after = put("y", 2, 4, 5, expected=1)
    assert znode(unseen, after, Call("get", None, "y", "ok", 6, 7, version=2)) is Verdict.VALID
    assert znode(after) is Verdict.VIOLATION


def test_an_unknown_set_takes_its_version_from_its_reader() -> None:
    seen = Call("get", None, "x", "ok", 6, 7, version=2)
    assert znode(put("x", None, 2), put("y", 1, 3, 4), seen) is Verdict.VALID
    assert znode(put("x", None, 2), put("y", 2, 3, 4), seen) is Verdict.VIOLATION


def test_a_search_counts_the_same_every_time() -> None:
    calls = simulate(WORLDS["cas-register"], 7, Run(calls=60, clients=8, unknown=0.2, wrong=0.0))
    assert len({search(CasRegister(), calls).configurations for _ in range(3)}) == 1


def test_a_search_that_runs_out_of_budget_says_that_it_does_not_know() -> None:
    calls = simulate(WORLDS["cas-register"], 7, Run(calls=60, clients=8, unknown=0.0, wrong=0.0))
    needed = search(CasRegister(), calls).configurations
    assert needed > 10
    enough = search(CasRegister(), calls, budget=needed)
    assert enough.verdict is Verdict.VALID
    short = search(CasRegister(), calls, budget=needed // 2)
    assert (short.verdict, short.configurations) == (Verdict.UNKNOWN, needed // 2)
    assert short.prefixes


def test_a_long_history_with_many_clients_and_lost_answers_costs_little() -> None:
    world = World(CasRegister, WORLDS["cas-register"].ask, WORLDS["cas-register"].act)
    calls = simulate(world, 3, Run(calls=2_000, clients=30, unknown=0.01, wrong=0.0, refusals=False))
    outcome = search(world.model(), calls)
    assert outcome.verdict is Verdict.VALID
    assert outcome.configurations < 10_000
    assert explains(world.model(), calls, outcome.linearization)
