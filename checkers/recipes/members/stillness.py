"""When nothing disturbed a node of the registry, and when sessions expired in time."""

from collections.abc import Iterable

from checkers.context import Span, real_faults
from checkers.ephemerals.calm import HARMLESS, STALL
from checkers.recipes.members.spans import common, without
from checkers.recipes.quiet import reigns, working_span
from harness.history import FaultWindow, History


class Stillness:
    """Knows the faults of a history, and whom they disturb.

    Whatever ends the session of one app node changes what there is to know, and disturbs nobody on the way
    to knowing it. Any other fault disturbs all.
    """

    def __init__(self, history: History):
        whole, self._faults = working_span(history), real_faults(history)
        self._end = history.end
        self.everywhere = without(
            [whole] if whole else [], self._spans(f for f in self._faults if not _private(f))
        )
        """Times at which nothing disturbed all."""
        self.steady = common(self.everywhere, reigns(history, STALL))
        """Those in which one ZooKeeper leader led on: a new one gives each session its full timeout again."""

    def around(self, node: str) -> list[Span]:
        """Return the times at which nothing disturbed an app node."""
        return without(self.everywhere, self._spans(f for f in self._faults if node in f.targets))

    def _spans(self, faults: Iterable[FaultWindow]) -> list[Span]:
        """Return from when to when the faults lasted: for ever, where no healing was proven."""
        return [
            Span(f.begin, f.healed if f.healed is not None and f.heal_outcome == "proven" else self._end)
            for f in faults
        ]


def _private(fault: FaultWindow) -> bool:
    return fault.role == "app" and fault.effect in HARMLESS
