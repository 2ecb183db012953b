"""A ZooKeeper ensemble on pods."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness.client import Answer
from harness.client.requests import Create, Exists, GetChildren, Sync
from harness.clock import Deadline, wait_for
from harness.container import Container
from harness.engine import Engine
from harness.equipment import FAKE_CLOCK, RECONFIG
from harness.errors import EnsembleError
from harness.four_letter import ServerStatus, status
from harness.members import MEMBERS_FILE, Members
from harness.plan import Plan
from harness.pods import Pod
from harness.visitor import visit
from harness.zoo_config import CLIENT_PORT, member, reconfigurable_cfg, zoo_cfg

PROBE = "/zkchaos"
"""The znode with which a quorum is proven."""

READY_WITHIN = 90.0
"""Seconds within which servers have to be ready for clients."""

FLAGS = "-Dznode.container.checkIntervalMs=2000"
"""Properties that ZooKeeper reads from the JVM alone: empty containers go within seconds, not minutes."""

Note = Callable[..., Any]
"""Writes a `node` event: note(node, state=…, role=…)."""


class Server:
    """One ZooKeeper server."""

    role = "server"

    def __init__(self, pod: Pod, number: int, note: Note, *, observer: bool = False):
        self.pod = pod
        self.number = number
        self.observer = observer
        """It serves clients and has no vote."""
        self.life = 0
        self.expected_down = False
        """Somebody took it down on purpose and has not brought it back yet."""
        self._note = note

    @property
    def name(self) -> str:
        """Name of the node: zk1, zk2 and so on."""
        return self.pod.name

    @property
    def container(self) -> Container:
        """The container that runs the server."""
        return self.pod.process

    @property
    def host_address(self) -> tuple[str, int]:
        """Where the harness reaches it: a port of 127.0.0.1."""
        return "127.0.0.1", self.pod.holder.published(CLIENT_PORT)

    def status(self, within: float = 1.0) -> ServerStatus:
        """Ask it for its role."""
        return status(self.host_address, within)

    def start(self) -> None:
        """Start its process, for the first time or again."""
        self.pod.start()
        self.life += 1
        self.expected_down = False
        self._note(self.name, state="started", life=self.life, role="server")

    def kill(self) -> None:
        """End its process at once, as kill -9 does."""
        self.expected_down = True
        self.container.kill()

    def ask_to_stop(self) -> None:
        """Send SIGTERM: the server closes its files and connections and ends."""
        self.expected_down = True
        self.container.kill("SIGTERM")

    def ended(self) -> bool:
        """Tell whether its process is gone and nobody answers at its port."""
        return not self.container.state().running and self.status(within=0.5).mode == "down"

    def died(self) -> None:
        """Record that its process is gone."""
        self._note(self.name, state="died", life=self.life, role="server")


class Ensemble:
    """Servers zk1 to zkN."""

    def __init__(self, engine: Engine, plan: Plan, note: Note):
        self._engine = engine
        self._plan = plan
        self._note = note
        self._images = ("", "")
        self._network = ""
        self.members = Members()
        """Who belongs to it by its plan, if members can change."""
        self.spare: Server | None = None
        """A server beside those of the plan, while a fault has one join."""
        self.servers = [
            Server(Pod(engine, plan.run, f"zk{number}"), number, note, observer=number > plan.servers)
            for number in range(1, plan.servers + plan.observers + 1)
        ]

    def __getitem__(self, name: str) -> Server:
        return next(server for server in self.servers if server.name == name)

    @property
    def addresses(self) -> list[str]:
        """address:port of every server, as its clients on the run's network reach it."""
        return [f"{server.pod.address}:{CLIENT_PORT}" for server in self.servers]

    def make(self, tools_image: str, network: str) -> None:
        """Start the holders, all at once: addresses are known before any configuration is written."""
        fitted = self._plan.equipment
        self._images, self._network = (tools_image, ""), network
        self._on_all(
            lambda s: s.pod.make(tools_image, network, volume=True, port=CLIENT_PORT, equipment=fitted)
        )

    def start(self, image: str) -> None:
        """Configure and start the servers, all at once."""
        addresses = [server.pod.address for server in self.servers]
        config = zoo_cfg(self._plan.zoo, addresses, self._plan.observers)
        self._images = (self._images[0], image)
        if RECONFIG in self._plan.equipment:
            lines = {s.number: member(s.number, s.pod.address, observer=s.observer) for s in self.servers}
            config = reconfigurable_cfg(self._plan.zoo, list(lines.values()))
            self.members = Members(secrets.token_hex(16), lines, config)

        def start(server: Server) -> None:
            self._load(server, config)
            server.start()

        self._on_all(start)

    def _load(self, server: Server, config: str) -> None:
        files = {"/conf/zoo.cfg": config, "/data/myid": f"{server.number}\n"}
        flags = f"{FLAGS} {self.members.flag}" if self.members.password else FLAGS
        if self.members.password:
            # Whoever cleans up after a crash of the harness has nothing but the containers.
            server.pod.holder.put({MEMBERS_FILE: self.members.encode()})
        server.pod.load(self._images[1], files=files, environment={"JVMFLAGS": flags})

    def add_spare(self, *, observer: bool) -> str:
        """Start a server beside those of the plan, which joins nothing by itself; return its member line.

        It is not among `servers`: nobody but the fault that has it join needs to know. Raises SetupError.
        """
        self.remove_spare()
        number = len(self.servers) + 1
        pod = Pod(self._engine, self._plan.run, f"zk{number}")
        self.spare = Server(pod, number, self._note, observer=observer)
        fitted = {FAKE_CLOCK} & set(self._plan.equipment)
        pod.make(self._images[0], self._network, volume=True, port=CLIENT_PORT, equipment=fitted)
        line = member(number, pod.address, observer=observer)
        # It comes as an observer whatever it is to become: a voter would count itself before the others do.
        joiner = member(number, pod.address, observer=True)
        config = reconfigurable_cfg(self._plan.zoo, [*self.members.lines.values(), joiner])
        self._load(self.spare, config)
        self.spare.start()
        return line

    def remove_spare(self) -> None:
        """Take the spare server from the engine, if there is one."""
        if self.spare is None:
            return
        self.spare.expected_down = True
        self.spare.pod.remove()
        self.spare.died()
        self.spare = None

    def await_quorum(self, stop: Callable[[], bool]) -> None:
        """Wait until a write is acknowledged and every server shows it to a read.

        Raises EnsembleError with what the servers say when that takes too long.
        """
        deadline = Deadline(READY_WITHIN)
        for server in self.servers:
            wait_for(
                lambda server=server: self._serves(server),  # type: ignore[misc]
                within=deadline.left,
                what=f"{server.name} serves clients",
                stop=stop,
            )
        create = Create(PROBE, b"quorum")
        written = visit(self.servers[0].host_address, [create], within=deadline.left)[0].reply.zxid
        for server in self.servers:
            seen = visit(server.host_address, [Sync(PROBE), Exists(PROBE)], within=deadline.left)[-1]
            if seen.value is None or seen.value.czxid != written:
                raise EnsembleError(f"{server.name} does not show the write {written:#x} after a sync.")

    def _serves(self, server: Server) -> bool:
        if not server.container.state().running:
            lines = server.container.output().decode(errors="replace").strip().splitlines()[-10:]
            raise EnsembleError(
                f"{server.name} ended right after its start; its last lines:\n" + "\n".join(lines)
            )
        return server.status().serves

    def leader(self) -> Server | None:
        """Find the server that leads, by asking all; of two that claim it, the one in the higher epoch."""
        with ThreadPoolExecutor(len(self.servers)) as pool:
            said = zip(self.servers, pool.map(lambda s: s.status(), self.servers), strict=True)
        leaders = [(there.epoch, server) for server, there in said if there.mode in {"leader", "standalone"}]
        return max(leaders, key=lambda pair: pair[0])[1] if leaders else None

    def children(self, server: Server, path: str, within: float) -> tuple[dict[str, int], Answer]:
        """Read a znode's children from one server, after a sync: {name: owner session}, and the listing.

        A child that vanishes while it is looked at is left out.
        """
        listing = visit(server.host_address, [Sync(path), GetChildren(path)], within=within)[-1]
        stats = visit(
            server.host_address, [Exists(f"{path}/{name}") for name in listing.value], within=within
        )
        owners = {
            name: int(answer.value.ephemeralOwner)
            for name, answer in zip(listing.value, stats, strict=True)
            if answer.value is not None
        }
        return owners, listing

    def _on_all(self, action: Callable[[Server], None]) -> None:
        with ThreadPoolExecutor(len(self.servers)) as pool:
            list(pool.map(action, self.servers))
