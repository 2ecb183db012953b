"""The board: what is known of a run while it goes on, kept up to date from the history's events."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from harness.history import Event


@dataclass(frozen=True, slots=True)
class SessionSight:
    """How a session of an app node was seen last."""

    connected: bool
    """False while it is suspended."""
    conn: int
    """Number of its client's connection."""
    server: str
    """address:port of the server of that connection."""


@dataclass(slots=True)
class Snapshot:
    """The board at one moment."""

    phase: str = ""
    operations: Counter[str] = field(default_factory=Counter)
    """Answers so far, by `ok`, `fail`, `info`."""
    app_leaders: dict[str, int] = field(default_factory=dict)
    """Who believes that it leads or holds something: {app node: its youngest token}."""
    leaderships: int = 0
    """How often an app node came to lead or to hold something."""
    epoch: int = 0
    """The highest epoch in which a server said that it leads."""
    writes: int = 0
    """Acknowledged writes of the workload."""
    sessions: dict[str, int] = field(default_factory=dict)
    """Session ids of the app nodes that have one."""
    connected_to: dict[str, str] = field(default_factory=dict)
    """{app node: address:port of the server to which its youngest session was connected last}"""
    server_modes: dict[str, str] = field(default_factory=dict)
    faults_begun: int = 0
    faults_proven: int = 0
    active: dict[int, str] = field(default_factory=dict)
    """The faults that are applied now, by the ids of their steps."""
    unhealed: int = 0
    """How many healings could not be proven."""
    troubles: int = 0
    last_work: int = 0
    """When the last acknowledged write of a workload was invoked (ns)."""


class Board:
    """Listens to the history writer; tells the nemesis who leads, and the progress how the run goes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Snapshot()
        self._write_began: dict[str, int] = {}
        self._beliefs: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
        """{app node: {what it believes to hold, and its own place in line: (token, session)}}"""
        self._alive: dict[str, dict[int, SessionSight]] = {}
        """{app node: its sessions, the youngest last}"""
        self._ended: dict[int, str] = {}
        """{session: `lost`, `closed` or `abandoned`, as its client told}"""

    def listen(self, event: Event) -> None:
        """Take one event in."""
        with self._lock:
            take = _OWN.get(event.f) if event.process in OWN_VOICES else None
            if take:
                take(self._now, event)
            if event.type in {"ok", "fail", "info"}:
                self._now.operations[event.type] += 1
            if event.f == "session":
                self._take_session(event)
            elif event.f in WRITES:
                self._take_write(event)
            elif event.f in BELIEFS:
                self._take_belief(event)
            elif event.f == "node" and event.node not in self._now.sessions:
                self._alive.pop(event.node, None)
            if event.f == "node" and event.node not in self._now.app_leaders:
                self._beliefs.pop(event.node, None)

    def snapshot(self) -> Snapshot:
        """A copy of what is known now."""
        with self._lock:
            now = self._now
            return Snapshot(
                phase=now.phase,
                operations=Counter(now.operations),
                app_leaders=dict(now.app_leaders),
                leaderships=now.leaderships,
                epoch=now.epoch,
                writes=now.writes,
                sessions=dict(now.sessions),
                connected_to=dict(now.connected_to),
                server_modes=dict(now.server_modes),
                faults_begun=now.faults_begun,
                faults_proven=now.faults_proven,
                active=dict(now.active),
                unhealed=now.unhealed,
                troubles=now.troubles,
                last_work=now.last_work,
            )

    def app_leader(self) -> str | None:
        """The app node that leads or holds: of several believers, the one with the youngest token."""
        leaders = self.snapshot().app_leaders
        return max(leaders, key=lambda node: leaders[node]) if leaders else None

    def sessions_of(self, node: str) -> dict[int, SessionSight]:
        """All sessions that an app node has, connected or suspended, by id, the youngest last."""
        with self._lock:
            return dict(self._alive.get(node, {}))

    def session_of_holder(self, node: str) -> int:
        """The living session by which an app node leads or holds, by its youngest token; 0 without one."""
        with self._lock:
            _, session = max(self._beliefs.get(node, {}).values(), default=(0, 0))
            return session if session in self._alive.get(node, {}) else 0

    def how_ended(self, session: int) -> str:
        """How a session ended as its client told: `lost`, `closed`, `abandoned`; nothing while it goes on."""
        with self._lock:
            return self._ended.get(session, "")

    def _take_write(self, event: Event) -> None:
        if event.type == "invoke":
            self._write_began[event.process] = event.time
            return
        began = self._write_began.pop(event.process, 0)
        if event.type == "ok":
            self._now.writes += 1
            self._now.last_work = max(self._now.last_work, began)

    def _take_belief(self, event: Event) -> None:
        # A program can print anything: only a number makes it a leader.
        value = event.value if isinstance(event.value, dict) else {}
        token, what = value.get("token"), (event.key, str(value.get("node")))
        held = self._beliefs.setdefault(event.node, {})
        if not BELIEFS[event.f]:
            held.pop(what, None)
        elif isinstance(token, int):
            held[what] = token, event.session
            self._now.leaderships += 1
        if held:
            self._now.app_leaders[event.node], _ = max(held.values())
        else:
            self._now.app_leaders.pop(event.node, None)

    def _take_session(self, event: Event) -> None:
        """A node may have several sessions; the youngest one stands for it."""
        state = event.value.get("state") if isinstance(event.value, dict) else None
        alive = self._alive.setdefault(event.node, {})
        if state == "connected":
            alive[event.session] = SessionSight(True, event.conn, event.server)  # noqa: FBT003 - a field
            self._now.connected_to[event.node] = event.server
        elif state == "suspended" and event.session in alive:
            alive[event.session] = SessionSight(False, event.conn, event.server)  # noqa: FBT003 - a field
        # A tuple: what a program says may be unhashable.
        elif state in ("lost", "closed", "abandoned") and event.session in alive:
            del alive[event.session]
            self._ended[event.session] = str(state)
        if alive:
            self._now.sessions[event.node] = next(reversed(alive))
        else:
            self._now.sessions.pop(event.node, None)
            self._now.connected_to.pop(event.node, None)


def _phase(now: Snapshot, event: Event) -> None:
    now.phase = event.value


def _node(now: Snapshot, event: Event) -> None:
    if event.value["state"] != "started":
        now.app_leaders.pop(event.node, None)
        now.sessions.pop(event.node, None)
        now.connected_to.pop(event.node, None)


def _server(now: Snapshot, event: Event) -> None:
    now.server_modes[event.node] = event.value["mode"]
    if event.value["mode"] in {"leader", "standalone"}:
        now.epoch = max(now.epoch, event.value.get("epoch", 0))


def _inject(now: Snapshot, event: Event) -> None:
    if event.value["stage"] == "begin":
        now.faults_begun += 1
        now.active[event.value["id"]] = f"{event.key} on {', '.join(event.value['targets'])}"
    elif event.value["stage"] == "proven":
        now.faults_proven += 1
    elif event.value["stage"] == "vanished":
        now.active.pop(event.value["id"], None)


def _heal(now: Snapshot, event: Event) -> None:
    now.unhealed += event.value["stage"] == "unproven"
    if event.value["stage"] != "begin":
        now.active.pop(event.value["id"], None)


def _trouble(now: Snapshot, _event: Event) -> None:
    now.troubles += 1


WRITES = frozenset({"work", "set", "create", "delete", "multi"})
"""Operations whose acknowledgement shows that the workload works again."""

OWN_VOICES = frozenset({"harness", "monitor", "nemesis"})
"""Processes that only the harness itself writes as."""

BELIEFS = {"leader": True, "stepped-down": False, "holds": True, "let-go": False}
"""Events that begin a belief, and those that end one."""

_OWN = {
    "phase": _phase,
    "node": _node,
    "server": _server,
    "inject": _inject,
    "heal": _heal,
    "trouble": _trouble,
}
