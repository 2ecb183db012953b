"""The words and witnesses of the watch checkers: who watched what, who changed it, what the wire said."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from checkers.context import fault_ids
from checkers.facts.sessions import sessions
from checkers.facts.words import Words
from checkers.result import Violation
from checkers.watches.triggers import Triggers, triggers
from checkers.watches.wire import CHANGED, CHILD, CREATED, DELETED, TYPES, Wire, next_answer, wire
from checkers.wording import moment, session_name, token
from harness.history import History
from harness.history.columns import EVENT, I8

MOST = 20
"""So many violations are told; how many there are is a measure."""

DEEDS = {CREATED: "made", CHANGED: "wrote", DELETED: "deleted", CHILD: "changed the children of"}

NAMES = {number: name for name, number in TYPES.items()}

Telling = tuple[str, list[int]]
"""Words, and the indexes of the events that show what they say."""


@dataclass(frozen=True, slots=True)
class Story:
    """Tells of the rows of the facts of one history."""

    history: History

    @property
    def wire(self) -> Wire:
        """The connections."""
        return self.history.derive(wire)

    @property
    def triggers(self) -> Triggers:
        """What certainly triggered watches."""
        return self.history.derive(triggers)

    def first(self, events: I8) -> list[int]:
        """Return which of some events of the history are to be told: the places of the first in time."""
        order: list[int] = np.argsort(self.history.columns.time[events], kind="stable")[:MOST].tolist()
        return order

    def watch(self, call: int) -> Telling:
        """Say who left a watch, with what it had seen."""
        calls, words = self.history.calls, Words(self.history)
        node, f, key = (words.say(column[call]) for column in (calls.node, calls.f, calls.key))
        text = (
            f"a watch of {node or 'a client'} on {key} was left by {f} at "
            f"{moment(self.history, int(calls.completed[call]))}, in the state of transaction "
            f"{token(int(calls.zxid[call]))}"
        )
        return text, self.events_of(call)

    def trigger(self, row: int) -> Telling:
        """Say who changed what, and when that was acknowledged."""
        known, calls, words = self.triggers, self.history.calls, Words(self.history)
        call, zxid, session = int(known.call[row]), int(known.zxid[row]), int(known.closed[row])
        node, f, key = (words.say(column[call]) for column in (calls.node, calls.f, calls.key))
        if session:
            ends = list(self.history.derive(sessions)[session].closing)
            made = words.say(calls.told[call]) or key or "its ephemeral node"
            text = f"the end of session {session_name(session)}, transaction {token(zxid)}, removed {made}"
            return text, self.events_of(call) + ends
        deed = f"{DEEDS[int(known.type[row])]} {words.say(known.path[row])} by {f}"
        done = moment(self.history, int(calls.completed[call]))
        return f"{node or 'a client'} {deed} in transaction {token(zxid)}, acknowledged at {done}", (
            self.events_of(call)
        )

    def answer(self, row: int) -> Telling:
        """Say what an answer on the wire showed."""
        event = int(self.wire.answers.row[row])
        return self.received(event, int(self.wire.answers.zxid[row]))

    def received(self, event: int, zxid: int) -> Telling:
        """Say what one thing received was."""
        columns, calls, words = self.history.columns, self.history.calls, Words(self.history)
        f, key = words.say(columns.f[event]), words.say(columns.key[event])
        what = "a ping" if f == "ping" else f"the answer to {f}{' of ' + key if key else ''}"
        text = f"{what} at {moment(self.history, int(columns.time[event]))} showed transaction {token(zxid)}"
        if columns.type[event] == EVENT:
            return text, [event]
        return text, self.events_of(int(np.flatnonzero(calls.complete == event)[0]))

    def fired(self, event: int) -> Telling:
        """Name a watch event; `event` is a row of `Wire.events`."""
        told, words = self.wire, Words(self.history)
        row = int(told.events.row[event])
        kind = NAMES.get(int(told.type[event]), "an unknown kind")
        columns = self.history.columns
        zxid = int(told.events.zxid[event])
        of = f" for transaction {token(zxid)}" if zxid else ""
        text = (
            f"the event {kind} of {words.say(columns.key[row])}{of} came to {words.say(columns.node[row])} "
            f"from {words.say(columns.server[row]) or 'its server'} at "
            f"{moment(self.history, int(columns.time[row]))}"
        )
        return text, [row]

    def known_by(self, event: int) -> list[int]:
        """Return what bounds the transaction of a watch event that does not tell it: the next answer."""
        events = self.wire.events
        answer = next_answer(self.wire, events.conn[[event]], events.wire[[event]])
        return self.answer(int(answer[0]))[1] if answer[0] >= 0 and events.zxid[event] == 0 else []

    def events_of(self, call: int) -> list[int]:
        """Return the indexes of a call's invocation and of its completion."""
        calls = self.history.calls
        return [int(row) for row in (calls.invoke[call], calls.complete[call]) if row >= 0]

    def broken(
        self, kind: str, sentence: str, key: int, span: tuple[int, int], witness: Iterable[int]
    ) -> Violation:
        """Make a violation; `span` holds the events of the history from which to which it goes."""
        columns, words = self.history.columns, Words(self.history)
        times = sorted(int(columns.time[event]) for event in span)
        node = words.say(columns.node[span[1]])
        return Violation(
            kind=kind,
            sentence=sentence[:1].upper() + sentence[1:],
            witness=tuple(sorted(set(witness))),
            time=times[0],
            until=times[1],
            nodes=(node,) if node else (),
            key=words.say(key),
            faults=fault_ids(self.history, *times),
        )
