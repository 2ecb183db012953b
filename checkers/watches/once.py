"""A watch fires once, and only for what it watched.

Broken when a watch event comes on a connection on which no watch for it is outstanding: it `fired-twice`, it
was never asked for (`not-watched`), or its type is another one than that of the watch (`wrong-type`); and
when no transaction after the taking of the watch can have caused it (`no-transaction`).

How: the watches and events of each connection and path are lined up on the wire; what is outstanding
is what was left since the last event that used watches up. The transaction is looked up among those that
are known to lie between the watch and the next answer, or at the zxid that the event tells (from 3.9), then
among those that cannot be excluded: unknown writes, ends of sessions, removals by the servers themselves.

Why it is sound: a server uses up all one-shot watches of a connection that an event can serve, whoever
left them; reads that were given up may still have left a watch, and excuse an event.
"""

import numpy as np

from checkers.conclusion import conclude
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.watches.evidence import no_events
from checkers.watches.explanations import explanations
from checkers.watches.story import Story
from checkers.watches.unexplained import Fault, unexplained
from checkers.wording import count
from harness.history import History

NAME = "watch-once"


@guarantee(NAME, "A watch fires once, and only for what it watched.")
def watch_once(history: History) -> Result:
    """Judge every watch event; `checked` counts them."""
    story = Story(history)
    broken = unexplained(history)
    row = np.array([fault.event for fault in broken], np.int64)
    return conclude(
        NAME,
        held=f"{count(len(story.wire.events), 'event')}, each for a watch that was waiting and a change.",
        checked=len(story.wire.events),
        violations=[_violation(story, broken[place]) for place in story.first(story.wire.events.row[row])],
        missing=no_events(story.wire),
        measures={"events": len(story.wire.events), "unexplained": len(broken)},
    )


def _violation(story: Story, fault: Fault) -> Violation:
    """Tell of the event, of the watch that comes closest to it, and of the event before."""
    found = story.history.derive(explanations)
    event, came = story.fired(fault.event)
    witness, sentence = list(came), f"{event}, {fault.why}"
    call, earlier = max(int(found.watch[fault.event]), fault.other), int(found.previous[fault.event])
    if call >= 0:
        watch, left = story.watch(call)
        witness += left
        sentence += f"; {watch}"
    if fault.kind == "fired-twice" and earlier >= 0:
        before, told = story.fired(earlier)
        witness += told
        sentence += f", and {before}"
        if found.trigger[earlier] >= 0:
            witness += story.trigger(int(found.trigger[earlier]))[1]
    witness += story.known_by(fault.event)
    if fault.instead >= 0:
        witness += story.trigger(fault.instead)[1]
    key = int(story.wire.path[fault.event])
    return story.broken(fault.kind, f"{sentence}.", key, (came[0], came[0]), witness)
