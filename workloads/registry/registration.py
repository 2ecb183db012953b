"""The registration of one member: an ephemeral znode of a fixed name, for as long as its session lives.

An address has one name, so a node that comes back finds the znode of its own older session there: it lives
on until that session has expired. It looks like the registration that is wanted, and will vanish soon;
only its owner tells the two apart.
"""

from contextlib import suppress

from harness.client import Belief, Participant, Refused
from harness.client.operation import create, delete, exists
from workloads.registry.paths import MEMBERS


class Registration:
    """Keeps one address registered by the participant's session."""

    ephemeral = True

    def __init__(self, participant: Participant, address: str):
        self.participant = participant
        self.address = address
        self.path = f"{MEMBERS}/{address}"
        self.belief = Belief(participant, "registered", "unregistered")

    def keep(self) -> None:
        """See to it that the address is registered by this session, and leave a watch on the znode.

        What another session registered is removed: nobody else has this address, so that session was the
        participant's own and is over, or has been given up. A `create` is believed only when the
        znode was seen, for which the watch gives the occasion.
        """
        breaks = self.participant.breaks
        found = self.participant.call(exists(self.path, watch=True))
        if found.value is None:
            self.belief.end("gone")
            self.create()
        elif found.value.ephemeralOwner != found.reply.session:
            self.belief.end("gone")
            self.remove()
            self.create()
        else:
            self.believe(breaks, found.value.czxid)

    def create(self) -> int:
        """Create the znode; return the transaction that did."""
        made = create(self.path, self.address.encode(), ephemeral=self.ephemeral)
        return self.participant.call(made).reply.zxid

    def remove(self) -> None:
        """Delete the znode, whoever created it."""
        with suppress(Refused):  # it is gone already
            self.participant.call(delete(self.path))

    def believe(self, breaks: int, token: int) -> None:
        """Tell that the address is registered, unless the connection broke since `breaks` was read."""
        self.belief.begin(self.path, breaks, token=token)

    def withdraw(self) -> None:
        """Be registered no more."""
        self.belief.end("withdrawn")
        self.remove()

    def lose(self, why: str) -> None:
        """Learn that the session is over, and the registration with it."""
        self.belief.end(why)
