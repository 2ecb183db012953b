"""The clean state of a process: it runs, is not frozen, and may use all of its machine."""

from harness.container import Container
from harness.pods import Pod


def release(container: Container) -> None:
    """Let a process go on if it is frozen, and take its limits away; whether it runs is left as it is."""
    if container.state().paused:
        container.unpause()
    if container.limits() != (0, 0):
        container.limit()


def clean(pod: Pod) -> None:
    """Bring the process of a node to its clean state, whatever happened before; a node without one is clean.

    It knows nothing of lives: whoever keeps books on them starts the process himself, and finds it running.
    """
    if not pod.loaded:
        return
    release(pod.process)
    if not pod.state().running:
        pod.start()


def dirt(pod: Pod) -> list[str]:
    """Say what is left at the process of a node, one clause each; nothing: it is clean."""
    if not pod.loaded:
        return []
    state, (cpus, memory) = pod.state(), pod.process.limits()
    left = {
        "its process is frozen": state.paused,
        "its process has ended": not state.running,
        f"its process may use no more than {cpus:g} processors": cpus,
        f"its process may use no more than {memory:,} bytes of memory": memory,
    }
    return [clause for clause, there in left.items() if there]
