"""Every broken twin under the fault that shows its mistake: how often it is caught, and by what.

    python benchmarks/twins.py --runs 10
    python benchmarks/twins.py --runs 5 --only lock --write docs/twins.md

Prints a line for each run, then a table, which `--write` puts into a page between two marks. Exit code 1
when a twin was never caught by the guarantee that it breaks.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pages import put_between
from harness.workload import Trap
from tests.integration.side_by_side import Play, Ran, play, side_by_side
from workloads.catalogue import WORKLOADS

BEGIN, END = "<!-- rates -->", "<!-- end of rates -->"

Job = tuple[str, Trap, int]
"""Scenario, how it is caught, seed."""


def main() -> int:
    """Run them and print the table."""
    options = _options()
    twins = dict(_twins(options.only))
    jobs = [
        (scenario, trap, seed)
        for scenario, trap in twins.items()
        for seed in range(options.first, options.first + options.runs)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        runs = options.keep or Path(scratch)

        def play_one(job: Job) -> Ran:
            scenario, trap, seed = job
            where = runs / f"{scenario}-{seed}".replace(":", "-")
            asked = Play(scenario, trap.nemesis, options.time, tuple(trap.params.items()), seed=seed)
            return play(scenario, where, *asked.options)

        found: dict[str, list[Ran]] = {scenario: [] for scenario in twins}
        for (scenario, trap, _), ran in side_by_side(jobs, play_one, at_once=options.at_once):
            found[scenario].append(ran)
            caught = ", ".join(result.name for result in ran.broken) or "not caught"
            print(f"{' '.join(ran.command)}: {ran.verdict} in {ran.seconds:.0f} s, {caught}", flush=True)
            if trap.guarantee not in {result.name for result in ran.broken}:
                print(f"    {ran.sentence}", flush=True)
        table = list(_table(found, twins, options.time))
        print("\n".join(table))
        if options.write:
            put_between(options.write, BEGIN, END, table)
    return 1 if any(not _caught(rans, twins[scenario]) for scenario, rans in found.items()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="runs of each twin")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--time", type=float, default=30, help="seconds of workload of each")
    parser.add_argument("--only", action="append", help="a workload, or workload:variant, may be given again")
    parser.add_argument("--at-once", type=int, default=3, help="runs side by side")
    parser.add_argument("--keep", type=Path, help="directory in which to keep the runs")
    parser.add_argument("--write", type=Path, help="page to put the table into")
    return parser.parse_args()


def _twins(only: list[str] | None) -> Iterator[tuple[str, Trap]]:
    for workload in WORKLOADS.values():
        for name, variant in workload.variants.items():
            scenario = f"{workload.name}:{name}"
            if variant.trap and (not only or scenario in only or workload.name in only):
                yield scenario, variant.trap


def _caught(rans: list[Ran], trap: Trap) -> list[Ran]:
    return [ran for ran in rans if trap.guarantee in {result.name for result in ran.broken}]


def _table(found: dict[str, list[Ran]], twins: dict[str, Trap], seconds: float) -> Iterator[str]:
    yield f"| broken twin | under, for {seconds:g} s | has to break | caught | kinds |"
    yield "|---|---|---|---|---|"
    for scenario, rans in found.items():
        trap = twins[scenario]
        caught = _caught(rans, trap)
        kinds = Counter(
            violation.kind
            for ran in caught
            for result in ran.broken
            if result.name == trap.guarantee
            for violation in {v.kind: v for v in result.violations}.values()
        )
        settings = "".join(f", `{name}={value:g}`" for name, value in trap.params.items())
        told = ", ".join(f"`{kind}`" for kind, _ in kinds.most_common()) or "-"
        yield (
            f"| `{scenario}` | `{trap.nemesis}`{settings} | `{trap.guarantee}` "
            f"| {len(caught)} of {len(rans)} | {told} |"
        )


if __name__ == "__main__":
    sys.exit(main())
