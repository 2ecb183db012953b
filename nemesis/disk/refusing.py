"""Disks that take nothing any more, full, failing or read-only: the server ends, or serves nobody."""

from abc import abstractmethod
from typing import Any, ClassVar

from harness.ensemble import Server
from harness.equipment import DISK_LAYER, SMALL_DISK
from harness.errors import SetupError
from nemesis.arena import Arena, Node
from nemesis.disk.clean import BALLAST, clean
from nemesis.disk.damage import as_server
from nemesis.disk.revival import note_end, revive, sound, stir
from nemesis.each import EachNode
from nemesis.fault import Proof
from nemesis.parameters import Word
from nemesis.process.life import owed_when_gone, who_is_there

# Never on a disk that has no bounds of its own: that would be the engine's.
FILL = f"""
[ "$(stat -f -c %T /data)" = tmpfs ] || {{ echo 'its disk is not a small one'; exit 1; }}
head -c 1T /dev/zero >{BALLAST} 2>/dev/null
true
"""


class Refusing(EachNode):
    """Makes the disks of servers refuse what is written."""

    target = "one"
    touches = frozenset({"process", "disk"})
    takes = 6.0

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._before: dict[str, Proof] = {}
        self._noted: set[str] = set()
        self._healed: dict[str, Proof] = {}

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """A server that cannot write its log takes no part any more."""
        return owed_when_gone(target)

    @abstractmethod
    def refuse_on(self, server: Server) -> None:
        """Make its disk refuse."""

    @abstractmethod
    def refused_on(self, server: Server) -> Proof | None:
        """Look whether its disk refuses; None: not yet."""

    def inject_on(self, node: Node) -> None:
        """Make the disk refuse; from now on the server may end at any moment."""
        server = as_server(node)
        self._before[server.name] = who_is_there(server)
        server.expected_down = True
        self.refuse_on(server)

    def observe_on(self, node: Node) -> Proof | None:
        """The disk refuses, and the server has ended or serves nobody."""
        server = as_server(node)
        if server.name not in self._before:
            return None
        refused = self.refused_on(server)
        mode = server.status(within=2.0).mode
        state = server.container.state()
        if refused is None or (state.running and mode not in {"looking", "down"}):
            # Who has nothing to write notices nothing.
            stir(self, besides=server.name)
            return None
        proof = {"before": self._before[server.name], **refused}
        if state.running:
            return proof | {"server": mode}
        self._note(server)
        return proof | {"server": "ended", "exit_code": state.exit_code}

    def _note(self, server: Server) -> None:
        if server.name not in self._noted:
            self._noted.add(server.name)
            note_end(server)

    def heal_on(self, node: Node) -> None:
        """Let the disk take what is written, and start the server, which has ended or is ended for that."""
        server = as_server(node)
        clean(server.pod)
        if not server.container.state().running and server.name in self._before:
            self._note(server)
        told = revive(server, self.arena.ensemble, at_any_price=False)
        self._healed[server.name] = self._healed.get(server.name, {}) | told
        server.expected_down = False

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works, and shows what the leader shows."""
        server = as_server(node)
        if not server.container.state().running:
            # It was about to end when it was healed.
            self.heal_on(server)
            return None
        return sound(self, server, self._healed.get(server.name, {}))


class DiskFull(Refusing):
    """Fills disks."""

    name = "disk-full"
    summary = "fills a server's disk, which is a small one for that, and makes room again"
    effect = "disk-full"
    equipment = frozenset({SMALL_DISK})

    def refuse_on(self, server: Server) -> None:
        """Write a ballast file until nothing more fits."""
        server.pod.holder.execute("sh", "-c", FILL)

    def refused_on(self, server: Server) -> Proof | None:
        """There is not a page left."""
        told = server.pod.holder.execute("sh", "-c", f"stat -f -c %a /data; stat -c %s {BALLAST} || true")
        free, *ballast = told.split()
        return {"free": 0, "ballast": int(ballast[0])} if int(free) == 0 and ballast else None


class DiskErrors(Refusing):
    """Makes writes fail, or all that goes to the disk."""

    name = "disk-errors"
    summary = "answers what a server writes to its disk, or syncs, or all it does there, with an error"
    effect = "disk-errors"
    requires = frozenset({"fuse"})
    equipment = frozenset({DISK_LAYER})
    parameters: ClassVar = {
        "error": Word("EIO", "the error", ("EIO", "ENOSPC", "EDQUOT", "EROFS")),
        "on": Word(
            "write",
            "what fails: writes, syncs, all changes (names too), or all",
            ("write", "fsync", "change", "all"),
        ),
    }

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._refused: dict[str, int] = {}

    @property
    def error(self) -> tuple[str, str]:
        """The error, and what fails with it."""
        return self.params["error"], self.params["on"]

    def refuse_on(self, server: Server) -> None:
        """Tell the layer."""
        error, on = self.error
        self._refused[server.name] = layer_of(server).ask()["refused"]
        layer_of(server).ask(error=error, on=on)

    def refused_on(self, server: Server) -> Proof | None:
        """The layer has refused something since."""
        state = layer_of(server).ask()
        refused = state["refused"] - self._refused[server.name]
        return {"error": state["error"], "on": state["on"], "refused": refused} if refused > 0 else None


class DiskReadOnly(DiskErrors):
    """Makes disks read-only."""

    name = "disk-read-only"
    summary = "makes a server's disk read-only, as a kernel does after an error, and writable again"
    parameters: ClassVar = {}

    @property
    def error(self) -> tuple[str, str]:
        """No change is taken."""
        return "EROFS", "change"


def layer_of(server: Server) -> Any:
    """Return the layer below a server; raises SetupError when it has none."""
    if server.pod.layer is None:
        raise SetupError(f"{server.name} was started without a disk layer.")
    return server.pod.layer
