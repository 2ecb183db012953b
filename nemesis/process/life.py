"""How a process is seen to live, from outside: before, while and after something befalls it."""

from kazoo.protocol.serialization import Exists

from harness.app_node import AppNode
from harness.clock import wait_for
from harness.errors import EnsembleError
from harness.visitor import visit
from nemesis.arena import Node
from nemesis.fault import Fault, Proof
from nemesis.targets import CONNECTED_TO, HOLDERS, NAMED, is_app

ONE_SERVER = frozenset({"leader", "follower", "observer", "one", "minority"})
"""Target rules that leave a quorum."""

GONE_WITHIN = 20.0
"""Seconds in which a process ends that was killed or asked to end; an app node closes its session first."""


def owed_when_gone(target: str) -> tuple[str, ...]:
    """Name the evidence owed when targets are away: a successor of a leader, writes by a quorum."""
    if target in HOLDERS | {"leader"}:
        return ("new-leader-after-each", "writes-overlap-each-fault")
    named = NAMED.fullmatch(target) is not None and "+" not in target
    quorum = target in ONE_SERVER or target.startswith(CONNECTED_TO) or named
    return ("writes-overlap-each-fault",) if quorum or (is_app(target) and target != "all-apps") else ()


def owed_when_slow(target: str) -> tuple[str, ...]:
    """Name the evidence owed when targets get slow: a leader may be replaced or not, writes go on."""
    return tuple(rule for rule in owed_when_gone(target) if rule != "new-leader-after-each")


def who_is_there(node: Node) -> Proof:
    """Tell which process it is, and of a server its role and last transaction."""
    there: Proof = {"pid": node.container.state().pid}
    if isinstance(node, AppNode):
        return there | {"life": node.life}
    status = node.status()
    return there | {"mode": status.mode, "zxid": status.zxid}


def start_if_down(node: Node) -> None:
    """Start it, unless it runs; a frozen one counts as running."""
    if not node.container.state().running:
        node.start()


def kill_and_see_gone(node: Node) -> None:
    """Kill it, wait until it has ended, and record that; raises EnsembleError when it does not end."""
    node.kill()
    see_gone(node)


def see_gone(node: Node) -> None:
    """Wait until it has ended, and record that; raises EnsembleError when it does not end."""
    wait_for(node.ended, within=GONE_WITHIN, what=f"{node.name} ends")
    node.died()


def end_at_once(node: Node, pid: int) -> None:
    """Kill it if it still is this process, wait until it has ended, and record that.

    For a process whose end is on its way and was not seen: whoever starts it must not be too early.
    """
    state = node.container.state()
    if state.running and state.pid != pid:
        return
    if state.running:
        node.kill()
    see_gone(node)


def frozen(node: Node) -> list[str] | None:
    """Return the states of its processes when the engine says paused and none of them can run; else None."""
    if not node.container.state().paused:
        return None
    states = sorted({process["stat"] for process in node.container.processes()})
    # A frozen process waits uninterruptibly (D); with the second version of cgroups it shows
    # as sleeping (S). One that ran would show R.
    if not states or any(state.startswith("R") for state in states):
        return None
    return states


def works(fault: Fault, node: Node) -> Proof | None:
    """Tell that it works again: a server answers a read, an app node has a session; None: not yet.

    While other faults go on its process has to run, and no more can be asked of it.
    """
    state = node.container.state()
    if not state.running or state.paused:
        return None
    if not fault.alone:
        return {"life": node.life, "pid": state.pid}
    if isinstance(node, AppNode):
        session = fault.arena.board.snapshot().sessions.get(node.name)
        return {"life": node.life, "session": session} if session else None
    there = node.status()
    if not there.serves:
        return None
    try:
        answer = visit(node.host_address, [Exists("/", None)], within=2)[0]
    except EnsembleError:
        return None
    return {"mode": there.mode, "epoch": there.epoch, "read_at_zxid": answer.reply.zxid}
