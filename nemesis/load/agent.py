"""The program that makes the load: put into a node's holder, started, asked how it goes, and ended."""

import json
from typing import Any

from harness.clock import wait_for
from harness.container import Container
from harness.errors import SetupError
from harness.sdk import Vanished
from nemesis.agents import source

HOME = "/tmp/zkchaos"  # noqa: S108 - in a container of its own
STATUS = f"{HOME}/load.json"
PATTERN = "nemesis[.]agents[.]load"
"""Pattern of its command line; no command line that holds this very pattern fits it."""

READY_WITHIN = 10.0
"""Seconds until it has told for the first time."""

STOP = f"""
pkill -f '{PATTERN}'
for _ in $(seq 100); do pgrep -f '{PATTERN}' >/dev/null || exit 0; sleep 0.05; done
pkill -9 -f '{PATTERN}'
exit 0
"""
"""Five seconds to close the sessions in good order are more than it needs; those left then expire."""


def start(holder: Container, mode: str, **options: Any) -> None:
    """Start it and wait until it works; raises EnsembleError when it does not."""
    # Its two files find one another as they do here, in a package without anything else.
    programs = {f"{HOME}/nemesis/agents/{name}.py": source(name) for name in ("load", "load_session")}
    holder.put({**programs, STATUS: "{}"})
    command = 'cd "$0" && exec python3 -m nemesis.agents.load "$@"'
    holder.spawn("sh", "-c", command, HOME, mode, json.dumps(options))
    wait_for(lambda: bool(status(holder)), within=READY_WITHIN, what=f"the load in {holder.name} begins")


def status(holder: Container) -> dict[str, Any]:
    """Return its counters, empty where it has not told any."""
    try:
        said: dict[str, Any] = json.loads(holder.read(STATUS))
    except (Vanished, ValueError):
        return {}
    return said


def runs(holder: Container) -> bool:
    """Tell whether it runs."""
    try:
        holder.execute("pgrep", "-f", PATTERN)
    except Vanished:
        raise
    except SetupError:
        return False
    return True


def stop(holder: Container) -> dict[str, Any]:
    """Ask it to end, end it where it does not, and return its last counters."""
    holder.execute("sh", "-c", STOP)
    last = status(holder)
    holder.execute("rm", "-f", STATUS)
    return last
