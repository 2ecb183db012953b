"""What the roster does when its connection breaks, without a ZooKeeper."""

from kazoo.client import KazooState

from duty import Roster


class SilentClient:
    """Stands in for kazoo's client where nothing is asked."""

    def __init__(self):
        self.listeners = []

    def add_listener(self, listener):
        self.listeners.append(listener)


def on_duty(relieved):
    client = SilentClient()
    roster = Roster(client, "/duty", relieved=relieved)
    roster.badge = "/duty/badge-1"
    return roster, client.listeners[0]


def test_a_broken_connection_ends_the_term_once():
    told = []
    roster, hear = on_duty(told.append)
    hear(KazooState.SUSPENDED)
    hear(KazooState.LOST)
    assert (roster.badge, told) == ("", ["suspended"])


def test_a_connection_that_is_back_changes_nothing():
    told = []
    roster, hear = on_duty(told.append)
    hear(KazooState.CONNECTED)
    assert (roster.badge, told) == ("/duty/badge-1", [])
