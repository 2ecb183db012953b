"""Leader election, the first algorithm of the textbooks: every candidate watches the whole line.

Each arrival and each departure wakes everybody, and everybody lists the line again: the herd effect. It
elects as safely as the second algorithm does.
"""

from harness.client.operation import children
from workloads.election.candidate import Candidate


class Herd(Candidate):
    """A candidate that looks again at every change."""

    def look(self) -> list[str]:
        """Read who is in line, and be told of the next change."""
        return list(self.call(children(self.root, watch=True)).value)

    def watch(self, ahead: list[str]) -> bool:  # noqa: ARG002 - it makes no difference who they are
        """Wait: the listing has left its watch."""
        return True
