"""Zones against the search, on registers whose written values are all different."""

import random

import pytest
from lin_worlds import WORLDS, Run, simulate

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.models.register import CasRegister
from checkers.linearizability.search import search_prepared
from checkers.linearizability.unique_writes import decide_unique_writes
from checkers.result import Verdict


def test_zones_say_what_the_search_says() -> None:
    said = {True: 0, False: 0}
    for seed in range(600):
        rng = random.Random(seed)
        run = Run(calls=rng.randint(3, 25), clients=rng.randint(2, 6), unknown=rng.choice([0.0, 0.3]))
        model = CasRegister()
        calls = model.prepare(simulate(WORLDS["unique-writes"], seed, run))
        by_zones = decide_unique_writes(model, calls)
        assert by_zones is not None
        assert by_zones is (search_prepared(model, calls, 100_000).verdict is Verdict.VALID), seed
        said[by_zones] += 1
    assert min(said.values()) > 100


@pytest.mark.parametrize(
    "calls",
    [
        [Call("write", 1, None, "ok", 0, 1), Call("write", 1, None, "ok", 2, 3)],
        [Call("write", None, None, "ok", 0, 1)],
        [Call("write", 1, None, "ok", 0, 1), Call("cas", (1, 2), None, "ok", 2, 3)],
    ],
)
def test_zones_do_not_apply_to_a_value_written_twice_or_a_cas(calls: list[Call]) -> None:
    assert decide_unique_writes(CasRegister(), calls) is None


def test_what_nobody_wrote_cannot_be_read() -> None:
    assert decide_unique_writes(CasRegister(), [Call("read", None, 9, "ok", 0, 1)]) is False


def test_the_value_at_the_start_is_gone_after_the_first_write_and_there_before() -> None:
    write = Call("write", 1, None, "ok", 2, 5)
    assert decide_unique_writes(CasRegister(), [Call("read", None, None, "ok", 3, 4), write]) is True
    assert decide_unique_writes(CasRegister(), [write, Call("read", None, None, "ok", 6, 7)]) is False


def test_an_unknown_write_that_was_read_has_happened_by_then() -> None:
    model = CasRegister()
    calls = [Call("write", 1, None, "info", 0, NEVER), Call("read", None, 1, "ok", 5, 6)]
    late = [*calls, Call("write", 2, None, "ok", 7, 8), Call("read", None, 1, "ok", 9, 10)]
    assert decide_unique_writes(model, model.prepare(calls)) is True
    assert decide_unique_writes(model, model.prepare(late)) is False
