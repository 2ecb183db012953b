"""When, and in whose session, nodes of a line were made: the older of two is older whatever tokens say."""

from typing import NamedTuple

from harness.history import History


class Birth(NamedTuple):
    """Of one node."""

    zxid: int
    """Its czxid."""
    session: int


def births(history: History) -> dict[str, Birth]:
    """Return the birth of every node whose creation was acknowledged, or of which a Stat was read, by path.

    A path that was made more than once is not among them: an event that names it does not say which birth
    it is about.
    """
    found = {}
    for path, known in history.derive(_known).items():
        if len(known) == 1:
            ((zxid, session),) = known.items()
            found[path] = Birth(zxid, session)
    return found


def made_again(history: History) -> frozenset[str]:
    """Return the paths that were made more than once, as in a line whose parent was removed and made anew."""
    return frozenset(path for path, known in history.derive(_known).items() if len(known) > 1)


def _known(history: History) -> dict[str, dict[int, int]]:
    """Return {path: {czxid: session}}."""
    found: dict[str, dict[int, int]] = {}
    for event in history.select("create", type="ok"):
        if isinstance(event.value, str) and event.zxid > 0:
            _keep(found, event.value, Birth(event.zxid, event.session))
    for event in history.select("exists", "get", type="ok"):
        if event.stat is not None and event.stat.czxid > 0:
            _keep(found, event.key, Birth(event.stat.czxid, event.stat.ephemeralOwner))
    return found


def _keep(found: dict[str, dict[int, int]], path: str, birth: Birth) -> None:
    known = found.setdefault(path, {})
    known[birth.zxid] = max(birth.session, known.get(birth.zxid, birth.session))
