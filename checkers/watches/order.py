"""The events of a connection come in the order of the transactions that triggered them.

Broken when an event comes after one of a later transaction on the same connection.

How: from 3.9 on each event tells its transaction. For older servers it is told where only one known
transaction lies between the watch and the next answer, and nothing unknown can have done it. One running
maximum over the events of each connection.

Why it is sound: a server applies transactions in their order and sends the events of each as it is applied.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.watches.evidence import judged, no_events
from checkers.watches.explanations import explanations
from checkers.watches.lookup import running_maximum
from checkers.watches.possible import maybe
from checkers.watches.story import Story
from checkers.watches.triggers import kind_of
from checkers.wording import count, token
from harness.history import History
from harness.history.columns import I8

NAME = "watch-order"


@guarantee(NAME, "Watch events come in the order of the transactions that triggered them.")
def watch_order(history: History) -> Result:
    """Judge every event whose transaction is known; `checked` counts them."""
    story = Story(history)
    events = story.wire.events
    zxid = _zxids(history, story)
    rows = np.flatnonzero(zxid > 0)
    conn, zxid = events.conn[rows], zxid[rows]
    high = running_maximum(conn, zxid)
    late = np.flatnonzero(zxid < high)
    missing = no_events(story.wire)
    if not missing and not len(rows):
        missing = ["No event can be told to be of one certain transaction."]
    return conclude(
        NAME,
        held=f"{count(len(rows), 'event')} came in the order of their transactions.",
        checked=len(rows),
        violations=[
            _violation(story, rows, conn, zxid, int(late[place]))
            for place in story.first(events.row[rows[late]])
        ],
        missing=missing,
        measures={"events": len(events), "out_of_order": len(late)},
    )


def _zxids(history: History, story: Story) -> I8:
    """Return the transaction of each event, 0 where nobody can tell."""
    events, known = story.wire.events, story.triggers
    zxid = events.zxid.copy()
    found = history.derive(explanations)
    rows = np.flatnonzero((zxid == 0) & (found.trigger >= 0))
    if len(rows):
        trigger = found.trigger[rows]
        kind = kind_of(known.path[trigger], known.type[trigger])
        following = known.lookup.after(kind, known.zxid[trigger])
        alone = (following < 0) | (known.lookup.places(following, 0) > found.high[rows])
        alone &= ~maybe(history, kind) & judged(history)[rows]
        zxid[rows[alone]] = known.zxid[trigger[alone]]
    return zxid


def _violation(story: Story, rows: I8, conn: I8, zxid: I8, late: int) -> Violation:
    """Tell of the late event and of the one of the latest transaction before it."""
    first = int(np.searchsorted(conn, conn[late], "left"))
    before = first + int(np.argmax(zxid[first:late]))
    one, came = story.fired(int(rows[before]))
    other, after = story.fired(int(rows[late]))
    sentence = (
        f"{one}, and only after it on the same connection {other}, though transaction "
        f"{token(int(zxid[before]))} came after transaction {token(int(zxid[late]))}."
    )
    witness = came + after + _causes(story, (int(rows[before]), int(rows[late])))
    key = int(story.wire.path[rows[late]])
    return story.broken("out-of-order", sentence, key, (came[-1], after[-1]), witness)


def _causes(story: Story, rows: tuple[int, int]) -> list[int]:
    """Return what tells the transactions of events that do not tell them themselves."""
    found, events = story.history.derive(explanations), story.wire.events
    causes: list[int] = []
    for row in rows:
        if events.zxid[row] == 0:
            causes += story.events_of(int(found.watch[row])) + story.trigger(int(found.trigger[row]))[1]
            causes += story.known_by(row)
    return causes
