"""Members that come and go while the ensemble runs, by dynamic reconfiguration."""

from nemesis.fault import Fault
from nemesis.membership.join import AddServer, ObserverJoins
from nemesis.membership.leave import RemoveServer, ReplaceServer

MEMBERSHIP: tuple[type[Fault], ...] = (RemoveServer, ReplaceServer, AddServer, ObserverJoins)
