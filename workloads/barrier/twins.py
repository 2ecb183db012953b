"""Broken twins of the barrier: small mistakes that people really make, to prove that they are caught."""

from workloads.barrier.party import ROOT, Party


class PersistentReady(Party):
    """Uses one znode for all rounds, in which `ready` stays from the first one: nobody waits in the next."""

    def place(self, number: int) -> str:  # noqa: ARG002 - all rounds have the same
        """Return the path of the barrier."""
        return f"{ROOT}/0000000001"

    def too_late(self, mine: int, begun: int) -> bool:  # noqa: ARG002
        """Whoever finds the barrier ready goes on."""
        return False


class LeavesAlone(Party):
    """Takes a barrier for one that has to be passed only once: whoever is done goes."""

    def leave(self) -> None:
        """Go, whoever still computes."""
        self.delete_own()
