"""Level three of a contest: in real time no two nodes believe at once that they have won."""

from dataclasses import dataclass

import numpy as np

from checkers.context import fault_ids, life_of, plan_of, real_faults, workload_span
from checkers.intervals import overlapping, uncovered
from checkers.recipes.births import births
from checkers.recipes.contest import Contest
from checkers.recipes.holdings import Holding
from checkers.result import Violation
from checkers.wording import moment, stretch, token
from harness.history import FaultWindow, History
from harness.history.columns import OK

EXCUSES = {
    "pause": "was frozen",
    "stutter": "was frozen again and again",
    "throttle": "got hardly any processor time",
    "expire": "had its session ended from outside",
}
"""Effects on a believer's own node under which it cannot know in time that its session is over, in words."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two beliefs at once, from `start` to `end` (ns)."""

    old: Holding
    new: Holding
    start: int
    end: int
    explained: int
    """Up to when a fault on the older believer's node explains it (ns); `start` where none does."""
    excuse: FaultWindow | None

    @property
    def unexplained(self) -> int:
        """Length of what no fault explains (ns)."""
        return max(0, self.end - self.explained)


def overlaps(history: History, reigns: list[Holding]) -> list[Overlap]:
    """Return every overlap of beliefs of two processes, but of those that both share.

    A fault in EXCUSES on the older believer's node that began before the overlap explains it until one
    session timeout after the healing was proven: by then the process must have noticed. It explains only
    beliefs that it may have kept alive, or brought about by freezing the process on its way to them:
    see `_touched`.
    """
    found = []
    for early, late in overlapping(reigns, touching=False):
        if early.resource != late.resource or (early.shared and late.shared):
            continue
        old, new = (early, late) if early.before(late) else (late, early)
        found.append(_explain(history, old, new, late.start, min(early.end, late.end)))
    return found


def _explain(history: History, old: Holding, new: Holding, start: int, end: int) -> Overlap:
    explained, excuse = start, None
    for fault in real_faults(history):
        if fault.begin <= explained and _touched(history, fault, old):
            reach = _reach(history, fault, end)
            if reach > explained:
                explained, excuse = reach, excuse or fault
    return Overlap(old, new, start, end, explained, excuse)


def _touched(history: History, fault: FaultWindow, old: Holding) -> bool:
    """Tell whether the fault can be why the older one believes what is not true any more.

    Either the belief began before the fault was over, or the listing on which it rests was asked for
    before the fault was proven: then the process may have been frozen between the two. A belief that
    rests on what was asked for later knew the world after the fault.
    """
    if fault.effect not in EXCUSES or old.node not in fault.targets:
        return False
    if fault.healed is None or fault.heal_outcome != "proven" or old.start < fault.healed:
        return True
    asked = _rests_on(history, old)
    return asked is not None and asked < (fault.healed if fault.proven is None else fault.proven)


def _rests_on(history: History, reign: Holding) -> int | None:
    """Return when (ns) the believer asked for the last listing that it had got when it believed.

    That is its own session, where the history tells which one made its node and listed anything, or else that
    life of the node.
    """
    calls, texts = history.calls, history.columns.texts
    listed = (calls.f == texts.find("children")) & (calls.outcome == OK) & (calls.completed <= reign.start)
    rows = np.flatnonzero(listed)
    processes = np.unique(calls.process[rows]).tolist()
    mine = [one for one in processes if life_of(texts.say(one)) == life_of(reign.process)]
    rows = rows[np.isin(calls.process[rows], mine)]
    birth = history.derive(births).get(reign.path)
    own = rows[calls.session[rows] == birth.session] if birth else rows[:0]
    rows = own if len(own) else rows
    latest = rows[np.lexsort((calls.invoked[rows], calls.completed[rows]))][-1:]
    return int(calls.invoked[latest[0]]) if len(latest) else None


def _reach(history: History, fault: FaultWindow, end: int) -> int:
    """Return up to when the fault explains an overlap that lasts to `end`; an unhealed one has no limit."""
    plan = plan_of(history)
    if plan is None or fault.healed is None or fault.heal_outcome != "proven":
        return end
    return fault.healed + round(plan.session_timeout * 1e9)


def believed_overlaps(history: History, contest: Contest, found: list[Overlap]) -> list[Violation]:
    """Return a violation for every overlap that no fault explains to its end."""
    return [_violation(history, contest, overlap) for overlap in found if overlap.unexplained]


def vacancy(history: History, reigns: list[Holding]) -> float:
    """Return for how many seconds nobody believed to lead, from the first leader to the workload's end."""
    span = workload_span(history)
    if not reigns or span is None:
        return 0.0
    return uncovered(reigns, reigns[0].start, span.end) / 1e9


def _violation(history: History, contest: Contest, overlap: Overlap) -> Violation:
    old, new, start = overlap.old, overlap.new, overlap.explained
    witness = [old.began, new.began, *(i for i in (old.ended, new.ended) if i is not None)]
    if overlap.excuse:
        witness.append(overlap.excuse.events[0])
    return Violation(
        kind="believed-overlap",
        sentence=_sentence(history, contest, overlap),
        witness=tuple(sorted(witness)),
        time=start,
        until=overlap.end,
        nodes=(old.node, new.node),
        key=old.path,
        faults=fault_ids(history, overlap.start, overlap.end),
    )


def _sentence(history: History, contest: Contest, overlap: Overlap) -> str:
    old, new = overlap.old, overlap.new
    end = moment(history, overlap.end)
    resigned = old.ended is not None and old.end == overlap.end
    last = f"{contest.gave_up} only at {end}" if resigned else f"still believed so at {end}"
    story = (
        f"{old.node} and {new.node} both believed that they {contest.doing(old.resource)} for "
        f"{stretch(overlap.end - overlap.start)}: {old.node} since {moment(history, old.start)} "
        f"(token {token(old.token)}), {new.node} since {moment(history, new.start)} "
        f"(token {token(new.token)}), and {old.node} {last}"
    )
    if overlap.excuse is None:
        return f"{story}; no fault on {old.node} explains it."
    return (
        f"{story}; that {old.node} {EXCUSES[overlap.excuse.effect]} explains "
        f"{stretch(overlap.explained - overlap.start)} of it, with one session timeout after it, and nothing "
        f"explains the other {stretch(overlap.unexplained)}."
    )
