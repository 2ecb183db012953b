"""The disk layer of a server: a file system under its data directory, which misbehaves on command.

An unmodified and unprivileged process container cannot mount anything, and has to see the file system all the
same, again at every restart. So a carrier volume, a tmpfs with shared propagation, is mounted by the engine;
the disk container mounts its FUSE file system below it, the mount propagates to the engine's host, and the
process container binds it from there as if it were any directory.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from harness.clock import wait_for
from harness.container import Container
from harness.engine import Engine
from harness.errors import SetupError

CARRIER = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,shared"}
"""Options of the carrier; without `shared` the mount would stay inside of the disk container."""

PROGRAMS = ("disk_layer.py", "disk_memory.py")
HOME = "/opt/zkchaos"
MOUNTED_WITHIN = 20.0


class DiskLayer:
    """A running layer, spoken to through its container."""

    def __init__(self, container: Container):
        self.container = container

    def ask(self, **command: Any) -> dict[str, Any]:
        """Carry out a command of nemesis/agents/disk_layer.py; return the layer's counts and settings.

        Raises SetupError when it does not answer.
        """
        # Without site packages Python starts in a fifth of the time.
        answer = self.container.execute("python3", "-ES", f"{HOME}/{PROGRAMS[0]}", "ask", json.dumps(command))
        try:
            state: dict[str, Any] = json.loads(answer)
        except json.JSONDecodeError as error:
            # A busy engine now and then hands over less than the command said.
            raise SetupError(f"{self.container.name} gave half an answer: {answer!r}; ask again.") from error
        return state

    def start(self) -> None:
        """Start it, for the first time or again; returns when it is mounted."""
        self.container.start()
        wait_for(self._answers, within=MOUNTED_WITHIN, what=f"{self.container.name} serves its file system")

    def _answers(self) -> bool:
        if not self.container.state().running:
            words = self.container.output().decode(errors="replace").strip()
            raise SetupError(f"{self.container.name} could not mount its file system: {words}")
        try:
            self.ask()
        except SetupError:
            return False
        return True


def make_layer(
    engine: Engine, tools_image: str, prefix: str, *, carrier: str, data: str, labels: Mapping[str, str]
) -> tuple[DiskLayer, str]:
    """Mount a layer over a data volume; return it and its directory on the engine's host.

    A container that runs must have mounted the carrier, or the engine would not have.
    """
    shared = engine.volume_directory(carrier)
    container = engine.create_container(
        tools_image,
        f"{prefix}-disk",
        labels=labels,
        command=["python3", f"{HOME}/{PROGRAMS[0]}", "serve", "/backing", "/disk/data"],
        volumes={shared: "/disk:rshared", data: "/backing"},
        capabilities=("SYS_ADMIN",),
        devices=("/dev/fuse",),
        unconfined=True,
    )
    agents = files("nemesis.agents")
    container.put({f"{HOME}/{name}": (agents / name).read_text() for name in PROGRAMS})
    layer = DiskLayer(container)
    layer.start()
    return layer, f"{shared}/data"
