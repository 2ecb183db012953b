"""The report as data: a pure function of a history and its results."""

from collections.abc import Sequence

import msgspec

from checkers.registry import guarantees
from checkers.result import Results
from harness.history import History
from reports.clock import Clock, run_clock, workload_start
from reports.columns import Strings
from reports.faults import Fault, build_faults
from reports.lanes import Lane, build_lanes
from reports.recovery import RecoveryRow, recovery_rows
from reports.statistics import ErrorRow, OperationRow, Rate, build_rate, error_rows, operation_rows
from reports.values import rows, shown, text
from reports.verdict import GuaranteeCard, Scene, build_cards


class Timeline(msgspec.Struct, frozen=True):
    """What the page draws: everything on one axis, in seconds."""

    start: float
    end: float
    home: tuple[float, float]
    """What is shown at first: from the start of the workload to the last thing that happened."""
    workload: float
    """Where the workload began."""
    phases: list[tuple[float, str]]
    lanes: list[Lane]
    rate: Rate
    strings: list[str]
    """What the numbers in the text columns of operations stand for."""


class RunFacts(msgspec.Struct, frozen=True):
    """The run in a few words. Durations in seconds."""

    run: str
    scenario: str
    seed: int
    image: str
    servers: int
    """All of them, observers too."""
    observers: int
    nodes: int
    workload_seconds: float
    duration: float
    workload_began: float
    operations: int
    ok: int
    fail: int
    info: int
    events: int
    version: str


class Trouble(msgspec.Struct, frozen=True):
    """Something that should not have happened, and when (seconds)."""

    seconds: float
    sentence: str


class ScheduleRow(msgspec.Struct, frozen=True):
    """One planned fault. `at` in seconds after the start of the workload, `hold` in seconds."""

    id: int
    fault: str
    target: str
    at: float
    hold: float
    params: str


class ReportModel(msgspec.Struct, frozen=True):
    """Everything that the page shows."""

    facts: RunFacts
    verdict: str
    sentence: str
    repeat: str
    notes: list[str]
    """What a reader must know before trusting the rest, such as a history that was cut off."""
    guarantees: list[GuaranteeCard]
    faults: list[Fault]
    recovery: list[RecoveryRow]
    operations: list[OperationRow]
    errors: list[ErrorRow]
    more_errors: int
    trouble: list[Trouble]
    environment: list[tuple[str, str]]
    plan: list[tuple[str, str]]
    """The plan but for its schedule, as names and values."""
    schedule: list[ScheduleRow]
    timeline: Timeline
    files: list[str]


def report_model(history: History, results: Results, files: Sequence[str] = ()) -> ReportModel:
    """Build the report of a run; `files` are the names that lie beside it.

    Raises HistoryError where the history carries no plan.
    """
    clock = run_clock(history)
    strings = Strings()
    faults = build_faults(history, clock)
    lanes = build_lanes(history, strings, clock)
    promises = {name: guarantee.promise for name, guarantee in guarantees().items()}
    errors, more_errors = error_rows(history.operations)
    return ReportModel(
        facts=_facts(history, results, clock),
        verdict=results.verdict.value,
        sentence=results.sentence,
        repeat=results.repeat,
        notes=_notes(history, results),
        guarantees=build_cards(results, promises, Scene(history, faults, lanes, clock)),
        faults=faults,
        recovery=recovery_rows(results),
        operations=operation_rows(history.operations),
        errors=errors,
        more_errors=more_errors,
        trouble=[
            Trouble(clock.seconds(event.time), text(event.value)) for event in history.select("trouble")
        ],
        environment=[row for event in history.select("environment") for row in rows(event.value)],
        plan=[row for row in rows(msgspec.to_builtins(history.plan)) if row[0] != "schedule"],
        schedule=[
            ScheduleRow(step.id, step.fault, step.target, step.at, step.hold, shown(step.params or None))
            for step in history.plan.schedule
        ],
        timeline=_timeline(history, lanes, strings, clock),
        files=list(files),
    )


def _facts(history: History, results: Results, clock: Clock) -> RunFacts:
    plan = history.plan
    outcomes = [operation.outcome for operation in history.operations]
    return RunFacts(
        run=results.run,
        scenario=results.scenario,
        seed=results.seed,
        image=plan.image,
        servers=plan.servers + plan.observers,
        observers=plan.observers,
        nodes=plan.nodes,
        workload_seconds=plan.time,
        duration=clock.seconds(history.end),
        workload_began=clock.seconds(workload_start(history)),
        operations=len(outcomes),
        ok=outcomes.count("ok"),
        fail=outcomes.count("fail"),
        info=outcomes.count("info"),
        events=len(history.events),
        version=plan.version,
    )


def _notes(history: History, results: Results) -> list[str]:
    notes = []
    if history.torn or results.torn:
        notes.append(f"The end of the history was damaged: {history.torn or results.torn}.")
    if not history.closed:
        notes.append(
            "The history was never closed: the harness was stopped in the middle of the run, "
            "and this report shows what was recorded until then."
        )
    if not history.operations:
        notes.append("No operation was recorded: no client ever made a call.")
    return notes


def _timeline(history: History, lanes: list[Lane], strings: Strings, clock: Clock) -> Timeline:
    start, end = clock.seconds(history.start), clock.seconds(history.end)
    workload = clock.seconds(workload_start(history))
    return Timeline(
        start=start,
        end=end,
        home=_home(history, clock, workload, end),
        workload=workload,
        phases=[
            (clock.seconds(event.time), text(event.value))
            for event in history.select("phase")
            if event.process == "harness"
        ],
        lanes=lanes,
        rate=build_rate(history, clock),
        strings=strings.table(),
    )


def _home(history: History, clock: Clock, workload: float, end: float) -> tuple[float, float]:
    """Leave out the set-up before the workload, and the tidying up after the last call or fault."""
    last = max(
        (e.time for e in history.events if e.type != "event" or e.process == "nemesis"),
        default=history.end,
    )
    until = min(end, clock.seconds(last))
    margin = 0.02 * max(until - workload, 1.0)
    return workload - margin, max(until, workload) + margin
