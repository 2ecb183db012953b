"""What a report costs, by length of the run: time to write it, its bytes, time until a browser has drawn it.

Histories come from the simulated ensemble of the tests. Each length is measured in a process of its own: its
history is read and judged by all checkers, its report written, and opened some times in Chromium, which says
itself when its first picture was drawn and it listened to keys and pointer.
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click
from playwright.sync_api import sync_playwright

from checkers.check_all import check_all
from checkers.registry import guarantees
from checkers.result import Results, Verdict
from harness.history import read_history
from reports.html import write_report

SIZES = (1_000, 100_000, 1_000_000)

AGAINST_JUDGING = 0.5
"""Bound: seconds of writing the report / of reading and judging, at 100,000 calls and at a million."""

BYTES_A_CALL = 50.0
"""Bound at 100,000 calls: a report of five megabytes."""

GROWTH = {100_000: 4.0, 1_000_000: 15.0}
"""Bound: time until the browser is interactive / the same with a thousand calls."""


def measure(path: Path, openings: int) -> dict[str, Any]:
    """Judge a history, write its report and open it; seconds, bytes, and milliseconds in the browser."""
    began = time.perf_counter()
    history = read_history(path)
    results = check_all(history, list(guarantees().values()))
    judged = time.perf_counter()
    told = Results(
        run="simulated",
        scenario="keys",
        seed=1,
        verdict=Verdict.VALID,
        sentence="A simulated run.",
        results=tuple(results),
        events=len(history),
    )
    report = path.with_suffix(".html")
    write_report(history, told, report)
    written = time.perf_counter()
    return {
        "calls": len(history.calls),
        "judging": judged - began,
        "writing": written - judged,
        "bytes": report.stat().st_size,
        "interactive": interactive(report, openings),
    }


def interactive(report: Path, openings: int) -> list[float]:
    """Open a report some times, each in a fresh context, and return the ms until it was interactive."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("There is no `chromium` on the path; the package of that name installs it.")
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        # The first page of a browser waits for the browser itself.
        for place in range(openings + 1):
            page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
            page.goto(report.as_uri())
            drawn = page.wait_for_selector("#timeline[data-interactive]", timeout=120_000)
            told = drawn.get_attribute("data-interactive") if drawn else None
            if place:
                took.append(float(told or "nan"))
            page.context.close()
        browser.close()
    return took


def measured(place: Path, operations: int, openings: int) -> dict[str, Any]:
    """Make a history of a length and measure it in a process of its own."""
    path = place / f"{operations}.jsonl"
    made = [
        sys.executable,
        "-m",
        "tests.simulation.big",
        "--operations",
        str(operations),
        "--unknown",
        "0.001",
    ]
    subprocess.run([*made, str(path)], check=True, stdout=subprocess.DEVNULL)
    asked = [sys.executable, __file__, "--file", str(path), "--openings", str(openings)]
    found = subprocess.run(asked, check=True, capture_output=True)
    for left in place.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def tell(found: dict[str, Any]) -> None:
    """Print what was found at one length."""
    calls = found["calls"]
    print(f"\n{calls:,} calls")
    print(f"  read and judged in {found['judging']:.2f} s, report written in {found['writing']:.2f} s")
    print(f"  {found['bytes'] / 1e6:.2f} MB, {found['bytes'] / calls:.1f} bytes a call")
    times = ", ".join(f"{ms:.0f}" for ms in found["interactive"])
    print(f"  interactive after {median(found['interactive']):.0f} ms (of {times})")


@click.command()
@click.option("--openings", default=5, show_default=True, help="How often each report is opened.")
@click.option("--file", type=click.Path(path_type=Path), hidden=True)
def main(openings: int, file: Path | None) -> None:
    """Measure and compare."""
    if file is not None:
        print(json.dumps(measure(file, openings)))
        return
    with TemporaryDirectory() as place:
        found = {size: measured(Path(place), size, openings) for size in SIZES}
    kept = []
    for size in SIZES:
        tell(found[size])
    print()
    base = median(found[SIZES[0]]["interactive"])
    for size, bound in GROWTH.items():
        against = found[size]["writing"] / found[size]["judging"]
        growth = median(found[size]["interactive"]) / base
        print(f"writing / judging at {size:,}: {against:.2f} (bound: at most {AGAINST_JUDGING})")
        print(f"interactive at {size:,} / at {SIZES[0]:,}: {growth:.2f} (bound: at most {bound})")
        kept += [against <= AGAINST_JUDGING, growth <= bound]
    each = found[100_000]["bytes"] / found[100_000]["calls"]
    print(f"bytes a call at 100,000: {each:.1f} (bound: at most {BYTES_A_CALL})")
    sys.exit(0 if all(kept) and each <= BYTES_A_CALL else 1)


if __name__ == "__main__":
    main()
