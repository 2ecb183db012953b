"""The report as data: a pure function of a history and its results."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from checkers.registry import guarantees
from checkers.result import Results
from harness.history import History
from harness.history.columns import EVENT, FAIL, INFO, OK
from reports.clock import Clock, run_clock, workload_start
from reports.sections.environment import configuration_rows, environment_rows, plan_rows
from reports.sections.faults import Fault, build_faults
from reports.sections.herd import HerdTable, build_herd
from reports.sections.logs import LogPanel, build_logs
from reports.sections.recovery import CostTable, fault_costs
from reports.sections.server_numbers import ServerNumbers, server_numbers
from reports.sections.statistics import ErrorRow, OperationRow, Rate, build_rate, error_rows, operation_rows
from reports.sections.verdict import GuaranteeCard, Scene, build_cards
from reports.timeline.columns import CallPacker
from reports.timeline.lag import Lag, build_lag
from reports.timeline.lanes import Lane, build_lanes
from reports.timeline.stat_table import StatColumns, StatTable
from reports.timeline.strings import Strings
from reports.timeline.thinning import chosen_calls
from reports.values import shown, text


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
    """Of all calls, also where the lanes hold only a part of them."""
    lag: Lag
    calls: int
    """How many the history holds."""
    shown: int
    """How many of them the lanes hold."""
    stats: StatColumns
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
    costs: CostTable
    """What each fault cost, and how long everything took to work again."""
    herd: HerdTable | None
    numbers: ServerNumbers | None
    """What the servers told of themselves."""
    logs: LogPanel | None
    operations: list[OperationRow]
    errors: list[ErrorRow]
    more_errors: int
    trouble: list[Trouble]
    environment: list[tuple[str, str]]
    configuration: list[tuple[str, str]]
    """What the servers were configured with."""
    plan: list[tuple[str, str]]
    """The plan but for its schedule and the configuration, as names and values."""
    schedule: list[ScheduleRow]
    timeline: Timeline
    files: list[str]


def report_model(
    history: History, results: Results, files: Sequence[str] = (), logs: Path | None = None
) -> ReportModel:
    """Build the report of a run; `files` are the names that lie beside it, `logs` a directory of logs.

    Raises HistoryError where the history carries no plan, or a log cannot be read.
    """
    clock = run_clock(history)
    faults = build_faults(history, clock)
    timeline = _timeline(history, clock)
    promises = {name: guarantee.promise for name, guarantee in guarantees().items()}
    errors, more_errors = error_rows(history)
    return ReportModel(
        facts=_facts(history, results, clock),
        verdict=results.verdict.value,
        sentence=results.sentence,
        repeat=results.repeat,
        notes=_notes(history, results, timeline),
        guarantees=build_cards(results, promises, Scene(history, faults, timeline.lanes, clock)),
        faults=faults,
        costs=fault_costs(history, results, faults, clock),
        herd=build_herd(results),
        numbers=server_numbers(history, clock, _applied(faults)),
        logs=build_logs(history, results, faults, clock, logs),
        operations=operation_rows(history),
        errors=errors,
        more_errors=more_errors,
        trouble=[
            Trouble(clock.seconds(event.time), text(event.value)) for event in history.select("trouble")
        ],
        environment=environment_rows(history),
        configuration=configuration_rows(history),
        plan=plan_rows(history),
        schedule=[
            ScheduleRow(step.id, step.fault, step.target, step.at, step.hold, shown(step.params or None))
            for step in history.plan.schedule
        ],
        timeline=timeline,
        files=list(files),
    )


def _applied(faults: Sequence[Fault]) -> list[tuple[float, float]]:
    """Stretches in which a fault was on its target."""
    return [(fault.begin, fault.end) for fault in faults if fault.outcome != "vanished"]


def _facts(history: History, results: Results, clock: Clock) -> RunFacts:
    plan = history.plan
    ok, fail, info = (int((history.calls.outcome == outcome).sum()) for outcome in (OK, FAIL, INFO))
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
        operations=len(history.calls),
        ok=ok,
        fail=fail,
        info=info,
        events=len(history.events),
        version=plan.version,
    )


def _notes(history: History, results: Results, timeline: Timeline) -> list[str]:
    notes = []
    if history.torn or results.torn:
        notes.append(f"The end of the history was damaged: {history.torn or results.torn}.")
    if not history.closed:
        notes.append(
            "The history was never closed: the harness was stopped in the middle of the run, "
            "and this report shows what was recorded until then."
        )
    if not len(history.calls):
        notes.append("No operation was recorded: no client ever made a call.")
    if timeline.shown < timeline.calls:
        notes.append(
            f"Of {timeline.calls:,} calls the timeline and the latency chart show {timeline.shown:,}, those "
            "whose outcome is unknown first, then failed ones, each kind evenly spread. The rate, the tables "
            "and the verdict are about all of them."
        )
    return notes


def _timeline(history: History, clock: Clock) -> Timeline:
    strings, shown = Strings(), chosen_calls(history.calls.outcome)
    stats = StatTable(history.columns.stats, history.calls.stat[shown])
    lanes = build_lanes(history, CallPacker(history, strings, clock, stats).pack, shown)
    told = stats.columns(strings)
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
        lag=build_lag(history, clock),
        calls=len(history.calls),
        shown=len(shown),
        stats=told,
        strings=strings.table(),
    )


def _home(history: History, clock: Clock, workload: float, end: float) -> tuple[float, float]:
    """Leave out the set-up before the workload, and the tidying up after the last call or fault."""
    columns = history.columns
    told = (columns.type != EVENT) | (columns.process == columns.texts.find("nemesis"))
    last = int(columns.time[told].max()) if told.any() else history.end
    until = min(end, clock.seconds(last))
    margin = 0.02 * max(until - workload, 1.0)
    return workload - margin, max(until, workload) + margin
