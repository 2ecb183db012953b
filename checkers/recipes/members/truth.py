"""What answers showed of the members' znodes themselves, in the order of transactions."""

from collections.abc import Iterable
from typing import NamedTuple

from checkers.context import number
from checkers.recipes.members.comparison import Miss
from checkers.recipes.members.views import Members, View, discoveries, members_of, registries
from checkers.wording import name_of, parent_of
from harness.history import History


class Sight(NamedTuple):
    """One answer."""

    zxid: int
    time: int
    members: Members
    address: str
    """The only member that it says something of, empty where it shows all of them."""


class Truth:
    """Everything that any answer showed."""

    def __init__(self, history: History, final: Iterable[View]):
        sights = [
            Sight(number(event, "zxid"), event.time, members_of(event) or {}, "")
            for event in history.derive(discoveries)
        ]
        sights += [Sight(view.zxid, view.read, view.members or {}, "") for view in final]
        sights += _changes(history)
        self._newest_first = sorted(sights, key=lambda sight: sight.zxid, reverse=True)

    def newer(self, miss: Miss) -> bool:
        """Tell whether the reader was behind: the newest answer by then shows what it did not know.

        Who knew nothing at all was behind in any case.
        """
        if miss.view.members is None:
            return True
        address = miss.demand.address
        for sight in self._newest_first:
            if sight.zxid <= miss.view.zxid:
                return False
            if sight.time <= miss.end and sight.address in {"", address}:
                return miss.demand.met_by(sight.members)
        return False


def _changes(history: History) -> Iterable[Sight]:
    """Yield what acknowledged registrations and removals say of one member each."""
    paths = registries(history)
    for event in history.select("create", "delete", type="ok") if paths else ():
        if parent_of(event.key) in paths:
            address = name_of(event.key)
            members = {address: event.session} if event.f == "create" else {}
            yield Sight(event.zxid, event.time, members, address)
