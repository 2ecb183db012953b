"""Witnesses are cut down to what suffices, and to nothing less."""

from collections.abc import Sequence
from itertools import chain

import msgspec
import pytest
from build import Script, zxid
from hypothesis import given
from hypothesis import strategies as st

from checkers.conclusion import conclude
from checkers.registry import Guarantee
from checkers.result import Result, Verdict, Violation
from checkers.witness import Atom, minimal, reduce, shorten
from harness.history import History


@given(st.sets(st.integers(0, 60), min_size=1, max_size=6), st.integers(1, 61))
def test_reduce_finds_exactly_what_is_needed(needed: set[int], size: int) -> None:
    size = max(size, max(needed) + 1)

    def shows(atoms: Sequence[Atom]) -> bool:
        return needed <= set(chain.from_iterable(atoms))

    kept = reduce([(i,) for i in range(size)], shows)
    assert set(chain.from_iterable(kept)) == needed


@given(st.lists(st.integers(0, 9), min_size=2, max_size=40))
def test_of_what_reduce_keeps_nothing_can_be_left_out(values: list[int]) -> None:
    def shows(atoms: Sequence[Atom]) -> bool:
        # Not monotone: a smaller cut may show what a larger one does not.
        return sum(values[i] for (i,) in atoms) % 3 == 1

    atoms = [(i,) for i in range(len(values))]
    if not shows(atoms):
        return
    kept = reduce(atoms, shows)
    assert shows(kept)
    assert not any(shows([a for a in kept if a != gone]) for gone in kept if len(kept) > 1)


def lost_write(history: History) -> Result:
    """Break on a read of 'old' from /x after an acknowledged write of 'new', whatever else happened."""
    writes = [op for op in history.operations if op.invoke.f == "set" and op.outcome == "ok"]
    reads = [op for op in history.operations if op.invoke.f == "get" and op.outcome == "ok"]
    found = [
        Violation(
            kind="lost",
            sentence="A write was lost.",
            # Deliberately more than is needed: every call there is.
            witness=tuple(op.invoke.index for op in history.operations),
            time=read.invoke.time,
            until=read.invoke.time,
            key="/x",
        )
        for read in reads
        for write in writes
        if read.complete
        and read.complete.value == "old"
        and write.invoke.value == {"data": "new"}
        and read.invoke.key == write.invoke.key == "/x"
        and write.invoke.time < read.invoke.time
    ]
    return conclude("toy", held="", checked=len(reads), violations=found)


TOY = Guarantee("toy", "Nothing is lost.", lost_write)


def a_history(noise: int) -> History:
    script = Script()
    for second in range(noise):
        script.call(second, "get", f"app{second % 3}/1.1", f"/k{second % 5}", value="v", zxid=zxid(second))
    script.call(noise, "set", "app1/1.1", "/x", ask={"data": "new"}, zxid=zxid(noise))
    for second in range(noise + 1, noise + 20):
        script.call(second, "get", "app2/1.1", "/x", value="new", zxid=zxid(second))
    script.call(noise + 30, "get", "app3/1.1", "/x", value="old", zxid=zxid(noise + 30))
    return script.history()


def told(history: History, violation: Violation) -> list[tuple[str, str]]:
    return [(history.events[i].type, history.events[i].f) for i in violation.witness]


NEEDED = [("invoke", "set"), ("ok", "set"), ("invoke", "get"), ("ok", "get")]


def test_a_wide_witness_is_cut_to_the_calls_that_matter() -> None:
    history = a_history(100)
    (violation,) = lost_write(history).violations
    cut = minimal(history, TOY, violation)
    assert told(history, cut) == NEEDED
    assert cut.sentence == violation.sentence


def test_what_the_checker_named_is_not_replaced_by_what_shows_the_same() -> None:
    script = Script()
    for second in (1, 2, 3):
        script.call(second, "set", "app1/1.1", "/x", ask={"data": "new"}, zxid=zxid(second))
    script.call(9, "get", "app3/1.1", "/x", value="old", zxid=zxid(9))
    history = script.history()
    violation, *_ = lost_write(history).violations
    named = [op for op in history.operations if op.invoke.time == history.operations[1].invoke.time]
    narrow = msgspec.structs.replace(violation, witness=(named[0].invoke.index,))
    cut = minimal(history, TOY, narrow)
    assert told(history, cut) == NEEDED
    assert named[0].invoke.index in cut.witness


@pytest.mark.parametrize("named", [(), (-1, 10**6)])
def test_a_witness_that_shows_nothing_grows_by_its_key_first(named: tuple[int, ...]) -> None:
    history = a_history(100)
    (violation,) = lost_write(history).violations
    read = next(op.invoke.index for op in history.operations if op.complete and op.complete.value == "old")
    narrow = Violation(
        **{f: getattr(violation, f) for f in violation.__struct_fields__} | {"witness": (read, *named)}
    )
    assert told(history, minimal(history, TOY, narrow)) == NEEDED


def test_without_budget_the_checkers_own_witness_stays() -> None:
    history = a_history(10)
    (violation,) = lost_write(history).violations
    assert minimal(history, TOY, violation, budget=0) == violation


def test_a_checker_that_breaks_down_on_cuts_costs_no_witness() -> None:
    history = a_history(5)
    (violation,) = lost_write(history).violations

    def fragile(cut: History) -> Result:
        if len(cut.operations) < len(history.operations):
            raise ValueError("too short")
        return lost_write(cut)

    assert minimal(history, Guarantee("toy", "", fragile), violation).witness


def test_the_result_keeps_its_verdict() -> None:
    history = a_history(20)
    result = shorten(history, TOY, lost_write(history))
    assert result.verdict is Verdict.VIOLATION
    assert told(history, result.violations[0]) == NEEDED
