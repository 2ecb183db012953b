"""Runs by hand in which a session ends, and how the tests of ephemeral-cleanup look at them."""

from functools import partial

import build
from build import Script, a_plan, election_node, zxid

from checkers.ephemerals.cleanup import ephemeral_cleanup

A, B, C = election_node(1), election_node(2), election_node(3)
ONE, TWO = 0x1000, -0x2000
SERVERS = ("zk1", "zk2", "zk3")


def closed_and_alive() -> Script:
    """Return a run in which app1's session is closed at 20 s and app2's lives on."""
    script = Script(a_plan(schedule=()))
    script.polls(1, 60)
    script.session(5, "app1", "connected", ONE)
    script.session(5, "app2", "connected", TWO)
    script.create(6, "app1", A, zxid(1), ONE)
    script.create(7, "app2", B, zxid(2), TWO)
    script.children(8, "app1", [A, B], zxid(3))
    script.session(20, "app1", "closed", ONE, zxid(20))
    script.node(20.5, "app1", "stopped")
    script.children(21, "app2", [B], zxid(21))
    for server in SERVERS:
        script.final_read(50, server, {B: TWO}, zxid(60), stage="running")
    script.phase(60, "closed")
    return script


judged = partial(build.judged, ephemeral_cleanup)


def ended(how: str, second: float = 20.0) -> Script:
    """Return a run in which app2's session ended without a closing transaction that anybody knows."""
    script = Script(a_plan(schedule=()))
    script.polls(1, 60)
    script.session(5, "app2", "connected", TWO)
    script.create(7, "app2", B, zxid(2), TWO)
    if how in {"died", "stopped"}:
        script.node(second, "app2", how)
    else:
        script.session(second, "app2", how, 0 if how == "lost" else TWO)
    script.phase(60, "closed")
    return script
