"""Clients for histories of millions of events: sessions, their connections, and the lines that they write."""

from collections import deque
from collections.abc import Callable
from itertools import count

from tests.simulation.bulk_tree import BulkEnsemble, Replica

TIMEOUT = 6000

Answer = tuple[str, int, str]
"""Type of the completion, the header's zxid, and the fields that go with it as JSON."""

Effect = Callable[["Client"], Answer]


class Process:
    """One logical process with at most one call outstanding."""

    __slots__ = ("asked", "client", "effect", "f", "head", "sent", "xid")

    def __init__(self, client: "Client"):
        self.client = client
        self.f = self.asked = ""
        self.xid = self.sent = 0
        self.effect: Effect | None = None
        self.renew()

    def renew(self) -> None:
        """Take a new number."""
        voice = self.client.voice
        self.head = f'"process":"{voice.life}.{next(voice.numbers)}","node":"{voice.node}"'


class Voice:
    """An app node: the numbers that it gives out, and the lines that are on their way from it."""

    def __init__(self, node: str):
        self.node = node
        self.life = f"{node}/1"
        self.numbers = count(1)
        self.conns = count(1)
        self.head = f'"process":"{node}/1.0","node":"{node}"'
        self.lines: list[str] = []


Frame = tuple[str, Process | None, int, Answer]
"""Something on its way to a client: text of an event, or the process that it answers, with the answer."""

_NO_ANSWER: Answer = ("", 0, "")


class Client:
    """A session. Early clients are served when they ask, late ones just before they are answered."""

    def __init__(self, voice: Voice, ensemble: BulkEnsemble, *, early: bool):
        self.voice = voice
        self.ensemble = ensemble
        self.early = early
        self.processes: list[Process] = []
        self.frames: deque[Frame] = deque()
        self.closing = False
        self.session = 0
        self.xid = 0
        self.wire = 0
        self.tail = ""

    def open(self, now: int, session: int) -> None:
        """Create a session."""
        self.session = session
        self.ensemble.commit([], [])
        self.connect(now, self.ensemble.dice.choice(self.ensemble.replicas), self.ensemble.length)

    def connect(self, now: int, replica: Replica, seen: int) -> None:
        """Connect to a server, which first applies all that this session may have `seen`."""
        self.replica = replica
        replica.catch_up(seen)
        self.conn = next(self.voice.conns)
        self.xid = self.wire = 0
        self.frames.clear()
        self.tail = f'"session":{self.session},"conn":{self.conn},"server":"{replica.address}"'
        self.say(now, "session", f'"value":{{"state":"connected","timeout":{TIMEOUT}}},{self.tail}')

    def say(self, now: int, f: str, fields: str) -> None:
        """Write an event with the node's voice."""
        head = self.voice.head
        self.voice.lines.append(f'"time":{now},"type":"event","f":"{f}",{head},{fields}}}\n')

    def notify(self, path: str, kind: str) -> None:
        """Put a watch event on the wire."""
        text = f'"key":"{path}","value":{{"type":"{kind}"}},"zxid":{self.replica.zxid}'
        self.frames.append((text, None, 0, _NO_ANSWER))

    def ping(self) -> None:
        """Put the answer to a ping on the wire."""
        self.frames.append((f'"zxid":{self.replica.zxid}', None, 1, _NO_ANSWER))

    def invoke(self, process: Process, now: int, request: tuple[str, str, str, Effect]) -> None:
        """Send a request."""
        f, key, ask, effect = request
        process.f, process.effect = f, effect
        process.asked = f'"key":"{key}",' if key else ""
        process.sent = now + 1000
        self.xid += 1
        process.xid = self.xid
        value = f'"value":{ask},' if ask else ""
        self.voice.lines.append(
            f'"time":{now},"type":"invoke","f":"{f}",{process.asked}{value}{process.head}}}\n'
        )
        if self.early:
            self.frames.append(("", process, 0, effect(self)))

    def complete(self, process: Process, now: int) -> None:
        """Receive the answer of a process and whatever is in front of it."""
        effect = process.effect
        assert effect is not None
        if not self.early:
            self.frames.append(("", process, 0, effect(self)))
        self.receive(now, process)
        process.effect = None

    def receive(self, now: int, until: Process | None = None) -> None:
        """Take frames from the wire up to the answer for `until`, or all."""
        received = now - 2000
        while self.frames:
            text, process, ping, (kind, zxid, fields) = self.frames.popleft()
            self.wire += 1
            seen = f'{self.tail},"wire":{self.wire},"received":{received}'
            if process is None:
                self.say(received, "ping" if ping else "watch", f"{text},{seen}")
                continue
            self.voice.lines.append(
                f'"time":{now},"type":"{kind}","f":"{process.f}",{process.asked}{process.head},{seen},'
                f'"xid":{process.xid},"zxid":{zxid},"sent":{process.sent}{fields}}}\n'
            )
            if process is until:
                return

    def lose(self, now: int, replica: Replica) -> None:
        """Lose the connection and all that is outstanding on it, and connect again.

        A late client's requests have had no effect yet: those that the server still gets are a prefix.
        """
        outstanding = sorted((p for p in self.processes if p.effect), key=lambda p: p.xid)
        reached = 0 if self.early else self.ensemble.dice.randrange(len(outstanding) + 1)
        for process in outstanding[:reached]:
            assert process.effect is not None
            process.effect(self)
        for process in outstanding:
            self.voice.lines.append(
                f'"time":{now},"type":"info","f":"{process.f}",{process.asked}{process.head},'
                f'"error":"ConnectionLoss",{self.tail},"xid":{process.xid},"sent":{process.sent}}}\n'
            )
            process.effect = None
            process.renew()
        self.replica.forget(self.notify)
        self.say(now, "session", f'"value":{{"state":"suspended"}},{self.tail}')
        self.connect(now + 1500, replica, self.ensemble.length)

    def close(self, now: int, session: int) -> None:
        """Close the session and open another one."""
        self.finish(now)
        self.closing = False
        self.open(now + 1500, session)

    def finish(self, now: int) -> None:
        """Close the session."""
        zxid = self.ensemble.close(self.session)
        self.replica.catch_up(self.ensemble.length)
        self.receive(now)
        self.replica.forget(self.notify)
        self.say(now, "session", f'"value":{{"state":"closed"}},{self.tail},"zxid":{zxid}')

    def visit(self, replica: Replica, session: int) -> Process:
        """Connect as the reader of one server at the end, and return its process."""
        self.replica, self.session, self.conn = replica, session, 1
        self.ensemble.commit([], [])
        self.tail = f'"session":{session},"conn":1,"server":"{replica.name}"'
        process = Process(self)
        process.head = f'"process":"final/{replica.name}","node":"{replica.name}"'
        return process
