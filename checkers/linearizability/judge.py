"""A history judged against a model: each key searched on its own, and the story of what has no order."""

from collections.abc import Callable, Hashable, Sequence

from checkers.conclusion import conclude
from checkers.linearizability.call import Call
from checkers.linearizability.explain import Explainer
from checkers.linearizability.model import Model
from checkers.linearizability.models import find_model
from checkers.linearizability.models.znode import Znode
from checkers.linearizability.outcome import Outcome
from checkers.linearizability.partition import partition
from checkers.linearizability.prefix import Break, Decide, find_break
from checkers.linearizability.search import BUDGET, search_prepared
from checkers.linearizability.unique_writes import decide_unique_writes
from checkers.linearizability.window import BUDGET as WINDOW_BUDGET
from checkers.linearizability.window import Window
from checkers.result import Result, Results, Verdict, Violation
from checkers.wording import count
from harness.history.foreign import Foreign

NAME = "linearizable"

Search = Callable[[Model, Sequence[Call], int], Outcome]


def judge_model(
    foreign: Foreign, name: str, *, budget: int = BUDGET, search: Search = search_prepared
) -> Results:
    """Judge a history against the model of a name; `budget` is in configurations, for each key.

    Raises ZkchaosError for a model that there is not, HistoryError for an operation that it does not know.
    """
    model = find_model(name)
    parted = partition(foreign, model)
    violations: list[Violation] = []
    missing: list[str] = []
    configurations = 0
    shortcuts = 0
    for key, calls in parted.calls.items():
        ready = model()
        prepared = ready.prepare(calls)
        if decide_unique_writes(ready, prepared):
            shortcuts += 1
            continue
        outcome = search(ready, prepared, budget)
        configurations += outcome.configurations
        if outcome.verdict is Verdict.VIOLATION:
            violations.append(_violation(foreign, model(), calls, outcome, key))
        elif outcome.verdict is Verdict.UNKNOWN:
            missing.append(
                f"The search{_of(key)} ended after {outcome.configurations:,} configurations; "
                "--budget allows more."
            )
    checked = sum(map(len, parted.calls.values()))
    if not checked:
        missing.append("There are no calls to judge." if not parted.left_out else parted.left_out[0])
    judged = f"{count(checked, 'call')} of {count(len(parted.calls), 'key')}"
    result = conclude(
        NAME,
        held=" ".join([f"{judged} have an order that explains all answers.", *parted.left_out]),
        checked=checked,
        violations=violations,
        missing=missing,
        measures={"keys": len(parted.calls), "configurations": configurations, "by_zones": shortcuts},
    )
    return _results(foreign, name, result)


def _results(foreign: Foreign, name: str, result: Result) -> Results:
    history = foreign.history
    return Results(
        run=history.name,
        scenario=f"model {name}",
        seed=0,
        verdict=result.verdict,
        sentence=result.sentence,
        results=(result,),
        events=len(history),
        torn=history.torn,
    )


def _violation(
    foreign: Foreign, model: Model, calls: Sequence[Call], outcome: Outcome, key: Hashable
) -> Violation:
    """Find where it breaks, and the window that shows it, and tell its story."""

    def decide(some: Sequence[Call], budget: int) -> Outcome:
        # What the calls say of each other is put to use again each time: what is taken away says nothing.
        return search_prepared(model, model.prepare(some), budget)

    broken = find_break(model, calls, outcome, decide, WINDOW_BUDGET)
    window = Window(model, broken.calls, decide).find()
    stale = isinstance(model, Znode) and _valid_without_readings(calls, decide)
    events = foreign.history.events
    witness = sorted({index for call in window for index in (call.invoke, call.complete) if index >= 0})
    times = [events[index].time for index in witness]
    return Violation(
        kind="no-linearization",
        sentence=_story(foreign, model, window, broken, key) + (STALE if stale else ""),
        witness=tuple(witness),
        time=min(times),
        until=max(times),
        nodes=tuple(sorted({events[index].node for index in witness} - {""})),
        key=str(key),
        order=Explainer(model, broken, foreign.lines).order(),
    )


def _valid_without_readings(calls: Sequence[Call], decide: Decide) -> bool:
    writes = [call for call in calls if call.f not in {"get", "exists"}]
    return decide(writes, WINDOW_BUDGET).verdict is Verdict.VALID


def _story(foreign: Foreign, model: Model, window: Sequence[Call], broken: Break, key: Hashable) -> str:
    ends = sorted({model.show(prefix.state) for prefix in broken.longest})
    shown = [_said(foreign, model, call) for call in window[:TOLD]]
    return (
        f"No order of the calls{_of(key)} explains {_said(foreign, model, broken.stuck)}"
        + (f": those that returned before can be put in order and leave {' or '.join(ends)}" if ends else "")
        + f". {count(len(window), 'call')} {'suffices' if len(window) == 1 else 'suffice'} to show it: "
        + "; ".join(shown)
        + (f"; and {len(window) - TOLD:,} more." if len(window) > TOLD else ".")
    )


STALE = (
    " Without the readings the calls have such an order: of a reading ZooKeeper promises as much only where "
    "a sync came before it."
)

TOLD = 6
"""How many calls of a window a sentence tells of."""


def _said(foreign: Foreign, model: Model, call: Call) -> str:
    line = foreign.lines[call.complete if call.complete >= 0 else call.invoke]
    return f"{model.describe(call)} by process {call.process} (line {line})"


def _of(key: Hashable) -> str:
    return f" of {key}" if key else ""
