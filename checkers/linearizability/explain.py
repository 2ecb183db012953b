"""Where a history breaks, step by step: the longest order that explains its answers, and why it ends."""

from collections.abc import Sequence

from checkers.linearizability.call import Call
from checkers.linearizability.model import Model, State
from checkers.linearizability.outcome import Prefix
from checkers.linearizability.prefix import Break
from checkers.result import Order, Step

MOST_STEPS = 25
"""How many of its last steps an order tells."""

_LONGEST = 240
"""Characters of a state, or of a call, that are told."""


class Explainer:
    """Puts the break of one key's calls into words; `lines` are those of the events in the file."""

    def __init__(self, model: Model, broken: Break, lines: Sequence[int]):
        self._model = model
        self._broken = broken
        self._lines = lines
        # Preparing forgets what nobody reads: words are made of the calls as they were.
        self._asked = {call.invoked: call for call in broken.calls}

    def order(self) -> Order:
        """Return the longest order that was found, and what could have come next."""
        model, broken = self._model, self._broken
        # All of them hold every call that was answered by then; the one with fewest others is the simplest.
        best = min(broken.longest, key=lambda prefix: len(prefix.calls), default=Prefix((), model.init))
        steps: list[Step] = []
        state = model.init
        for call in best.calls:
            step, state = self._step(state, call)
            steps.append(step)
        done = {call.invoked for call in best.calls}
        # Preparing drops unknown calls that cannot help; they were under way all the same.
        prepared = {call.invoked: call for call in model.prepare(broken.calls)}
        waiting = [prepared.get(call.invoked, call) for call in broken.calls if call.invoked not in done]
        stuck = broken.stuck.invoked
        waiting.sort(key=lambda call: (call.invoked != stuck, call.invoked))
        return Order(
            steps=tuple(steps[-MOST_STEPS:]),
            skipped=max(0, len(steps) - MOST_STEPS),
            next=tuple(
                self._step(state, call, under_way=call.invoked != stuck)[0] for call in waiting[:MOST_STEPS]
            ),
            others=tuple(
                sorted({clipped(model.show(other.state)) for other in broken.longest if other.state != state})
            ),
        )

    def _step(self, state: State, call: Call, *, under_way: bool = False) -> tuple[Step, State]:
        """Take a step; of one that was under way where the history breaks the answer came later, or never."""
        legal, after = self._model.step(state, call)
        if not legal:
            after = state
        asked = self._asked.get(call.invoked, call)
        step = Step(
            call=clipped(self._model.describe(asked)),
            process=call.process,
            line=self._lines[call.invoke if under_way or call.complete < 0 else call.complete],
            invoke=call.invoke,
            complete=-1 if call.outcome == "info" else call.complete,
            before=clipped(self._model.show(state)),
            after=clipped(self._model.show(after)),
            why="" if legal else clipped(self._model.why(state, call)),
        )
        return step, after


def clipped(text: str) -> str:
    """Cut a text that is too long for a table."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
