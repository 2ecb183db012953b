"""Damage: a server is killed, its files are not what they were, and it is started again."""

from typing import Any, ClassVar

from harness.clock import Deadline
from harness.ensemble import Server
from harness.errors import EnsembleError
from nemesis.arena import Arena, Node
from nemesis.disk.clean import clean
from nemesis.disk.files import work_on_files
from nemesis.disk.revival import aftermath, last_words, note_end, revive, same_as_leader, sound, way_back
from nemesis.each import EachNode
from nemesis.fault import Proof
from nemesis.parameters import Number
from nemesis.process.life import kill_and_see_gone, owed_when_gone, who_is_there

AFTERMATH_WITHIN = 8.0
"""Seconds after which a server that neither ends nor answers has no aftermath to be told."""

CONVINCED = 5
"""Looks in a row after which a difference to the leader is none of the moment."""


def as_server(node: Node) -> Server:
    """Return the node as the server that it is; raises EnsembleError for an app node."""
    if isinstance(node, Server):
        return node
    raise EnsembleError(f"{node.name} is no server.")


class Damage(EachNode):
    """Damages the files of servers while they are down."""

    effect = "damage"
    target = "follower"
    touches = frozenset({"process", "disk"})
    beyond_model = True
    takes = 6.0

    kind: ClassVar[str]

    def __init__(self, arena: Arena, *args: Any):
        super().__init__(arena, *args)
        self._proofs: dict[str, Proof] = {}
        self._started: dict[str, Deadline] = {}
        self._healed: dict[str, Proof] = {}
        self._doubts: dict[str, int] = {}
        self._seed = self.draw.getrandbits(32)

    @classmethod
    def owes(cls, target: str) -> tuple[str, ...]:
        """Its process ends, as by a kill."""
        return owed_when_gone(target)

    def inject_on(self, node: Node) -> None:
        """Kill it, damage its files when the process is gone, and start it again."""
        server = as_server(node)
        before = who_is_there(server)
        kill_and_see_gone(server)
        seed = f"{self._seed}/{server.name}"
        done = work_on_files(server.pod, self.kind, int(self.params.get("bytes", 0)), seed)
        changed = {
            name: {"before": done["before"].get(name), "after": done["after"].get(name)}
            for name in sorted(done["before"].keys() | done["after"].keys())
            if done["before"].get(name) != done["after"].get(name)
        }
        self._proofs[server.name] = {"before": before, "changed": changed, "files": len(done["before"])}
        server.start()
        self._started[server.name] = Deadline(AFTERMATH_WITHIN)

    def observe_on(self, node: Node) -> Proof | None:
        """Files have changed, and the server has read them or refused to."""
        server = as_server(node)
        proof = self._proofs.get(server.name)
        if not proof or not proof["changed"]:
            return None
        if "aftermath" not in proof:
            what = aftermath(server)
            if not what and not self._started[server.name].passed:
                return None
            proof["aftermath"] = what or "neither answers nor ends"
            if what == "refuses":
                note_end(server)
                proof["says"] = last_words(server)
        return proof

    def heal_on(self, node: Node) -> None:
        """Start it if it is down; what it refuses to start from is wiped, and comes from the leader."""
        server = as_server(node)
        clean(server.pod)
        refused = self._proofs.get(server.name, {}).get("says", "")
        if refused and server.name not in self._healed and not server.container.state().running:
            # It has been seen that it does not come up: no need to try it once more.
            work_on_files(server.pod, "wipe")
            self._healed[server.name] = {"refused": refused, "wiped": True}
        told = revive(server, self.arena.ensemble, at_any_price=True)
        self._healed[server.name] = self._healed.get(server.name, {}) | told

    def observe_healed_on(self, node: Node) -> Proof | None:
        """It works, and shows what the leader shows."""
        server = as_server(node)
        proof = sound(self, server, self._healed.get(server.name, {}))
        if proof is not None:
            back = way_back(server)
            return proof | ({"back": back} if back else {})
        if self.alone and server.status(within=0.5).serves:
            self._doubt(server)
        return None

    def _doubt(self, server: Server) -> None:
        """Wipe a server that goes on showing other data than the leader.

        A server whose newest snapshot is broken takes an older one, and where the logs in between are not
        there any more it lacks what they held, without a word.
        """
        same = same_as_leader(server, self.arena.ensemble) or {}
        doubts = self._doubts[server.name] = self._doubts.get(server.name, 0) + 1 if "differs" in same else 0
        if doubts < CONVINCED:
            return
        kill_and_see_gone(server)
        work_on_files(server.pod, "wipe")
        self._healed[server.name] = {"differed": same["differs"], "wiped": True}
        server.start()
        self._doubts[server.name] = 0


class TruncateLog(Damage):
    """Cuts the end off the newest log."""

    name = kind = "truncate-log"
    summary = "kills a server, cuts the last records off its newest transaction log, and starts it again"
    parameters: ClassVar = {"bytes": Number(200, "how many bytes of records are cut off", low=1, whole=True)}


class FlipLog(Damage):
    """Flips bytes in the newest log."""

    name = kind = "flip-log"
    summary = "kills a server, flips bytes in the records of its newest transaction log, and starts it again"
    parameters: ClassVar = {"bytes": Number(1, "how many bytes are flipped", low=1, high=10000, whole=True)}


class FlipSnapshot(Damage):
    """Flips bytes in the newest snapshot."""

    name = kind = "flip-snapshot"
    summary = "kills a server, flips bytes in its newest snapshot, and starts it again"
    parameters: ClassVar = {"bytes": Number(4, "how many bytes are flipped", low=1, high=10000, whole=True)}


class DeleteSnapshots(Damage):
    """Deletes all snapshots."""

    name = kind = "delete-snapshots"
    summary = "kills a server, deletes all of its snapshots, and starts it again"


class DeleteLogs(Damage):
    """Deletes all logs."""

    name = kind = "delete-logs"
    summary = "kills a server, deletes all of its transaction logs, and starts it again"


class Wipe(Damage):
    """Leaves a server nothing but its id."""

    name = kind = "wipe"
    summary = "kills a server, deletes everything of it but its id, and starts it again"
