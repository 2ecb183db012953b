"""A node is a machine: a pod of two containers.

The holder owns the network namespace and the data volume and does nothing; network and disk faults are
applied there. The process container joins the holder's network and runs the unmodified image under
test. So a partition outlives a restart of the process, and a restarted process keeps its address, port
and disk.
"""

from collections.abc import Mapping

from harness.container import Container, ContainerState
from harness.engine import LABEL, RUN_LABEL, Engine


class Pod:
    """One node: `make` gives it an address, `load` a process, `start` life."""

    def __init__(self, engine: Engine, run: str, name: str):
        self.name = name
        self._engine = engine
        self._run = run
        self._labels = {LABEL: "1", RUN_LABEL: run, "zkchaos.node": name}
        self._holder: Container | None = None
        self._process: Container | None = None
        self._volume = ""

    @property
    def holder(self) -> Container:
        """The container that owns the network namespace and the volume."""
        assert self._holder is not None, "make() comes first"
        return self._holder

    @property
    def process(self) -> Container:
        """The container that runs the image under test."""
        assert self._process is not None, "load() comes first"
        return self._process

    def make(self, tools_image: str, network: str, *, volume: bool = False, port: int | None = None) -> None:
        """Start the holder: from here on the node has its address, its disk and its published port."""
        prefix = f"zkchaos-{self._run}-{self.name}"
        if volume:
            self._volume = f"{prefix}-data"
            self._engine.create_volume(self._volume, self._labels)
        self._holder = self._engine.create_container(
            tools_image,
            f"{prefix}-net",
            labels=self._labels,
            command=["sleep", "infinity"],
            network=network,
            volumes=self._volumes,
            publish=port,
            # Packet rules and traffic shaping, in this namespace only.
            capabilities=("NET_ADMIN",),
        )
        self._holder.start()

    def load(
        self,
        image: str,
        *,
        environment: Mapping[str, str] | None = None,
        files: Mapping[str, str] | None = None,
        logged: bool = True,
    ) -> None:
        """Create the process container and write its files, {absolute path: text}."""
        self._process = self._engine.create_container(
            image,
            f"zkchaos-{self._run}-{self.name}",
            labels=self._labels,
            environment=environment,
            join=self.holder.name,
            volumes=self._volumes,
            logged=logged,
        )
        if files:
            self._process.put(files)

    @property
    def loaded(self) -> bool:
        """Tell whether it has a process container, running or not."""
        return self._process is not None

    @property
    def _volumes(self) -> dict[str, str]:
        return {self._volume: "/data"} if self._volume else {}

    def start(self) -> None:
        """Start the process, for the first time or again."""
        self.process.start()

    def state(self) -> ContainerState:
        """State of the process, seen from outside."""
        return self.process.state()
