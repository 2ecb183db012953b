"""What a store of thousands of runs costs: listing it, once its rows are remembered, and drawing its page.

Listing is compared with asking the system for the same files and parsing the remembered rows as plain JSON;
the page with writing as plain JSON what it shows.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from harness.run_index import MEMORY, index_runs
from reports.store.index import render_index
from tests.unit.sample_store import sample_runs, write_runs

LIST_BOUND = 2.0
PAGE_BOUND = 2.0
SECONDS_BOUND = 2.0
ROUNDS = 5
FILES = ("plan.json", "results.json", "report.html")


def best(work: Callable[[], object]) -> float:
    """Return the shortest of some rounds, in seconds."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def bare(runs: Path) -> None:
    """Do what cannot be left out of listing a store."""
    for run in runs.iterdir():
        for name in FILES:
            (run / name).exists()
    json.loads((runs / MEMORY).read_bytes())


def main() -> int:
    """Print the ratios; return 1 when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5000)
    wanted = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as directory:
        runs = Path(directory)
        write_runs(runs, sample_runs(wanted))
        began = time.perf_counter()
        rows = index_runs(runs)
        first = time.perf_counter() - began
        again = best(lambda: index_runs(runs))
        listing = again / best(lambda: bare(runs))
    page = render_index(rows, written=0.0)
    plain = [msgspec.to_builtins(row) for row in rows]
    drawing = best(lambda: render_index(rows, written=0.0)) / best(lambda: json.dumps(plain))
    print(
        f"{wanted:,} runs: read in {first:.2f} s, listed again in {again:.2f} s; page of {len(page):,} bytes"
    )
    print(f"listing / bare: {listing:.2f} (at most {LIST_BOUND:g}, and {SECONDS_BOUND:g} s)")
    print(f"page / plain JSON: {drawing:.2f} (at most {PAGE_BOUND:g})")
    return int(listing > LIST_BOUND or drawing > PAGE_BOUND or again > SECONDS_BOUND)


if __name__ == "__main__":
    sys.exit(main())
