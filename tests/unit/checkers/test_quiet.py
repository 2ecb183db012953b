"""Quiet times and vacancies: what lies between faults, and for how long nobody held after each."""

from build import Script

from checkers.context import Span
from checkers.intervals import gaps_between
from checkers.recipes.quiet import quiet
from checkers.recipes.vacancies import percentiles, vacancies

S = 10**9


def test_percentiles_are_numbers_that_were_measured() -> None:
    assert percentiles([]) == {}
    assert percentiles([3 * S]) == {"p50": 3, "p90": 3, "p99": 3, "max": 3, "of": 1}
    assert percentiles(n * S for n in range(1, 101)) == {
        "p50": 50,
        "p90": 90,
        "p99": 99,
        "max": 100,
        "of": 100,
    }


def test_gaps_are_what_nobody_covers() -> None:
    held = [Span(2, 4), Span(3, 5), Span(7, 8)]
    assert gaps_between(held, 0, 10) == [Span(0, 2), Span(5, 7), Span(8, 10)]
    assert gaps_between(held, 3, 4) == []
    assert gaps_between([], 3, 4) == [Span(3, 4)]


def a_run() -> Script:
    script = Script()
    script.phase(5, "workload")
    script.fault(1, "kill-leader", "zk1", 10, 10.5, 14, 15)
    script.fault(2, "kill-leader", "zk2", 20, 20.5, 24, 25)
    script.phase(30, "heal")
    script.phase(40, "stop")
    script.phase(45, "closed")
    return script


def test_it_is_quiet_between_the_faults_and_until_the_programs_are_asked_to_end() -> None:
    history = a_run().history()
    seconds = [((s.start - history.start) / 1e9, (s.end - history.start) / 1e9) for s in quiet(history)]
    assert seconds == [(5, 10), (15, 20), (25, 40)]


def test_after_a_healing_that_was_not_proven_it_is_never_quiet_again() -> None:
    script = a_run()
    script.fault(3, "kill-leader", "zk3", 27, 27.5, 28, 28.5, healing="unproven")
    seconds = [(s.end - s.start) / 1e9 for s in quiet(script.history())]
    assert seconds == [5, 5, 2]


def test_the_longest_vacancy_after_each_fault_is_measured_until_the_next() -> None:
    history = a_run().history()
    begin = history.start
    held = [Span(begin + 5 * S, begin + 12 * S), Span(begin + 13 * S, begin + 21 * S)]
    assert vacancies(history, held) == [1 * S, 19 * S]
