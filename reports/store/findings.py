"""Findings over many runs: what is new, what is ongoing, and what is resolved, by fingerprint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from reports.store.runs import Fingerprint, StoredRun

RECENT = 24 * 3600.0
"""A finding is new when it was first seen so shortly before the newest run of the store (seconds)."""
CERTAINTY = 3
"""How many times as many clean runs as it ever took to show again resolve a finding."""
JUDGED = frozenset({"valid", "violation"})
"""Verdicts of runs that looked: `unknown` had too little evidence for its silence to mean anything."""

Situation = tuple[tuple[str, ...], str, bool]
"""What a finding showed under: faults, image, and whether a minority was broken for good."""


class State(StrEnum):
    """Where a finding stands."""

    NEW = "new"
    """First seen in the last day of the store, and not resolved."""
    ONGOING = "ongoing"
    """Seen before that, and not resolved."""
    RESOLVED = "resolved"
    """Enough runs in the same situations came out without it."""


class FindingRow(msgspec.Struct, frozen=True):
    """A finding over all runs. Times in seconds since 1970."""

    scenario: str
    guarantee: str
    kind: str
    state: State
    sentence: str
    """As the newest run tells it."""
    twin: bool
    """Of a broken twin: it is there to be found."""
    first: float
    last: float
    first_run: str
    last_run: str
    seen: int
    """Runs that showed it."""
    chances: int
    """Judged runs in the situations that have shown it."""
    clean: int
    """Runs without it since, in the situation that lacks the most."""
    needed: int
    """Clean runs that this situation needs to be resolved."""


@dataclass
class _Sightings:
    """A finding in one situation."""

    seen: int = 0
    chances: int = 0
    clean: int = 0
    """Chances since the last sighting."""
    before: int = 0
    """Chances until it was first seen, that one included."""
    longest: int = 0
    """The most chances that it took to be seen again, 0 where it was seen once."""

    @property
    def needed(self) -> int:
        """Clean runs in a row that resolve it.

        What shows in a share r of the runs stays away from n runs by luck with the probability (1 - r)^n,
        for n = 3 / r below e^-3, about 5 % (the rule of three). The longest wait is no shorter than the usual
        one, 1 / r, and does not forget how rare a finding was. What was before the first sighting counts only
        while there is no other: it may have been another program.
        """
        return CERTAINTY * (self.longest or self.before)

    def count(self, *, shown: bool) -> None:
        """Take in one more run that had a chance."""
        self.chances += 1
        self.clean += 1
        if not shown:
            return
        if self.seen:
            self.longest = max(self.longest, self.clean)
        else:
            self.before = self.clean
        self.seen += 1
        self.clean = 0


@dataclass
class _Found:
    """A finding while the runs go by, the oldest first."""

    first: StoredRun
    last: StoredRun
    sentence: str
    situations: dict[Situation, _Sightings] = field(default_factory=dict)


def find_all(runs: Iterable[StoredRun]) -> list[FindingRow]:
    """Return the findings of runs: the new ones first, then the ongoing, then the resolved; the latest first.

    A run has a chance to show a finding when it is judged, of the same scenario, under the same faults and on
    the same image as a run that showed it.
    """
    ordered = sorted(runs, key=lambda run: (run.began, run.run))
    newest = ordered[-1].began if ordered else 0.0
    by_scenario: dict[str, list[StoredRun]] = {}
    for run in ordered:
        if run.verdict in JUDGED:
            by_scenario.setdefault(run.scenario, []).append(run)
    rows = [row for judged in by_scenario.values() for row in _of_scenario(judged, newest)]
    order = list(State)
    return sorted(rows, key=lambda row: (order.index(row.state), row.twin, -row.last, row.scenario, row.kind))


def _of_scenario(judged: Sequence[StoredRun], newest: float) -> list[FindingRow]:
    found: dict[Fingerprint, _Found] = {}
    for run in judged:
        for finding in run.findings:
            entry = found.setdefault(run.fingerprint(finding), _Found(run, run, finding.sentence))
            entry.last, entry.sentence = run, finding.sentence
            entry.situations.setdefault(_situation(run), _Sightings())
    for run in judged:
        shown = {run.fingerprint(finding) for finding in run.findings}
        for fingerprint, entry in found.items():
            sightings = entry.situations.get(_situation(run))
            if sightings is not None:
                sightings.count(shown=fingerprint in shown)
    return [_row(fingerprint, entry, newest) for fingerprint, entry in found.items()]


def _situation(run: StoredRun) -> Situation:
    return tuple(sorted(run.nemesis)), run.image, run.liveness


def _row(fingerprint: Fingerprint, entry: _Found, newest: float) -> FindingRow:
    situations = entry.situations.values()
    lacking = min(situations, key=lambda sightings: sightings.clean - sightings.needed)
    state = State.NEW if newest - entry.first.began < RECENT else State.ONGOING
    if lacking.clean >= lacking.needed:
        state = State.RESOLVED
    return FindingRow(
        scenario=fingerprint.scenario,
        guarantee=fingerprint.guarantee,
        kind=fingerprint.kind,
        state=state,
        sentence=entry.sentence,
        twin=entry.last.twin,
        first=entry.first.began,
        last=entry.last.began,
        first_run=entry.first.run,
        last_run=entry.last.run,
        seen=sum(sightings.seen for sightings in situations),
        chances=sum(sightings.chances for sightings in situations),
        clean=lacking.clean,
        needed=lacking.needed,
    )
