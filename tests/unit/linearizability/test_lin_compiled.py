"""The compiled search is the plain one: the same verdict after the same number of configurations."""

import random

import pytest
from lin_worlds import WORLDS, Run, simulate

pytest.importorskip("numba")

from checkers.linearizability.call import NEVER, Call
from checkers.linearizability.compiled import search_compiled
from checkers.linearizability.model import Model
from checkers.linearizability.models.lock import Mutex
from checkers.linearizability.models.register import CasRegister
from checkers.linearizability.models.znode import Znode
from checkers.linearizability.search import search_prepared
from checkers.result import Verdict

BUDGET = 3_000


def same(model: Model, calls: list[Call]) -> Verdict:
    prepared = model.prepare(calls)
    plain, compiled = search_prepared(model, prepared, BUDGET), search_compiled(model, prepared, BUDGET)
    assert (plain.verdict, plain.configurations, plain.stuck) == (
        compiled.verdict,
        compiled.configurations,
        compiled.stuck,
    )
    return plain.verdict


@pytest.mark.parametrize("name", ["register", "cas-register", "cas-of-two-values", "unique-cas", "mutex"])
def test_both_searches_are_one(name: str) -> None:
    said = set()
    for seed in range(200):
        rng = random.Random(seed)
        run = Run(
            calls=rng.choice([6, 12, 150]),
            clients=rng.randint(2, 9),
            unknown=rng.choice([0.0, 0.1, 0.4]),
            refusals=rng.random() < 0.5,
        )
        said.add(same(WORLDS[name].model(), simulate(WORLDS[name], seed, run)))
    assert Verdict.VALID in said
    assert name == "mutex" or Verdict.VIOLATION in said


def test_both_run_out_of_budget_together() -> None:
    # Twelve unknown cas lead around a ring; the read of what none of them makes is never explained.
    ring = [Call("cas", (n, (n + 1) % 12), None, "info", n, NEVER) for n in range(12)]
    writes = [Call("write", n % 12, None, "ok", 20 + n, 60 + n) for n in range(12)]
    reads = [Call("read", None, n % 5, "ok", 100 + 2 * n, 101 + 2 * n) for n in range(40)]
    assert same(CasRegister(), [*ring, *writes, *reads]) is not Verdict.VALID


def test_the_smallest_histories() -> None:
    assert same(CasRegister(), []) is Verdict.VALID
    assert same(CasRegister(), [Call("write", 1, None, "info", 0, NEVER)]) is Verdict.VALID
    assert same(CasRegister(), [Call("read", None, None, "ok", 0, 1)]) is Verdict.VALID
    assert same(CasRegister(), [Call("read", None, 1, "ok", 0, 1)]) is Verdict.VIOLATION
    assert same(Mutex(), [Call("release", None, None, "ok", 0, 1)]) is Verdict.VIOLATION


def test_other_models_and_too_many_calls_at_once_go_to_the_plain_search() -> None:
    created = [Call("create", "a", None, "ok", 0, 1)]
    assert search_compiled(Znode(), created, BUDGET).linearization == tuple(created)
    crowd = [Call("write", n, None, "ok", n, 1_000 + n) for n in range(100)]
    assert len(search_compiled(CasRegister(), crowd, BUDGET).linearization) == 100
