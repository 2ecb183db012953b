"""Many short runs of a preset, one seed after the other: each has a verdict, and none leaves anything behind.

    python benchmarks/brutal.py --runs 50 --time 15

Exit code 1 when a run ended without a verdict, left a container, network or volume on the engine, or a frozen
process in between.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.engine import Engine
from harness.history import FaultWindow, read_history
from harness.judging import stored_results
from harness.store import RunDirectory, list_runs

ZKCHAOS = Path(sys.executable).with_name("zkchaos")

VERDICTS = {0: "valid", 1: "violation", 2: "unknown"}


@dataclass(frozen=True, slots=True)
class Ran:
    """One run."""

    seed: int
    code: int
    seconds: float
    left: list[str]
    said: str
    faults: list[FaultWindow]


def main() -> int:
    """Run them and print a line each, then what there was in all."""
    options = _options()
    engine = Engine.connect()
    total: Counter[str] = Counter()
    faults: list[FaultWindow] = []
    bad = 0
    with tempfile.TemporaryDirectory() as scratch:
        runs = options.keep or Path(scratch)
        for seed in range(options.first, options.first + options.runs):
            ran = _run(engine, runs, seed, options)
            verdict = VERDICTS.get(ran.code, "NO VERDICT")
            bad += ran.code not in VERDICTS or bool(ran.left)
            total[verdict] += 1
            faults += ran.faults
            outcomes = ", ".join(f"{number} {name}" for name, number in sorted(_outcomes(ran.faults).items()))
            left = f"; LEFT: {', '.join(ran.left)}" if ran.left else ""
            print(f"seed {seed}: {verdict} in {ran.seconds:.0f} s; {outcomes}{left}", flush=True)
            if ran.code != 0:
                print(f"    {ran.said}", flush=True)
    print(", ".join(f"{number} {name}" for name, number in total.items()))
    for line in _table(faults):
        print(line)
    return 1 if bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=50, help="how many, one after the other")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--time", type=float, default=15, help="seconds of workload of each")
    parser.add_argument("--workload", default="election")
    parser.add_argument(
        "--preset", default="brutal", help="or any faults, as `zkchaos run --nemesis` takes them"
    )
    parser.add_argument("--keep", type=Path, help="directory in which to keep the runs")
    return parser.parse_args()


def _run(engine: Engine, runs: Path, seed: int, options: argparse.Namespace) -> Ran:
    command = [ZKCHAOS, "run", options.workload, "--nemesis", options.preset, "--time", str(options.time)]
    before = {run.name for run in list_runs(runs)}
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--seed", str(seed), "--runs-dir", runs], capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - began
    new = [run for run in list_runs(runs) if run.name not in before]
    left = [name for run in new for name in engine.leftovers(run.name)]
    said = done.stderr.strip().splitlines()[-1:]
    results = stored_results(new[0]) if new else None
    faults = list(read_history(new[0].history).faults) if new and _readable(new[0]) else []
    return Ran(seed, done.returncode, seconds, left, results.sentence if results else " ".join(said), faults)


def _readable(run: RunDirectory) -> bool:
    return run.history.is_file() and run.history.stat().st_size > 0


def _outcomes(faults: Iterable[FaultWindow]) -> Counter[str]:
    """Count what became of faults: `proven`, `unproven`, `vanished`, and of the proven ones `unhealed`."""
    outcomes = Counter(fault.outcome for fault in faults)
    unhealed = sum(fault.outcome == "proven" and fault.heal_outcome != "proven" for fault in faults)
    return outcomes + Counter({"unhealed": unhealed})


def _table(faults: Sequence[FaultWindow]) -> Iterator[str]:
    """Say for each fault how long it took to its proof, and from healing to the proof of that."""
    yield f"{'fault':<44} {'n':>4} {'proven after (s)':>22} {'healed after (s)':>22}"
    by_name: dict[str, list[FaultWindow]] = {}
    for fault in faults:
        by_name.setdefault(fault.fault, []).append(fault)
    for name, some in sorted(by_name.items()):
        applied = [f.proven - f.begin for f in some if f.proven is not None]
        healed = [f.healed - f.heal_begin for f in some if f.healed and f.heal_begin]
        yield f"{name:<44} {len(some):>4} {_spread(applied):>22} {_spread(healed):>22}"


def _spread(times: Sequence[int]) -> str:
    if not times:
        return "-"
    return f"{statistics.median(times) / 1e9:.2f}, at most {max(times) / 1e9:.2f}"


if __name__ == "__main__":
    sys.exit(main())
