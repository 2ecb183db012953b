"""From what a checker found to its result: the first of each kind are told, all of them counted."""

from msgspec.structs import replace

from checkers.conclusion import conclude
from checkers.result import Result, Verdict, Violation
from checkers.testimony import MOST


def concluded(**numbers: int) -> Result:
    """Conclude from so many violations of each kind, the latest ones found first."""
    found = [
        Violation(kind=kind, sentence=f"{kind} {time}.", witness=(0,), time=time, until=time)
        for kind, number in numbers.items()
        for time in reversed(range(number))
    ]
    return conclude("toy", held="", checked=1, violations=found, measures={"toys": 1})


def test_the_first_of_each_kind_are_told_and_all_are_counted() -> None:
    result = concluded(lost=MOST + 30, late=2)
    assert result.verdict is Verdict.VIOLATION
    assert [one.time for one in result.violations if one.kind == "lost"] == list(range(MOST))
    assert [one.time for one in result.violations if one.kind == "late"] == [0, 1]
    assert result.measures == {"toys": 1, "broken": {"late": 2, "lost": MOST + 30}}
    assert result.sentence == f"lost 0. (and {MOST + 31} more)"
    assert list(result.violations) == sorted(result.violations, key=lambda one: one.time)


def test_where_all_are_told_they_need_not_be_counted() -> None:
    result = concluded(lost=MOST, late=1)
    assert len(result.violations) == MOST + 1
    assert result.measures == {"toys": 1}
    assert result.sentence == f"lost 0. (and {MOST} more)"


def test_what_is_missing_does_not_outweigh_a_violation() -> None:
    assert concluded().verdict is Verdict.VALID
    assert conclude("toy", held="", checked=0, missing=("No toys.", "No boys.")).sentence == (
        "No toys. (and 1 more)"
    )


def test_a_result_knows_how_many_broke() -> None:
    result = concluded(lost=MOST + 30, late=2)
    assert len(result.violations) < result.number_broken == MOST + 32
    assert concluded(lost=3).number_broken == 3
    assert replace(result, measures={"broken": {"lost": "many"}}).number_broken == len(result.violations)
