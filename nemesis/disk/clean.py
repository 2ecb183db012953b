"""The clean state of a node's disk: room on it, and a layer that does nothing but hand on."""

from harness.clock import wait_for
from harness.errors import SetupError
from harness.pods import Pod

BALLAST = "/data/.zkchaos-ballast"
"""The file with which a disk is filled."""

DEAD_WITHIN = 20.0
"""Seconds in which a killed process is gone, also when it waits for its disk."""


def clean(pod: Pod) -> None:
    """Remove the ballast and set the layer free; one that has died is started again.

    A server whose disk took nothing is killed first, for whoever starts processes. It goes on with what it
    has in memory: back at a leader it is sent only what is newer, and its log has a gap for ever, with which
    ZooKeeper (3.9) refuses to start: "Committed proposal cached out of order".
    """
    layer = pod.layer
    if layer is not None and not layer.container.state().running:
        _end(pod)
        layer.start()
    if _full(pod) or (layer is not None and layer.ask()["error"]):
        _end(pod)
        pod.holder.execute("rm", "-f", BALLAST)
    if layer is not None:
        layer.ask(error="", delay=0)


def _full(pod: Pod) -> bool:
    return bool(pod.holder.execute("sh", "-c", f"test -e {BALLAST} && echo full || true").strip())


def _end(pod: Pod) -> None:
    if pod.loaded:
        pod.process.kill()
        wait_for(
            lambda: not pod.process.state().running,
            within=DEAD_WITHIN,
            what=f"the process of {pod.name} is dead",
        )


def dirt(pod: Pod) -> list[str]:
    """Say what is not as it should be, one clause each."""
    left = []
    if _full(pod):
        left.append(f"a ballast file fills the disk of {pod.name}")
    if pod.layer is not None:
        try:
            state = pod.layer.ask()
        except SetupError:
            return [*left, f"the disk layer of {pod.name} does not answer"]
        if state["error"]:
            left.append(f"the disk layer of {pod.name} answers {state['error']}")
        if state["delay"]:
            left.append(f"the disk layer of {pod.name} delays each sync by {state['delay']} ms")
    return left
