"""A client hears of a change by its watch before it sees the change.

Broken when an answer or a ping on a connection shows a transaction that triggered a watch of that
connection, and the event of the watch comes only after it: for a moment the client saw the new state
without being told that the old one is gone.

How and why it is sound: as in `no-missed-watch`; the two share out the events that were due. What counts is
the order on the wire, because clients hand events and answers to different threads.
"""

from checkers.conclusion import conclude
from checkers.registry import guarantee
from checkers.result import Result, Violation
from checkers.watches.claims import claims, overtaken
from checkers.watches.due import Claims
from checkers.watches.evidence import nothing_due
from checkers.watches.story import Story
from checkers.wording import count
from harness.history import History

NAME = "watch-before-data"


@guarantee(NAME, "A client hears of a change by its watch before it sees the change.")
def watch_before_data(history: History) -> Result:
    """Judge every event that was due and came; `checked` counts what was due."""
    due, broken = history.derive(claims), overtaken(history)
    story = Story(history)
    answers = story.wire.answers.row[broken.answer]
    return conclude(
        NAME,
        held=f"{count(len(due), 'change')} became visible only after the events that told of them.",
        checked=len(due),
        violations=[_violation(story, broken, row) for row in story.first(answers)],
        missing=nothing_due(story.wire, due),
        measures={"due": len(due), "late": len(broken)},
    )


def _violation(story: Story, broken: Claims, row: int) -> Violation:
    call = int(broken.watch[row])
    watch, left = story.watch(call)
    change, done = story.trigger(int(broken.trigger[row]))
    answer, heard = story.answer(int(broken.answer[row]))
    event, came = story.fired(int(broken.event[row]))
    sentence = f"{watch}, then {change}; {answer} on the same connection, and only then {event}."
    key = int(story.history.calls.key[call])
    return story.broken("data-first", sentence, key, (heard[-1], came[-1]), left + done + heard + came)
