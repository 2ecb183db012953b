"""A node is a machine: a pod of two containers.

The holder owns the network namespace and the data volume and does nothing; network and disk faults are
applied there. The process container joins the holder's network and runs the unmodified image under
test. So a partition outlives a restart of the process, and a restarted process keeps its address, port
and disk.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress

from harness.container import Container, ContainerState
from harness.disk_layer import CARRIER, DiskLayer, make_layer
from harness.engine import Engine
from harness.equipment import DISK_LAYER, FAKE_CLOCK, SMALL_DISK
from harness.fake_clock import DIRECTORY as CLOCK_DIRECTORY
from harness.fake_clock import ENVIRONMENT as CLOCK_ENVIRONMENT
from harness.fake_clock import fit as fit_clock
from harness.leftovers import LABEL, NODE_LABEL, RUN_LABEL
from harness.sdk import Vanished

SMALL_DISK_BYTES = 192 << 20
"""Size of a small disk. It takes memory as far as it is used: a log of 64 MB is mostly hole."""

SMALL = {"type": "tmpfs", "device": "tmpfs", "o": f"size={SMALL_DISK_BYTES}"}
"""Options of a volume of bounded size; it lives as long as the holder, which keeps it mounted."""


class Pod:
    """One node: `make` gives it an address, `load` a process, `start` life."""

    def __init__(self, engine: Engine, run: str, name: str):
        self.name = name
        self._engine = engine
        self._run = run
        self._labels = {LABEL: "1", RUN_LABEL: run, NODE_LABEL: name}
        self._holder: Container | None = None
        self._process: Container | None = None
        self._volume = ""
        self._seen_as = ""
        self._clock = ""
        self._layer: DiskLayer | None = None
        self._address = ""

    @classmethod
    def found(cls, engine: Engine, run: str, name: str) -> "Pod":
        """Take hold of a node that another process made; raises Vanished when its holder is not there."""
        pod = cls(engine, run, name)
        prefix = f"zkchaos-{run}-{name}"
        pod._holder = engine.container(f"{prefix}-net")
        with suppress(Vanished):
            pod._process = engine.container(prefix)
        with suppress(Vanished):
            pod._layer = DiskLayer(engine.container(f"{prefix}-disk"))
        return pod

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

    @property
    def address(self) -> str:
        """IP address of the node, the same as long as it lives."""
        if not self._address:
            self._address = self.holder.address()
        return self._address

    @property
    def layer(self) -> DiskLayer | None:
        """The layer between the process and its disk, if it is fitted with one."""
        return self._layer

    def make(
        self,
        tools_image: str,
        network: str,
        *,
        volume: bool = False,
        port: int | None = None,
        equipment: Collection[str] = (),
    ) -> None:
        """Start the holder: from here on the node has its address, its disk and its published port.

        Of the equipment (harness/equipment.py) it sees to what concerns the disk and the wall clock.
        """
        prefix = f"zkchaos-{self._run}-{self.name}"
        carrier = f"{prefix}-carrier" if volume and DISK_LAYER in equipment else ""
        if volume:
            self._volume = self._seen_as = f"{prefix}-data"
            self._engine.create_volume(self._volume, self._labels, SMALL if SMALL_DISK in equipment else None)
        if carrier:
            self._engine.create_volume(carrier, self._labels, CARRIER)
        if FAKE_CLOCK in equipment:
            self._clock = f"{prefix}-clock"
            self._engine.create_volume(self._clock, self._labels)
        self._holder = self._engine.create_container(
            tools_image,
            f"{prefix}-net",
            labels=self._labels,
            command=["sleep", "infinity"],
            network=network,
            volumes=({self._volume: "/data"} if volume else {})
            | ({carrier: "/carrier"} if carrier else {})
            | self._clock_volume,
            publish=port,
            # Packet rules and traffic shaping, in this namespace only.
            capabilities=("NET_ADMIN",),
        )
        self._holder.start()
        if carrier:
            self._layer, self._seen_as = make_layer(
                self._engine, tools_image, prefix, carrier=carrier, data=self._volume, labels=self._labels
            )

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
            environment={**(environment or {}), **(CLOCK_ENVIRONMENT if self._clock else {})},
            join=self.holder.name,
            volumes=({self._seen_as: "/data"} if self._seen_as else {}) | self._clock_volume,
            logged=logged,
        )
        if self._clock:
            fit_clock(self.holder, self._process)
        if files:
            self._process.put(files)
        if self._layer is not None:
            # What a machine is delivered with does not vanish at its first power cut.
            self._layer.ask(settle=True)

    @property
    def _clock_volume(self) -> dict[str, str]:
        return {self._clock: CLOCK_DIRECTORY} if self._clock else {}

    @property
    def loaded(self) -> bool:
        """Tell whether it has a process container, running or not."""
        return self._process is not None

    def remove(self) -> None:
        """Take a bare node with a disk from the engine, whole or half made; one that is gone is fine."""
        for container in (self._process, self._holder):
            if container is not None:
                container.remove()
        for volume in filter(None, (self._volume, self._clock)):
            self._engine.remove_volume(volume)

    def start(self) -> None:
        """Start the process, for the first time or again."""
        self.process.start()

    def state(self) -> ContainerState:
        """State of the process, seen from outside."""
        return self.process.state()
