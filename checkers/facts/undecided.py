"""What the search for unknown writes left open, in words."""

from checkers.facts.tree import Tree
from checkers.wording import count, listed
from harness.history import History

NAMED = 5


def undecided(history: History, known: Tree) -> list[str]:
    """Return a sentence for each path of which the search ended before it was done."""
    calls, texts = history.calls, history.columns.texts
    sentences = []
    for path, rows in sorted(known.undecided.items()):
        names = [
            f"{texts.say(int(calls.f[row]))} of {texts.say(int(calls.process[row]))}" for row in rows[:NAMED]
        ]
        more = [f"{len(rows) - NAMED} more"] if len(rows) > NAMED else []
        sentences.append(
            f"The search among {count(len(rows), 'write')} of {known.paths.say(path)} without an answer "
            f"({listed([*names, *more])}) was broken off: nobody knows which of them happened."
        )
    return sentences
