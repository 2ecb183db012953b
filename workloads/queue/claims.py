"""A queue that loses nothing: to take an item is to claim it, and claim and item are removed together.

A claim is one transaction: it makes an ephemeral znode with the entry's name and writes the entry anew. So
the entry's version counts the claims, and `consume`, which deletes that version only and the claim with it,
is refused once anybody else has claimed the item. When the claimer's session ends its claims are gone, and
others may claim the items. A claim without an answer is looked for before the next one is made.
"""

from typing import Any, NamedTuple

from harness.client import Program, Refused, Unanswered
from harness.client.operation import children, create, delete, exists, get, multi, set_data, sync
from workloads.queue.consumer import HoldingConsumer
from workloads.queue.producer import CLAIMS, ENTRIES, PARENTS, ROOT

AHEAD = 8
"""A consumer claims one of so many first free entries, so that not all of them want the same."""


class Claim(NamedTuple):
    """An entry that is claimed."""

    name: str
    item: str
    version: int
    """Version of the entry that the claim made."""
    token: int
    """Zxid of the claim."""

    @property
    def entry(self) -> str:
        """Path of the entry."""
        return f"{ENTRIES}/{self.name}"

    @property
    def node(self) -> str:
        """Path of the claim's own znode."""
        return f"{CLAIMS}/{self.name}"


class ClaimingConsumer(HoldingConsumer):
    """Claims one item after the other, works on it, and consumes it."""

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._doubtful = ""
        """Name of an entry that may be claimed by this session, though nobody said so."""

    def turn(self) -> None:
        """Claim an item, work, consume it."""
        breaks = self.breaks
        self.make_once(*PARENTS)
        claim = self._find() if self._doubtful else self._claim()
        if claim is None:
            return
        # Until it is consumed; a break in between leaves the claim behind.
        self._doubtful = claim.name
        if self.holding.begin(claim.entry, breaks, token=claim.token, node=claim.node):
            self.stopping.wait(self.random.expovariate(1 / float(self.params["work"])))
        if self.holding.held:
            self._consume(claim)

    def _find(self) -> Claim | None:
        """Look whether the claim that is in doubt was made, and is still there."""
        # The server of this connection may not have seen what the last one did.
        self.call(sync(ROOT))
        name = self._doubtful
        answer = self.call(exists(f"{CLAIMS}/{name}"))
        stat = answer.value
        if stat is None or stat.ephemeralOwner != answer.reply.session:
            self._doubtful = ""
            self.holding.end("gone")
            return None
        data, entry = self.call(get(f"{ENTRIES}/{name}")).value
        claim = Claim(name, data.decode(), entry.version, stat.czxid)
        self.deeds.do("take", ROOT, lambda: {"item": claim.item, "token": claim.token})
        return claim

    def _claim(self) -> Claim | None:
        """Claim one of the first free entries; None where there is none, or others were quicker."""
        free = self._free()
        if not free:
            self._wait_for_a_free_one()
            return None
        name = self.random.choice(free[:AHEAD])
        try:
            data, stat = self.call(get(f"{ENTRIES}/{name}")).value
            return self._take(name, data, stat.version)
        except Refused:
            return None
        except Unanswered:
            self._doubtful = name
            raise

    def _free(self, *, watch: bool = False) -> list[str]:
        taken = set(self.call(children(CLAIMS, watch=watch)).value)
        return sorted(set(self.call(children(ENTRIES, watch=watch)).value) - taken)

    def _wait_for_a_free_one(self) -> None:
        """Wait until an entry comes, or is given up by its claimer."""
        self.wake.clear()
        if not self._free(watch=True) and not self.stopping.is_set():
            self.wake.wait(self.patience)

    def _take(self, name: str, data: bytes, version: int) -> Claim:
        item = data.decode()
        both = multi(
            [
                create(f"{CLAIMS}/{name}", ephemeral=True),
                set_data(f"{ENTRIES}/{name}", data, version),
            ]
        )

        def act() -> dict[str, Any]:
            return {"item": item, "token": self.call(both).reply.zxid}

        told = self.deeds.do("take", ROOT, act)
        return Claim(name, item, version + 1, told["token"])

    def _consume(self, claim: Claim) -> None:
        both = multi([delete(claim.entry, claim.version), delete(claim.node)])
        try:
            self.deeds.do("consume", ROOT, lambda: self._remove(both), {"item": claim.item})
        except Refused:
            self.holding.end("refused")
            return
        self.holding.end("consumed")
        self._doubtful = ""

    def _remove(self, both: Any) -> None:
        self.call(both)
