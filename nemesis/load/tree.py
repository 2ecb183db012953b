"""The znodes that load leaves behind: one root for each node that it comes from, and its children."""

from kazoo.exceptions import NoNodeError

from harness.client import Answer, Refused
from harness.client.requests import Delete, Exists, GetChildren
from harness.errors import EnsembleError
from harness.visitor import visit, visiting

WITHIN = 20.0
"""Seconds for everything below a root; thousands of znodes go in a second."""


def root_of(node: str) -> str:
    """Path of the znode below which the load from a node does everything."""
    return f"/zkchaos-load-{node}"


def exists(address: tuple[str, int], root: str) -> bool:
    """Ask one server whether there is something; raises EnsembleError when it does not answer."""
    return visit(address, [Exists(root)], within=2.0)[0].value is not None


def remove(address: tuple[str, int], root: str) -> None:
    """Remove a root and its children; raises EnsembleError when the server does not do it."""
    with visiting(address, WITHIN) as client:
        try:
            names = client.ask(GetChildren(root), WITHIN).value
        except Refused as refused:
            if isinstance(refused.error, NoNodeError):
                return
            raise
        requests = [*(Delete(f"{root}/{name}") for name in names), Delete(root)]
        for outcome in client.ask_all(requests, WITHIN):
            missing = isinstance(outcome, Refused) and isinstance(outcome.error, NoNodeError)
            if not isinstance(outcome, Answer) and not missing:
                raise EnsembleError(f"what is below {root} could not be removed: {outcome}.")
