"""A watch that was triggered is told.

Broken when a connection on which a watch was left hears, by any later answer or ping, of a state that
includes a transaction which triggered the watch, and no event for it ever comes on that connection.

How: a one-shot watch is paired with the first known transaction on its path beyond the zxid of the reply
that left it, and with the first event that can have used it up; a watch that stays is paired with every
known transaction. Bisections only: n log n.

Why it is sound: reads overlap no commit of their server, so the reply's zxid is exactly the state in which
the watch was taken; a server sends the events of a transaction before anything that shows it; a
transaction that nobody knows of can only add an event. What a connection was still owed when it ended is
not counted, and neither is what `claims` explains. The promise is in ZooKeeper's programmer's guide; to
check it on the zxids of the wire is this project's own idea.
"""

from checkers.conclusion import conclude
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.watches.claims import claims, missed
from checkers.watches.due import Claims
from checkers.watches.evidence import nothing_due
from checkers.watches.story import Story
from checkers.wording import count
from harness.history import History

NAME = "no-missed-watch"


@guarantee(NAME, "A watch that was triggered is told to its client.")
def no_missed_watch(history: History) -> Result:
    """Judge every watch whose trigger its connection has heard of; `checked` counts them."""
    due, broken = history.derive(claims), missed(history)
    story = Story(history)
    answers = story.wire.answers.row[broken.answer]
    return conclude(
        NAME,
        held=f"{count(len(due), 'event')} that watches were owed came.",
        checked=len(due),
        violations=[_violation(story, broken, row) for row in story.first(answers)],
        missing=nothing_due(story.wire, due),
        measures={"due": len(due), "missed": len(broken)},
    )


def _violation(story: Story, broken: Claims, row: int) -> Violation:
    call = int(broken.watch[row])
    watch, left = story.watch(call)
    change, done = story.trigger(int(broken.trigger[row]))
    answer, heard = story.answer(int(broken.answer[row]))
    sentence = f"{watch}, then {change}; {answer} on the same connection, but the event never came."
    key = int(story.history.calls.key[call])
    return story.broken("missed", sentence, key, (left[-1], heard[-1]), left + done + heard)
