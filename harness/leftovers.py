"""What runs have on the engine, known by its labels: found, and swept away whole."""

import time
from functools import partial
from typing import Any

from harness.container import Container
from harness.errors import SetupError
from harness.sdk import explained, gone_is_fine

LABEL = "zkchaos"
RUN_LABEL = "zkchaos.run"
NODE_LABEL = "zkchaos.node"

SWEEPS = 5
SWEEP_AGAIN = 0.2
"""Seconds after which a removal that failed is tried again, more each time."""


def labelled(client: Any, run: str | None) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the containers, networks and volumes of one run, or of all runs, as the SDK has them."""
    filters = {"label": f"{RUN_LABEL}={run}" if run else f"{LABEL}=1"}
    return (
        client.containers.list(all=True, filters=filters, ignore_removed=True),
        client.networks.list(filters=filters),
        client.volumes.list(filters=filters),
    )


def nodes_of(client: Any, run: str | None) -> list[tuple[str, str]]:
    """Return the nodes of one run, or of all runs: (run, name), sorted."""
    with explained("look for the nodes of runs"):
        containers, _, _ = labelled(client, run)
    labels = [handle.labels for handle in containers]
    return sorted({(one[RUN_LABEL], one[NODE_LABEL]) for one in labels if NODE_LABEL in one})


def sweep(client: Any, run: str | None) -> dict[str, int]:
    """Remove the containers, networks and volumes of one run, or of all runs; return how many.

    What cannot be removed does not keep the rest: it is tried again, because whoever is cleaning up
    beside us holds networks and volumes for an instant, and raises SetupError in the end.
    """
    counts = {"containers": 0, "networks": 0, "volumes": 0}
    for attempt in range(SWEEPS):
        failures = _sweep_once(client, run, counts)
        if not failures:
            break
        time.sleep(SWEEP_AGAIN * (attempt + 1))
    if failures:
        raise SetupError(failures[0])
    return counts


def _sweep_once(client: Any, run: str | None, counts: dict[str, int]) -> list[str]:
    """Remove what can be removed, add it to the counts, and return why the rest could not."""
    with explained("look for what a run left behind"):
        containers, networks, volumes = labelled(client, run)
    removals = [("containers", Container(handle).remove) for handle in containers]
    removals += [("networks", partial(_remove, network)) for network in networks]
    removals += [("volumes", partial(_remove, volume, force=True)) for volume in volumes]
    failures = []
    for kind, remove in removals:
        try:
            remove()
            counts[kind] += 1
        except SetupError as error:
            failures.append(str(error))
    return failures


def _remove(thing: Any, **options: Any) -> None:
    with explained(f"remove {thing.name}"), gone_is_fine():
        thing.remove(**options)
