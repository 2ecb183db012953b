"""Every right variant of every recipe under each main fault, several seeds each: all have to be valid.

    python benchmarks/recipes.py --seeds 3
    python benchmarks/recipes.py --seeds 1 --only lock --only registry --write docs/vacancies.md

Prints a line for each run, then a table of verdicts, and one of how long things were vacant after each fault,
which `--write` puts into a page between two marks. Exit code 1 when a run was not valid.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.pages import put_between
from tests.integration.side_by_side import Play, Ran, play, side_by_side
from workloads.catalogue import WORKLOADS

FAULTS = ("kill-leader", "partition:isolate-leader", "expire-holder", "pause-holder")

GENERAL = "keys"
"""The workload that is no recipe."""

BEGIN, END = "<!-- vacancies -->", "<!-- end of vacancies -->"

Job = tuple[str, str, int]
"""Scenario, fault, seed."""


def main() -> int:
    """Run them and print the tables."""
    options = _options()
    jobs = [
        (scenario, fault, seed)
        for scenario in _scenarios(options.only)
        for fault in options.fault or FAULTS
        for seed in range(options.first, options.first + options.seeds)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        runs = options.keep or Path(scratch)

        def play_one(job: Job) -> Ran:
            scenario, fault, seed = job
            where = runs / f"{scenario}-{fault}-{seed}".replace(":", "-")
            return play(scenario, where, *Play(scenario, fault, options.time, seed=seed).options)

        found: dict[Job, Ran] = {}
        for job, ran in side_by_side(jobs, play_one, at_once=options.at_once):
            found[job] = ran
            print(f"{' '.join(ran.command)}: {ran.verdict} in {ran.seconds:.0f} s", flush=True)
            if ran.code != 0:
                print(f"    {ran.sentence}", flush=True)
        vacant = list(_vacancies(found))
        for line in (*_verdicts(found), "", *vacant):
            print(line)
        if options.write:
            put_between(options.write, BEGIN, END, vacant)
    return 1 if any(ran.code != 0 for ran in found.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds of each")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--time", type=float, default=30, help="seconds of workload of each")
    parser.add_argument("--fault", action="append", help="other faults than the four, may be given again")
    parser.add_argument("--only", action="append", help="a workload, or workload:variant, may be given again")
    parser.add_argument("--at-once", type=int, default=3, help="runs side by side")
    parser.add_argument("--write", type=Path, help="page to put the table of vacancies into")
    parser.add_argument("--keep", type=Path, help="directory in which to keep the runs")
    return parser.parse_args()


def _scenarios(only: list[str] | None) -> list[str]:
    scenarios = [
        f"{workload.name}:{name}"
        for workload in WORKLOADS.values()
        for name, variant in workload.variants.items()
        if workload.name != GENERAL and not variant.broken
    ]
    return [s for s in scenarios if not only or s in only or s.partition(":")[0] in only]


def _verdicts(found: dict[Job, Ran]) -> Iterator[str]:
    faults = list(dict.fromkeys(fault for _, fault, _ in found))
    yield f"| scenario | {' | '.join(faults)} |"
    yield f"|---|{'---|' * len(faults)}"
    for scenario in dict.fromkeys(scenario for scenario, _, _ in found):
        cells = [
            _cell(ran for (s, f, _), ran in found.items() if (s, f) == (scenario, fault)) for fault in faults
        ]
        yield f"| `{scenario}` | {' | '.join(cells)} |"


def _cell(rans: Iterable[Ran]) -> str:
    verdicts = [ran.verdict for ran in rans]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts))


def _vacancies(found: dict[Job, Ran]) -> Iterator[str]:
    """Say how long things were vacant: medians over the runs, and the longest of all."""
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for (scenario, fault, _), ran in found.items():
        results = ran.results.results if ran.results else ()
        told = next((r for r in results if r.measures.get("vacant_after_faults")), None)
        if told:
            rows[scenario, told.name, fault].append(told.measures["vacant_after_faults"])
    yield "| scenario | after | faults | half within (s) | 90 % within (s) | longest (s) |"
    yield "|---|---|---|---|---|---|"
    for (scenario, _, fault), measured in rows.items():
        number = sum(one["of"] for one in measured)
        p50, p90 = (sorted(one[p] for one in measured)[len(measured) // 2] for p in ("p50", "p90"))
        longest = max(one["max"] for one in measured)
        yield f"| `{scenario}` | {fault} | {number} | {p50:.2f} | {p90:.2f} | {longest:.2f} |"


if __name__ == "__main__":
    sys.exit(main())
