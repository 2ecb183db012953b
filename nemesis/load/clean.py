"""The clean state of a node as to load: no program that makes any, and nothing left of its znodes."""

from harness.errors import EnsembleError, SetupError
from harness.four_letter import status
from harness.pods import Pod
from harness.zoo_config import CLIENT_PORT
from nemesis.load.agent import runs, stop
from nemesis.load.tree import exists, remove, root_of


def clean(pod: Pod) -> None:
    """End the program; remove its znodes where this node is a server that serves, in which case it can."""
    stop(pod.holder)
    address = _serving(pod)
    if address is not None:
        remove(address, root_of(pod.name))


def dirt(pod: Pod) -> list[str]:
    """Name what is left: the program, and the znodes where this node can be asked for them."""
    left = ["a program that makes load"] if runs(pod.holder) else []
    address = _serving(pod)
    if address is not None:
        try:
            if exists(address, root_of(pod.name)):
                left.append(f"znodes below {root_of(pod.name)}")
        except EnsembleError:
            pass  # it has just ceased to serve
    return left


def _serving(pod: Pod) -> tuple[str, int] | None:
    """Return where the node's server is reached, None where it is none or does not serve."""
    try:
        address = "127.0.0.1", pod.holder.published(CLIENT_PORT)
    except SetupError:
        return None
    return address if status(address).serves else None
