"""Calls and known effects in words, and as witnesses: what the sentences of many checkers are made of."""

from collections.abc import Iterable

from checkers.context import fault_ids
from checkers.facts.effects import END
from checkers.facts.sessions import sessions
from checkers.facts.timeline import Timeline
from checkers.facts.transactions import CREATE, DELETE, SET
from checkers.result import Violation
from checkers.testimony import events_of, server_of
from checkers.wording import client, moment, session_name, token
from harness.history import History
from harness.history.calls import NEVER
from harness.history.columns import INFO

VERBS = {CREATE: "created", SET: "set", DELETE: "deleted"}


class Narration:
    """Speaks of the calls of one history."""

    def __init__(self, history: History):
        self._history = history
        self._calls = history.calls
        self._texts = history.columns.texts

    def who(self, call: int) -> str:
        """Name the app node whose process called."""
        return client(self._texts.say(int(self._calls.process[call])))

    def server(self, call: int) -> str:
        """Name the server that answered."""
        return server_of(self._history, call)

    def node(self, call: int) -> str:
        """Name the node of the process that called."""
        return self._texts.say(int(self._calls.node[call]))

    def f(self, call: int) -> str:
        """Name what was called."""
        return self._texts.say(int(self._calls.f[call]))

    def began(self, call: int) -> int:
        """Return when a call was invoked (ns)."""
        return int(self._calls.invoked[call])

    def ended(self, call: int) -> int:
        """Return when a call was over (ns), the end of the history for one that never was."""
        ended = int(self._calls.completed[call])
        return self._history.end if ended == NEVER else ended

    def answered(self, call: int) -> str:
        """Say which server answered what call when: `the get by app1 that zk2 answered at 3.2 s`."""
        when = moment(self._history, self.ended(call))
        return f"the {self.f(call)} by {self.who(call)} that {self.server(call)} answered at {when}"

    def effect(self, line: Timeline, row: int) -> str:
        """Say who did what to a path: `app1 had set it in transaction 0x1 (acknowledged at 3.2 s)`."""
        effects = line.effects
        kind, call, zxid = int(effects.kind[row]), int(effects.call[row]), token(int(effects.zxid[row]))
        if kind == END:
            return f"the end of session {session_name(int(effects.owner[row]))} had removed it in {zxid}"
        if kind not in VERBS:
            return f"it had {'come' if line.alive[row] else 'gone'} by transaction {zxid}"
        if call < 0:
            return f"somebody without an answer had {VERBS[kind]} it in transaction {zxid}"
        return f"{self.who(call)} had {VERBS[kind]} it in transaction {zxid} ({self.outcome(call)})"

    def outcome(self, call: int) -> str:
        """Say when a call was answered, or that it was not."""
        if int(self._calls.outcome[call]) == INFO:
            return f"never answered, invoked at {moment(self._history, self.began(call))}"
        return f"acknowledged at {moment(self._history, self.ended(call))}"

    def violation(
        self,
        kind: str,
        sentence: str,
        key: str,
        call: int,
        calls: Iterable[int] = (),
        events: Iterable[int] = (),
    ) -> Violation:
        """Make the violation that a call about a path is; further calls (-1 is none) and events show it."""
        began, ended = self.began(call), self.ended(call)
        return Violation(
            kind=kind,
            sentence=sentence,
            witness=self.witness([call, *calls], events),
            time=began,
            until=ended,
            nodes=(self.node(call),),
            key=key,
            faults=fault_ids(self._history, began, ended),
        )

    def witness(self, calls: Iterable[int], events: Iterable[int] = ()) -> tuple[int, ...]:
        """Return the events of some calls (-1 is none), and further ones, in order."""
        known = [call for call in calls if call >= 0]
        return tuple(sorted({*events_of(self._history, known), *events}))

    def traces(self, line: Timeline, rows: Iterable[int]) -> tuple[list[int], list[int]]:
        """Return the calls behind some effects, and the events that tell of ends of sessions among them."""
        calls: list[int] = []
        events: list[int] = []
        known = self._history.derive(sessions)
        for row in rows:
            if 0 <= row < len(line):
                calls.append(int(line.effects.call[row]))
                if line.effects.kind[row] == END:
                    events += known[int(line.effects.owner[row])].closing
        return calls, events
