"""All checkers on simulated runs: silent on correct ones, red for what was planted, as the oracle says."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checkers.registry import guarantees
from checkers.result import Verdict
from checkers.witness import minimal
from harness.history import History
from tests.simulation.anomalies import ANOMALIES
from tests.simulation.anomaly import Anomaly
from tests.simulation.history_builder import as_history
from tests.simulation.oracle import JUDGES, oracle
from tests.simulation.plans import GUARANTEES
from tests.simulation.world import Options, World

FEW = 10
"""Events that a person still reads."""

FAULTS = ("kill-leader", "kill-follower", "kill-app", "expire-app")

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

options = st.builds(
    Options,
    seed=st.integers(0, 10**6),
    seconds=st.sampled_from((0.3, 0.8, 1.5)),
    nodes=st.integers(1, 3),
    clients=st.integers(1, 2),
    concurrency=st.integers(1, 4),
    keys=st.integers(2, 8),
    breaks=st.sampled_from((0.0, 2.0, 8.0, 20.0)),
    closings=st.sampled_from((0.0, 1.0, 4.0)),
    faults=st.lists(st.sampled_from(FAULTS), max_size=2).map(tuple),
)


KILL = ("kill-leader",)


def red(history: History, names: Iterable[str] = GUARANTEES) -> set[str]:
    """Names of the guarantees that their checkers find broken."""
    known = guarantees()
    return {name for name in names if known[name].check(history).verdict is Verdict.VIOLATION}


@quick
@given(options)
# What an unknown write made somebody else deleted, and it came once more.
@example(Options(seed=1, seconds=1, nodes=3, concurrency=3, breaks=20, faults=KILL))
# A listing speaks between two refusals that say the opposite.
@example(Options(seed=480, seconds=0.6, nodes=3, clients=3, breaks=20, closings=0, faults=KILL))
# An ephemeral node of nobody knows which session goes with the end of one that is known.
@example(Options(seed=30025, seconds=1, concurrency=3, keys=3, breaks=20, faults=("kill-app", "expire-app")))
# An ephemeral node was deleted, and made anew by an unknown write, before its session ended.
@example(Options(seed=30341, seconds=0.3, keys=3, breaks=8, closings=0, faults=("expire-app", *KILL)))
def test_a_correct_run_is_never_accused(options: Options) -> None:
    assert red(World(options).history()) == set()


@quick
@given(options, st.floats(0, 1))
# The line of a delete is missing that came before the end of the owner's session.
@example(Options(seed=254, seconds=0.6, nodes=3, breaks=8, closings=0), 0.718)
# A node is made anew while a leader is fresh, by a call that is missing.
@example(
    Options(seed=476, seconds=0.6, nodes=3, clients=3, keys=3, breaks=8, closings=4, faults=KILL), 0.2348
)
# A Stat names a set that is missing, and there is an older one without an answer.
@example(Options(seed=11969, seconds=1, clients=3, keys=2, faults=("kill-app",)), 0.421)
def test_a_correct_run_that_was_cut_off_is_never_accused(options: Options, share: float) -> None:
    events = World(options).events()
    assert red(as_history(events[: max(1, round(share * len(events)))])) == set()


@pytest.mark.parametrize("anomaly", ANOMALIES.values(), ids=lambda anomaly: anomaly.name)
def test_what_is_planted_turns_exactly_its_guarantees_red(anomaly: Anomaly) -> None:
    found = red(as_history(next(anomaly.some_events(11))))
    assert anomaly.expected <= found <= anomaly.expected | anomaly.allowed


@pytest.mark.parametrize("anomaly", ANOMALIES.values(), ids=lambda anomaly: anomaly.name)
def test_the_witness_of_what_is_planted_is_read_at_a_glance(anomaly: Anomaly) -> None:
    history = as_history(next(anomaly.some_events(23)))
    for name in sorted(anomaly.expected):
        guarantee = guarantees()[name]
        violation = minimal(history, guarantee, guarantee.check(history).violations[0])
        assert 1 <= len(violation.witness) <= FEW, (name, violation.sentence)
        assert all(0 <= place < len(history) for place in violation.witness)


complete = [a for a in ANOMALIES.values() if not (a.options.faults or a.options.breaks)]


@settings(quick, max_examples=60)
@given(st.sampled_from(complete), st.integers(0, 10**6))
def test_checkers_and_oracle_agree(anomaly: Anomaly, seed: int) -> None:
    events = anomaly.events(seed) or World(replace(anomaly.options, seed=seed)).events()
    history = as_history(events)
    slow, fast = oracle(history), red(history, JUDGES)
    # Where a sentence can be read in two ways, the anomaly says so; beyond that both say the same.
    assert slow ^ fast <= anomaly.allowed
