"""Runs by hand for the guarantees of ephemeral nodes: two sessions of two app nodes and what they see."""

from typing import Any

from tests.unit.checkers.build import a_plan
from tests.unit.checkers.talk import Talk, Z, stat

ONE, TWO = 1, 2
NODE = "/keys/e1"


def two_sessions(**changes: Any) -> Talk:
    """Return a run in which app1 makes an ephemeral node at 6 s, transaction 10; both sessions live on."""
    talk = Talk(a_plan(schedule=(), **changes))
    talk.phase(1, "workload")
    talk.meet(5, "connected", ONE)
    talk.meet(5, "connected", TWO, life="app2/1")
    make(talk, 6, 10)
    return talk


def make(talk: Talk, second: float, z: int, key: str = NODE, session: int = ONE, **more: Any) -> None:
    """Create an ephemeral node."""
    told = {"ask": {"data": "d", "ephemeral": True}, "value": key, "life": f"app{session}/1"}
    talk.ask(second, "create", Z(z), key=key, session=session, **(told | more))


def look(talk: Talk, second: float, z: int, *, there: bool, key: str = NODE, session: int = TWO) -> None:
    """Ask without a Stat whether a node exists."""
    talk.ask(second, "exists", Z(z), key=key, value=there, session=session, life=f"app{session}/1")


def read(talk: Talk, second: float, z: int, born: int, key: str = NODE, owner: int = ONE) -> None:
    """Read a node with its Stat."""
    shown = stat(czxid=Z(born), mzxid=Z(born), pzxid=Z(born), ephemeralOwner=owner)
    talk.ask(second, "get", Z(z), key=key, value="d", stat=shown, session=TWO, life="app2/1")


def listing(talk: Talk, second: float, z: int, names: list[str], key: str = "/keys") -> None:
    """List children."""
    talk.ask(second, "children", Z(z), key=key, value=names, session=TWO, life="app2/1")


def write(talk: Talk, second: float, z: int, session: int = TWO, **more: Any) -> None:
    """Write something else."""
    told = {"key": "/keys/other", "session": session, "life": f"app{session}/1", "czxid": Z(1)}
    talk.set(second, Z(z), **(told | more))


def close(talk: Talk, second: float, z: int, session: int = ONE) -> None:
    """Close a session."""
    talk.meet(second, "closed", session, life=f"app{session}/1", z=Z(z))


def end(talk: Talk) -> Talk:
    """Write the history to its end, after a final reading of nothing."""
    for server in ("zk1", "zk2", "zk3"):
        talk.final_read(58, server, {}, Z(900), key="/keys")
    talk.phase(60, "closed")
    return talk
