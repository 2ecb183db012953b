"""All guarantees of a run judged, and the verdict of the run."""

from checkers.check_all import check_all
from checkers.conclusion import more
from checkers.context import acknowledged_calls
from checkers.evidence import NAME as EVIDENCE
from checkers.registry import guarantees
from checkers.result import Result, Results, Verdict, combine
from checkers.wording import count
from harness.errors import HistoryError
from harness.history import History


def judge(history: History, repeat: str = "") -> Results:
    """Run the guarantees that the plan names, and always the evidence.

    `repeat` is the command that repeats the run. Raises HistoryError for a history without a plan, or
    one whose plan names a guarantee that there is not.
    """
    plan = history.plan
    known = guarantees()
    names = [*dict.fromkeys(name for name in plan.guarantees if name != EVIDENCE), EVIDENCE]
    for name in names:
        if name not in known:
            raise HistoryError(
                f"{history.name} asks for the guarantee {name!r}, which this zkchaos does not know; "
                f"it knows: {', '.join(sorted(known))}."
            )
    results = check_all(history, [known[name] for name in names])
    verdict = combine(results)
    return Results(
        run=plan.run,
        scenario=plan.scenario,
        seed=plan.seed,
        verdict=verdict,
        sentence=_sentence(history, verdict, results),
        results=results,
        events=len(history),
        operations=acknowledged_calls(history),
        faults=_proven(history),
        torn=history.torn,
        repeat=repeat,
    )


def _sentence(history: History, verdict: Verdict, results: tuple[Result, ...]) -> str:
    if verdict is Verdict.VIOLATION:
        first = next(violation for result in results for violation in result.violations)
        return first.sentence + more(sum(result.number_broken for result in results) - 1)
    if verdict is Verdict.UNKNOWN:
        missing = [sentence for result in results for sentence in result.missing]
        return f"Not enough evidence: {missing[0]}{more(len(missing) - 1)}"
    leaders = len(history.select("leader", type="event"))
    proven = _proven(history)
    done = acknowledged_calls(history)
    turns = f"{count(leaders, 'leader')} in turn, " if leaders else ""
    return (
        f"Every guarantee held: {turns}{count(proven, 'fault')} proven, "
        f"{count(done, 'acknowledged operation')}."
    )


def _proven(history: History) -> int:
    return sum(1 for fault in history.faults if fault.proven is not None)
