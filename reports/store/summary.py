"""What came of many runs, in few words: counts, the runs with the worst first, and an exit code."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from reports.store.runs import NO_VERDICT, StoredRun

WORST_FIRST = ("violation", "unknown", NO_VERDICT, "valid")
"""All verdicts that a run may have."""

EXIT_CODES = {"violation": 1, "unknown": 2, NO_VERDICT: 2, "valid": 0}

NOTHING_THERE = 3
"""Exit code where there are no runs."""

MARKS = {"violation": "✗", "unknown": "?", NO_VERDICT: "!", "valid": "✓"}


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What came of many runs, as `zkchaos summary --format json` writes it."""

    format: int = 1
    verdict: str
    """The worst verdict of all runs; `no verdict` where there are none."""
    exit_code: int
    sentence: str
    """How many runs came out how, and whether that is what was expected."""
    expected: str = ""
    """The verdict that every run had to have, empty where none was named."""
    counts: dict[str, int]
    """{verdict: runs}, all four verdicts."""
    runs: tuple[StoredRun, ...]
    """The worst first; runs of one verdict from the oldest to the newest."""


def summarise(rows: Iterable[StoredRun], expected: str = "") -> Summary:
    """Sum up runs in any order; with `expected` a summary is good where every run has that verdict.

    Exit code: 0 every run is valid, 1 there is a violation, 2 there is none but a run without enough evidence
    or without a verdict, 3 there are no runs. With `expected`: 0 every run came out so, 1 one did not, 3.
    """
    runs = sorted(rows, key=lambda row: (_badness(row.verdict), row.began, row.run))
    counted = Counter(row.verdict for row in runs)
    verdict = runs[0].verdict if runs else NO_VERDICT
    return Summary(
        verdict=verdict,
        exit_code=_exit_code(runs, expected),
        sentence=_sentence(runs, counted, expected),
        expected=expected,
        counts={name: counted[name] for name in WORST_FIRST},
        runs=tuple(runs),
    )


def title(row: StoredRun) -> str:
    """Say in a few words what a run was: scenario and faults; its id where nothing else is known."""
    if not row.scenario:
        return row.run
    faults = ", ".join(row.nemesis) or "no faults"
    return f"{row.scenario} under {faults}"


def twin_note(row: StoredRun) -> str:
    """Say of a broken twin that it is one, nothing of other runs."""
    return " (a broken twin)" if row.twin else ""


def _badness(verdict: str) -> int:
    return WORST_FIRST.index(verdict)


def _exit_code(runs: Sequence[StoredRun], expected: str) -> int:
    if not runs:
        return NOTHING_THERE
    if expected:
        return int(any(row.verdict != expected for row in runs))
    return EXIT_CODES[runs[0].verdict]


def _sentence(runs: Sequence[StoredRun], counted: Counter[str], expected: str) -> str:
    if not runs:
        return "There are no runs."
    parts = [f"{counted[name]:,} {name}" for name in WORST_FIRST if counted[name]]
    said = f"{len(runs):,} {'run' if len(runs) == 1 else 'runs'}: {', '.join(parts)}"
    if not expected:
        return f"{said}."
    other = len(runs) - counted[expected]
    outcome = "though" if other else "as"
    return f"{said}, {outcome} every one had to be {expected}."
