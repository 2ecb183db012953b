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
    """The worst first; runs of one verdict from the oldest to the newest. Before them all come those that
    have another verdict than the expected one."""

    def is_told(self, row: StoredRun) -> bool:
        """Tell whether there is more to say of a run than a line."""
        return row.verdict != "valid" or self.expected not in {"", "valid"}


def summarise(rows: Iterable[StoredRun], expected: str = "") -> Summary:
    """Sum up runs in any order; with `expected` a summary is good where every run has that verdict.

    Exit code: 0 every run is valid, 1 there is a violation, 2 there is none but a run without enough evidence
    or without a verdict, 3 there are no runs. With `expected`: 0 every run came out so, 1 one did not, 3.
    """
    runs = sorted(
        rows,
        key=lambda row: (row.verdict == expected, _badness(row.verdict), row.began, row.run),
    )
    counted = Counter(row.verdict for row in runs)
    verdict = min(counted, key=_badness, default=NO_VERDICT)
    return Summary(
        verdict=verdict,
        exit_code=_exit_code(runs, verdict, expected),
        sentence=_sentence(runs, counted, expected),
        expected=expected,
        counts={name: counted[name] for name in WORST_FIRST},
        runs=tuple(runs),
    )


def title(row: StoredRun) -> str:
    """Say in a few words what a run was: scenario and faults; its id where nothing else is known."""
    if not row.scenario:
        return row.run
    return f"{row.scenario} under {faults_of(row) or 'faults that are not known'}"


def faults_of(row: StoredRun, none: str = "no faults") -> str:
    """Name the faults that were asked for; `none` where there were none, nothing where the plan is lost."""
    # Every plan names an image.
    return ", ".join(row.nemesis) or (none if row.image else "")


def twin_note(row: StoredRun) -> str:
    """Say of a broken twin that it is one, nothing of other runs."""
    return " (a broken twin)" if row.twin else ""


def _badness(verdict: str) -> int:
    return WORST_FIRST.index(verdict)


def _exit_code(runs: Sequence[StoredRun], worst: str, expected: str) -> int:
    if not runs:
        return NOTHING_THERE
    if expected:
        return int(any(row.verdict != expected for row in runs))
    return EXIT_CODES[worst]


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
