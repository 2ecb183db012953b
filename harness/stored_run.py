"""One run of the store in a few words, from its plan and its results; its history is never read."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from checkers.result import Result, Results, Verdict
from harness.errors import HistoryError, ZkchaosError
from harness.plan import Plan
from harness.planner import repeat_command
from harness.store import RunDirectory, read_plan
from reports.store.runs import NO_VERDICT, Finding, StoredRun
from workloads.catalogue import find

NOT_JUDGED = "Not judged: the run is still going on, or ended before there was a verdict."
NONSENSE = (ArithmeticError, LookupError, TypeError, ValueError)
"""What comes of values that the format of a file admits and that nothing writes."""
SIGNS = ("zk_leader", "app_leader", "write")
"""What shows that things work again, as the checker `recovery` measures it."""


def stored_run(run: RunDirectory) -> StoredRun:
    """Tell of a run; a damaged file makes a row that says so, never an exception."""
    row: dict[str, Any] = {"run": run.name, "began": _began(run), "report": _report(run)}
    plan: Plan | None = None
    trouble = ""
    try:
        plan = read_plan(run)
        row |= _planned(plan, run)
    except (HistoryError, *NONSENSE) as error:
        trouble = _within_the_store(error, run.plan, run)
    try:
        results = stored_results(run)
        row |= _judged(results, plan) if results else {}
    except (HistoryError, *NONSENSE) as error:
        trouble = trouble or _within_the_store(error, run.results, run)
    if trouble:
        row |= {"verdict": NO_VERDICT, "sentence": trouble, "damaged": True}
    return StoredRun(**{"verdict": NO_VERDICT, "sentence": NOT_JUDGED} | row)


def stored_results(run: RunDirectory) -> Results | None:
    """What results.json says, None where the run was not judged; raises HistoryError when it is damaged."""
    if not run.results.exists():
        return None
    try:
        return msgspec.json.decode(run.results.read_bytes(), type=Results)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HistoryError(
            f"{run.results} cannot be read ({error}); `zkchaos check` makes it anew."
        ) from error


def _planned(plan: Plan, run: RunDirectory) -> dict[str, Any]:
    return {
        "scenario": plan.scenario,
        "workload": plan.workload,
        "variant": plan.variant,
        "twin": _is_twin(plan),
        "seed": plan.seed,
        "image": plan.image,
        "version": plan.version,
        "servers": plan.servers + plan.observers,
        "observers": plan.observers,
        "nodes": plan.nodes,
        "nemesis": plan.nemesis or tuple(dict.fromkeys(step.fault for step in plan.schedule)),
        "liveness": plan.liveness is not None,
        "origin": plan.origin,
        "seconds": plan.time,
        "planned": len(plan.schedule),
        "repeat": repeat_command(plan, str(run.path)),
    }


def _judged(results: Results, plan: Plan | None) -> dict[str, Any]:
    elects = plan is not None and "single-leader" in plan.guarantees
    signs = [sign for sign in SIGNS if sign != "app_leader" or elects]
    measured = [
        row
        for result in results.results
        if result.name == "recovery" and isinstance(rows := result.measures.get("faults"), list)
        for row in rows
        if isinstance(row, dict)
    ]
    return {
        "scenario": results.scenario,
        "seed": results.seed,
        "verdict": results.verdict.value,
        "sentence": results.sentence,
        "faults": results.faults,
        "operations": results.operations,
        "findings": tuple(found for result in results.results for found in _findings(result)),
        "recovery": _longest(measured, "healed", signs),
        "outage": _longest(measured, "injected", signs),
    }


def _findings(result: Result) -> list[Finding]:
    if result.verdict is not Verdict.VIOLATION:
        return []
    broken = result.measures.get("broken")
    counts = broken if isinstance(broken, dict) else {}
    first: dict[str, str] = {}
    told: dict[str, int] = {}
    for violation in result.violations:
        first.setdefault(violation.kind, violation.sentence)
        told[violation.kind] = told.get(violation.kind, 0) + 1
    return [
        Finding(result.name, kind, sentence, max(told[kind], _whole(counts.get(kind))))
        for kind, sentence in first.items()
    ]


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _longest(measured: list[dict[str, Any]], source: str, signs: list[str]) -> dict[str, float]:
    """Return the longest time by fault; moments after which something was not seen are left out."""
    longest: dict[str, float] = {}
    for row in measured:
        took = [row.get(sign) for sign in signs]
        seconds = [float(value) for value in took if isinstance(value, int | float)]
        if row.get("from") == source and not row.get("censored") and len(seconds) == len(signs):
            fault = str(row.get("fault"))
            longest[fault] = round(max(longest.get(fault, 0.0), *seconds), 3)
    return longest


def _is_twin(plan: Plan) -> bool:
    if plan.code is None:
        with suppress(ZkchaosError):
            return find(plan.workload, plan.variant)[1].broken
    return False


def _began(run: RunDirectory) -> float:
    """Return when the run was planned: its id says so, or else the age of its plan."""
    stamp = re.match(r"\d{8}-\d{6}(?!\d)", run.name)
    if stamp:
        with suppress(ValueError):
            return datetime.strptime(stamp[0], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()
    with suppress(OSError):
        return float(int(run.plan.stat().st_mtime))
    return 0.0


def _report(run: RunDirectory) -> str:
    return f"{run.name}/{run.report.name}" if run.report.is_file() else ""


def _within_the_store(error: Exception, file: Path, run: RunDirectory) -> str:
    """Return what is wrong with a file in one sentence, with paths as the store's page shows them."""
    told = str(error) if isinstance(error, HistoryError) else f"{file} holds what makes no sense ({error})."
    sentence = told.replace(f"{run.path}/", f"{run.name}/")
    return " ".join(sentence.split())[:500]
