"""What checking costs: time and peak memory of reading and of every checker, against the length of a history.

Histories come from the simulated ensemble of the tests. Each length is measured in a process of its own. Two
ratios count: the whole of checking against the plain `json.loads` of the same lines, and the time for each
operation at the greatest length against that at the smallest of at least 100,000 operations (n log n would be
a little above 1).
"""

import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from checkers.check_all import check_all
from checkers.registry import guarantees
from checkers.witness import shorten
from harness.history import read_history, reader

AGAINST_JSON = 2.0
"""Bound: seconds of reading and checking / seconds of json.loads on every line."""

GROWTH = 1.5
"""Bound: time for an operation at the greatest length / at the smallest."""

BYTES_AN_OPERATION = 2 * 1024
"""Bound on peak memory: 2 GiB for a million operations."""

SAMPLE = 200_000
"""Lines that `json.loads` is measured on."""

ORDERS = ("write-order", "prefix-reads")


def measure(path: Path) -> dict[str, Any]:
    """Read a history twice, run every checker, and return seconds and peak memory (bytes)."""
    reader.LARGE = 1  # short histories take the way of long ones, too
    seconds: dict[str, float] = {}

    def timed(name: str, work: Any) -> Any:
        began = time.perf_counter()
        result = work()
        seconds[name] = time.perf_counter() - began
        return result

    history = timed("first reading", lambda: read_history(path))
    # Whoever helped to read has ended by now.
    reading = _most(resource.RUSAGE_SELF) + _most(resource.RUSAGE_CHILDREN)
    known = guarantees()
    results = timed("all checkers", lambda: check_all(history, list(known.values())))
    peak = max(reading, _most(resource.RUSAGE_SELF))
    broken = {
        result.name: [result.sentence, len(result.violations[0].witness)]
        for result in results
        if result.violations
    }
    # Once more, one after the other, to see what each takes.
    history = timed("second reading", lambda: read_history(path))
    timed("calls", lambda: history.calls)
    for name in [*ORDERS, *(name for name in known if name not in ORDERS)]:
        result = timed(name, lambda name=name: known[name].check(history))
        if result.violations:
            shortened = lambda name=name, result=result: shorten(history, known[name], result, 1)  # noqa: E731
            timed(f"witness of {name}", shortened)
    return {
        "operations": len(history.calls),
        "lines": len(history),
        "seconds": seconds,
        "broken": broken,
        "peak": peak,
        "json": plain_json(path) * len(history) / SAMPLE,
    }


def _most(whose: int) -> int:
    """Return the most memory (bytes) that this process, or one that it waited for, ever held."""
    return resource.getrusage(whose).ru_maxrss * 1024


def plain_json(path: Path) -> float:
    """Seconds that json.loads takes for SAMPLE lines."""
    with path.open() as file:
        lines = [line for _, line in zip(range(SAMPLE), file, strict=False)]
    began = time.perf_counter()
    for line in lines:
        json.loads(line)
    return (time.perf_counter() - began) * SAMPLE / len(lines)


def measured(place: Path, operations: int, options: list[str]) -> dict[str, Any]:
    """Make a history of a length and measure it in a process of its own."""
    path = place / f"{operations}.jsonl"
    made = [
        sys.executable,
        "-m",
        "tests.simulation.big",
        "--operations",
        str(operations),
        *options,
        str(path),
    ]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    found = subprocess.run([sys.executable, __file__, "--file", str(path)], check=True, capture_output=True)
    for left in place.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def tell(found: dict[str, Any]) -> float:
    """Print what was found at one length, and return the seconds of reading and checking together."""
    seconds, operations = found["seconds"], found["operations"]
    reading = seconds["first reading"]
    told = ("reading", "witness", "all checkers")
    checks = {name: took for name, took in seconds.items() if not any(word in name for word in told)}
    checking, alone = seconds["all checkers"], sum(checks.values())
    again = seconds["second reading"]
    print(f"\n{operations:,} operations, {found['lines']:,} lines")
    print(f"  first reading {reading:.2f} s, second reading {again:.2f} s, all checkers {checking:.2f} s")
    print(f"  together {reading + checking:.2f} s, from the copy {again + checking:.2f} s")
    print(
        f"  peak memory {found['peak'] / 2**30:.2f} GiB, {found['peak'] / operations:.0f} bytes an operation"
    )
    print(f"  plain json.loads {found['json']:.2f} s")
    print(f"  one checker after the other {alone:.2f} s, of which")
    for name, took in sorted(checks.items(), key=lambda item: -item[1]):
        if took >= 0.01 * alone:
            print(f"    {name:<24} {took:7.3f} s  {100 * took / alone:4.1f} %")
    orders = sum(seconds.get(name, 0.0) for name in ("calls", *ORDERS))
    print(f"  write-order and prefix-reads with all they need {orders:.2f} s")
    for name, (sentence, size) in found["broken"].items():
        print(f"  {name}: {sentence}")
        print(f"    cut to {size} events in {seconds[f'witness of {name}']:.2f} s")
    return reading + checking


@click.command()
@click.option("--sizes", default="10000,100000,1000000", show_default=True, help="Operations, with commas.")
@click.option("--unknown", default=0.001, show_default=True, help="Share of calls without an answer.")
@click.option("--plant", default="", help="Break one thing; see tests/simulation/bulk_plants.py.")
@click.option("--file", type=click.Path(path_type=Path), hidden=True)
def main(sizes: str, unknown: float, plant: str, file: Path | None) -> None:
    """Measure and compare."""
    if file is not None:
        print(json.dumps(measure(file)))
        return
    options = ["--seed", "1", "--unknown", str(unknown), *(["--plant", plant] if plant else [])]
    rows = []
    with TemporaryDirectory() as place:
        for size in sizes.split(","):
            found = measured(Path(place), int(size), options)
            rows.append((found["operations"], tell(found), found["json"], found["peak"]))
    long = [row for row in rows if row[0] >= 90_000] or rows[-1:]
    (few, few_took, *_), (many, took, plain, peak) = long[0], long[-1]
    against, growth = took / plain, (took / many) / (few_took / few)
    print(f"\nagainst json.loads {against:.2f} (bound: at most {AGAINST_JSON})")
    print(f"time for an operation at {many:,} / at {few:,}: {growth:.2f} (bound: at most {GROWTH})")
    print(f"bytes an operation {peak / many:.0f} (bound: at most {BYTES_AN_OPERATION})")
    sys.exit(0 if against <= AGAINST_JSON and growth <= GROWTH and peak / many <= BYTES_AN_OPERATION else 1)


if __name__ == "__main__":
    main()
