"""Stores as they could be: nightly runs of some scenarios under some faults, on disk or as rows."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from checkers.result import Result, Results, Verdict, Violation
from harness.plan import Plan, Step
from harness.store import RunDirectory
from reports.store.runs import NO_VERDICT, Finding, StoredRun

FIRST_NIGHT = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
SCENARIOS = (
    "election:predecessor",
    "lock:guid",
    "queue:kazoo",
    "registry:textbook",
    "keys:mixed",
    "counter:cas",
)
FAULTS = ("kill-leader", "partition:isolate-leader", "pause-holder", "expire-holder")
IMAGES = ("debian:sid", "debian:trixie", "zookeeper:3.9")
OVERLAP = (
    "app2 and app5 both believed that they lead for 2.3 s: app2 since 15.5 s, app5 since 15.5 s, "
    "and app2 still believed so at 17.8 s; no fault on app2 explains it."
)


def sample_runs(count: int = 200, *, seed: int = 1) -> list[StoredRun]:
    """Return rows of many nights, the oldest first."""
    dice = random.Random(seed)
    return [_row(number, dice) for number in range(count)]


def _row(number: int, dice: random.Random) -> StoredRun:
    night, place = divmod(number, 24)
    began = FIRST_NIGHT + timedelta(days=night, minutes=2 * place)
    scenario, fault = SCENARIOS[place % len(SCENARIOS)], FAULTS[place // len(SCENARIOS)]
    verdict = dice.choices(("valid", "violation", "unknown", NO_VERDICT), (88, 6, 4, 2))[0]
    broken = (Finding("single-leader", dice.choice(("believed-overlap", "stale-action")), OVERLAP, 2),)
    operations = dice.randrange(900, 50_000)
    sentences = {
        "valid": f"Every guarantee held: 4 faults proven, {operations:,} acknowledged operations.",
        "violation": OVERLAP,
        "unknown": "Not enough evidence: no acknowledged write overlapped kill-leader on zk2.",
        NO_VERDICT: "Not judged: the run is still going on, or ended before there was a verdict.",
    }
    name, _, variant = scenario.partition(":")
    run = f"{began:%Y%m%d-%H%M%S}-{name}-{variant}-{dice.randrange(1 << 32):08x}"
    return stored(
        run=run,
        scenario=scenario,
        workload=name,
        variant=variant,
        verdict=verdict,
        sentence=sentences[verdict],
        findings=broken if verdict == "violation" else (),
        nemesis=(fault,),
        seed=dice.randrange(1 << 31),
        image=IMAGES[night % len(IMAGES)],
        began=began.timestamp(),
        recovery={} if verdict == NO_VERDICT else {fault: round(dice.lognormvariate(-1, 0.6), 3)},
        outage={} if verdict == NO_VERDICT else {fault: round(dice.lognormvariate(1, 0.4), 3)},
        operations=None if verdict == NO_VERDICT else operations,
        faults=None if verdict == NO_VERDICT else 4,
    )


def stored(**fields: Any) -> StoredRun:
    """Return a row with the given fields and bearable others."""
    usual: dict[str, Any] = {
        "run": "20260105-013000-election-predecessor-00000001",
        "verdict": "valid",
        "sentence": "Every guarantee held: 4 faults proven, 1,761 acknowledged operations.",
        "scenario": "election:predecessor",
        "workload": "election",
        "variant": "predecessor",
        "seed": 7,
        "image": "debian:sid",
        "servers": 3,
        "nodes": 5,
        "nemesis": ("kill-leader",),
        "began": FIRST_NIGHT.timestamp(),
        "seconds": 60.0,
        "planned": 4,
    }
    row = usual | fields
    row.setdefault(
        "repeat",
        f"zkchaos run {row['scenario']} --nemesis {','.join(row['nemesis'])} --time 60 --seed {row['seed']} "
        "--servers 3 --nodes 5 --image debian:sid --session-timeout 4",
    )
    return StoredRun(**{"report": f"{row['run']}/report.html"} | row)


def night_after(nights: float, **fields: Any) -> StoredRun:
    """Return a run of some nights after the first one."""
    began = FIRST_NIGHT + timedelta(days=nights)
    return stored(run=f"{began:%Y%m%d-%H%M%S}-{nights}", began=began.timestamp(), **fields)


def write_runs(runs: Path, rows: Sequence[StoredRun]) -> None:
    """Write the plans and results of rows as directories of a store, without histories."""
    for row in rows:
        run = RunDirectory.create(runs, plan_of(row))
        if row.verdict != NO_VERDICT:
            run.results.write_bytes(msgspec.json.encode(results_of(row)))


def plan_of(row: StoredRun) -> Plan:
    """Return a plan that gives the row."""
    return Plan(
        run=row.run,
        workload=row.workload,
        variant=row.variant,
        seed=row.seed or 0,
        time=row.seconds,
        servers=row.servers,
        nodes=row.nodes,
        image=row.image,
        zoo={"tickTime": "1000"},
        session_timeout=4.0,
        nemesis=row.nemesis,
        schedule=tuple(
            Step(id=number, at=5.0 * number, fault=row.nemesis[0], target="", hold=2.0)
            for number in range(1, row.planned + 1)
        ),
        guarantees=("single-leader", "recovery"),
        version="0.1.0",
    )


def results_of(row: StoredRun) -> Results:
    """Return results that give the row."""
    moments = [
        {
            "id": 1,
            "fault": fault,
            "from": source,
            "zk_leader": took,
            "app_leader": took / 2,
            "write": took / 3,
        }
        for source, times in (("healed", row.recovery), ("injected", row.outage))
        for fault, took in times.items()
    ]
    broken = tuple(
        Result(
            name=finding.guarantee,
            verdict=Verdict.VIOLATION,
            sentence=finding.sentence,
            checked=40,
            violations=tuple(
                Violation(kind=finding.kind, sentence=finding.sentence, witness=(1, 2), time=1, until=2)
                for _ in range(finding.times)
            ),
        )
        for finding in row.findings
    )
    recovery = Result(
        name="recovery",
        verdict=Verdict.VALID,
        sentence="Everything worked again.",
        checked=4,
        measures={"faults": moments},
    )
    return Results(
        run=row.run,
        scenario=row.scenario,
        seed=row.seed or 0,
        verdict=Verdict(row.verdict),
        sentence=row.sentence,
        results=(*broken, recovery),
        events=4000,
        operations=row.operations,
        faults=row.faults,
        repeat=row.repeat,
    )
