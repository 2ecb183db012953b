"""Queueing: packets go through a program of ours in the holder, which holds them for a while."""

from collections.abc import Sequence

from harness.errors import EnsembleError
from nemesis.agents import source
from nemesis.arena import Node
from nemesis.fault import Proof
from nemesis.link.clean import PLACE, run
from nemesis.link.counters import AGENT_ERRORS, QUEUE_COUNTERS, Counters, look
from nemesis.link.peers import addresses
from nemesis.link.rules import QUEUE, apply, received

PROGRAM = f"{PLACE}/link_queue.py"

READY = f"""
for i in $(seq 100); do
  [ -s {QUEUE_COUNTERS} ] && break
  sleep 0.05
done
[ -s {QUEUE_COUNTERS} ] || {{ cat {AGENT_ERRORS}; exit 1; }}
"""


def hold_packets(
    node: Node,
    peers: Sequence[Node],
    port: int,
    *,
    ms: float,
    jitter: float = 0,
    distribution: str = "uniform",
    order: str = "kept",
    percent: float = 100,
) -> None:
    """Hold what a node receives from peers; raises SetupError when the program does not come up.

    It stands where packets arrive: those that wait on their way out would count as unsent by their own
    kernel, which keeps a connection to a few of them (TCP small queues) and so makes it slow, not late.
    """
    holder = node.pod.holder
    holder.put({PROGRAM: source("link_queue")})
    words = f"{QUEUE_COUNTERS} {QUEUE} {ms:g} {jitter:g} {distribution} {order} {percent:g}"
    holder.spawn("sh", "-c", f"exec python3 {PROGRAM} {words} 2>{AGENT_ERRORS}")
    # While nobody serves the queue, and should its program die, packets pass.
    action = f"-j NFQUEUE --queue-num {QUEUE} --queue-bypass"
    run(node.pod, READY + apply(received(addresses(peers), port, action)))


def watch(node: Node) -> Counters:
    """Look at the counters; raises EnsembleError when the program that holds packets is not there."""
    now = look(node.pod)
    if QUEUE not in now.queues:
        raise EnsembleError(
            f"the program that holds the packets of {node.name} has ended: {now.errors or 'no word'}."
        )
    return now


def sum_up(last: Counters) -> Proof:
    """What the program has done, and whether it did so to the end."""
    return {"agent": "served to the end" if QUEUE in last.queues else "ended before its time", **last.agent}
