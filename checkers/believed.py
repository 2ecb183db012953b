"""Level three of an election: in real time no two nodes believe that they lead at once."""

from dataclasses import dataclass

from checkers.context import fault_ids, plan_of, real_faults, workload_span
from checkers.intervals import overlapping, uncovered
from checkers.leaderships import Leadership
from checkers.result import Violation
from checkers.wording import moment, stretch, token
from harness.history import FaultWindow, History

EXCUSES = frozenset({"pause", "expire"})
"""Effects on a believer's own node under which it cannot know in time that its session is over."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two beliefs at once, from `start` to `end` (ns)."""

    old: Leadership
    new: Leadership
    start: int
    end: int
    explained: int
    """Up to when a fault on the older believer's node explains it (ns); `start` where none does."""
    excuse: FaultWindow | None

    @property
    def unexplained(self) -> int:
        """Length of what no fault explains (ns)."""
        return max(0, self.end - self.explained)


def overlaps(history: History, reigns: list[Leadership]) -> list[Overlap]:
    """Return every overlap of beliefs of two processes.

    A fault in EXCUSES on the older believer's node explains an overlap that starts while it lasts, until
    one session timeout after its healing: by then the process must have noticed.
    """
    found = []
    for early, late in overlapping(reigns, touching=False):
        old, new = (early, late) if early.before(late) else (late, early)
        found.append(_explain(history, old, new, late.start, min(early.end, late.end)))
    return found


def _explain(history: History, old: Leadership, new: Leadership, start: int, end: int) -> Overlap:
    explained, excuse = start, None
    for fault in real_faults(history):
        if fault.effect in EXCUSES and old.node in fault.targets and fault.begin <= explained:
            reach = _reach(history, fault, end)
            if reach > explained:
                explained, excuse = reach, excuse or fault
    return Overlap(old, new, start, end, explained, excuse)


def _reach(history: History, fault: FaultWindow, end: int) -> int:
    """Return up to when the fault explains an overlap that lasts to `end`; an unhealed one has no limit."""
    plan = plan_of(history)
    if plan is None or fault.healed is None or fault.heal_outcome != "proven":
        return end
    return fault.healed + round(plan.session_timeout * 1e9)


def believed_overlaps(history: History, found: list[Overlap]) -> list[Violation]:
    """Return a violation for every overlap that no fault explains to its end."""
    return [_violation(history, overlap) for overlap in found if overlap.unexplained]


def vacancy(history: History, reigns: list[Leadership]) -> float:
    """Return for how many seconds nobody believed to lead, from the first leader to the workload's end."""
    span = workload_span(history)
    if not reigns or span is None:
        return 0.0
    return uncovered(reigns, reigns[0].start, span.end) / 1e9


def _violation(history: History, overlap: Overlap) -> Violation:
    old, new, start = overlap.old, overlap.new, overlap.explained
    witness = [old.began, new.began, *(i for i in (old.ended, new.ended) if i is not None)]
    if overlap.excuse:
        witness.append(overlap.excuse.events[0])
    return Violation(
        kind="believed-overlap",
        sentence=_sentence(history, overlap),
        witness=tuple(sorted(witness)),
        time=start,
        until=overlap.end,
        nodes=(old.node, new.node),
        key=old.path,
        faults=fault_ids(history, overlap.start, overlap.end),
    )


def _sentence(history: History, overlap: Overlap) -> str:
    old, new = overlap.old, overlap.new
    end = moment(history, overlap.end)
    resigned = old.ended is not None and old.end == overlap.end
    last = f"stepped down only at {end}" if resigned else f"still believed so at {end}"
    story = (
        f"{old.node} and {new.node} both believed that they lead for "
        f"{stretch(overlap.end - overlap.start)}: {old.node} since {moment(history, old.start)} "
        f"(token {token(old.token)}), {new.node} since {moment(history, new.start)} "
        f"(token {token(new.token)}), and {old.node} {last}"
    )
    if overlap.excuse is None:
        return f"{story}; no fault on {old.node} explains it."
    return (
        f"{story}, {stretch(overlap.unexplained)} longer than the {overlap.excuse.effect} of {old.node} "
        f"and one session timeout after it explain."
    )
