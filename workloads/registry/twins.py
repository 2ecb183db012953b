"""Broken twins of registration and discovery: small mistakes that people really make."""

from kazoo.exceptions import NodeExistsError

from harness.client import Operation, Refused
from harness.client.operation import children
from workloads.registry.client import Client
from workloads.registry.discovery import Discovery
from workloads.registry.member import Member
from workloads.registry.paths import MEMBERS
from workloads.registry.registration import Registration


class UncheckedRegistration(Registration):
    """Takes a znode that is there already for its own, and is content for ever."""

    def keep(self) -> None:
        """Create the znode once."""
        if self.belief.held:
            return
        breaks, token = self.participant.breaks, 0
        try:
            token = self.create()
        except Refused as refused:
            if not isinstance(refused.error, NodeExistsError):
                raise
        self.believe(breaks, token)


class PersistentRegistration(UncheckedRegistration):
    """Forgets the flag: the znode stays when its member is gone."""

    ephemeral = False


class SingleRegistration(Registration):
    """Does not know that the end of a session takes the registration away."""

    def keep(self) -> None:
        """Register where that was not done yet."""
        if not self.belief.held:
            super().keep()

    def lose(self, why: str) -> None:
        """Take LOST for a hiccup; only the end of the program is one."""
        if why != "lost":
            super().lose(why)


class SingleWatch(Discovery):
    """Leaves one watch on each connection, as if it went on firing."""

    _watching = False

    def on_session(self, state: str) -> None:
        """Know that a broken connection takes its watches away, of all things."""
        self._watching = False
        super().on_session(state)

    def listing(self) -> Operation:
        """Ask for the names; the watch was left with the first reading."""
        watch, self._watching = not self._watching, True
        return children(MEMBERS, watch=watch)


class NoOwnerCheck(Member):
    """Takes the registration of its own older session for success."""

    registers = UncheckedRegistration


class Persistent(Member):
    """Registers with a persistent znode."""

    registers = PersistentRegistration


class NoReregistration(Member):
    """Is never registered again after LOST."""

    registers = SingleRegistration


class StaleWatchMember(Member):
    """Does not renew its watch after the first change."""

    discovers = SingleWatch


class StaleWatchClient(Client):
    """Does not renew its watch after the first change."""

    discovers = SingleWatch
