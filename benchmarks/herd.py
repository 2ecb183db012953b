"""The herd effect, measured: what one departure from an election's line costs, by algorithm and candidates.

    python benchmarks/herd.py
    python benchmarks/herd.py --write docs/herd.md

Runs without faults in which leaders resign all the time. Prints a line for each run, then a table; `--write`
puts it into a page between two marks, and a plot of the medians beside the page. Exit code 1 when a run was
not valid.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.herd_plot import plot
from benchmarks.pages import put_between
from tests.integration.side_by_side import Play, Ran, play, side_by_side

ALGORITHMS = ("herd", "predecessor", "kazoo")
CROWDS = ((3, 1), (5, 1), (5, 2), (5, 4), (5, 6), (5, 10))
"""App nodes, and candidates on each."""

TERM = 0.4
"""Seconds for which a candidate leads, on average."""

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"

TITLES = {"events": "watch events per departure", "requests": "requests per departure"}

Job = tuple[str, int, int]
"""Algorithm, app nodes, candidates on each."""


def main() -> int:
    """Run them, print the table, and write what is asked for."""
    options = _options()
    jobs = [(algorithm, *crowd) for crowd in CROWDS for algorithm in ALGORITHMS]
    found: dict[tuple[str, int], dict[str, Any]] = {}
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        runs = options.keep or Path(scratch)

        def play_one(job: Job) -> Ran:
            algorithm, nodes, many = job
            settings = (("candidates", many), ("term", TERM))
            asked = Play(f"election:{algorithm}", "none", options.time, settings, nodes, options.seed)
            return play(asked.scenario, runs / f"{algorithm}-{nodes * many}", *asked.options)

        for (algorithm, nodes, many), ran in side_by_side(jobs, play_one, at_once=options.at_once):
            print(f"{' '.join(ran.command)}: {ran.verdict} in {ran.seconds:.0f} s", flush=True)
            if ran.code != 0:
                failed += 1
                print(f"    {ran.sentence}", flush=True)
            found[algorithm, nodes * many] = _cost(ran, nodes * many)
    table = list(_table(found))
    print("\n".join(table))
    if options.write:
        put_between(options.write, BEGIN, END, table)
        options.write.with_suffix(".svg").write_text(_plot(found))
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--time", type=float, default=12, help="seconds of workload of each run")
    parser.add_argument("--seed", type=int, default=1, help="seed of all runs")
    parser.add_argument("--at-once", type=int, default=1, help="runs side by side")
    parser.add_argument("--keep", type=Path, help="directory in which to keep the runs")
    parser.add_argument("--write", type=Path, help="page to put the table into, with a plot beside it")
    return parser.parse_args()


def _cost(ran: Ran, candidates: int) -> dict[str, Any]:
    """Return what departures cost while everybody stood in line, nothing where no run told it."""
    told = [result for result in (ran.results.results if ran.results else ()) if result.name == "herd"]
    cost: dict[str, Any] = told[0].measures["by_candidates"].get(str(candidates), {}) if told else {}
    return cost


def _table(found: dict[tuple[str, int], dict[str, Any]]) -> Iterator[str]:
    yield "| candidates | algorithm | departures | watch events: median | max | requests: median | max |"
    yield "|---|---|---|---|---|---|---|"
    for (algorithm, candidates), cost in found.items():
        cells = (
            [f"{cost[what][which]:g}" for what in TITLES for which in ("median", "max")]
            if cost
            else ["-"] * 4
        )
        yield f"| {candidates} | `{algorithm}` | {cost.get('departures', 0)} | {' | '.join(cells)} |"


def _plot(found: dict[tuple[str, int], dict[str, Any]]) -> str:
    return plot(
        {
            title: {
                algorithm: [
                    (candidates, cost[what]["median"])
                    for (name, candidates), cost in found.items()
                    if name == algorithm and cost
                ]
                for algorithm in ALGORITHMS
            }
            for what, title in TITLES.items()
        }
    )


if __name__ == "__main__":
    sys.exit(main())
