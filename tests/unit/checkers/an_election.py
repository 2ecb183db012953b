"""An election by hand, and how the tests of single-leader look at it."""

from functools import partial

import build
from build import Script, election_node, zxid

from checkers.recipes.single_leader import single_leader

A, B = election_node(1), election_node(2)
TOKEN_A, TOKEN_B = zxid(1), zxid(2)


def two_leaders() -> Script:
    """Return an election in which app1 leads from 10 s to 20 s and app2 from 21 s to 30 s."""
    script = Script()
    script.phase(5, "workload")
    script.create(6, "app1", A, TOKEN_A, 11)
    script.create(7, "app2", B, TOKEN_B, 22)
    script.children(9.5, "app1", [B, A], zxid(10))
    script.lead(10, "app1", A, TOKEN_A)
    script.work(11, "app1", A, TOKEN_A, zxid(11))
    script.step_down(20, "app1", A, TOKEN_A)
    script.call(20.1, "delete", "app1/1.1", A, zxid=zxid(20))
    script.children(20.5, "app2", [B], zxid(20))
    script.lead(21, "app2", B, TOKEN_B)
    script.work(22, "app2", B, TOKEN_B, zxid(22))
    script.step_down(30, "app2", B, TOKEN_B)
    script.phase(32, "heal")
    script.phase(40, "closed")
    return script


judged = partial(build.judged, single_leader)
