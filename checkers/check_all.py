"""Many guarantees judged at once, as many at a time as there are processors.

Checkers are pure functions of a history that nobody changes, and nearly all of their time goes by in numpy,
which lets other threads run.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from checkers.registry import Guarantee
from checkers.result import Result, Verdict
from checkers.witness import shorten
from harness.history import History


def check_all(history: History, chosen: Sequence[Guarantee]) -> tuple[Result, ...]:
    """Return the results of guarantees in the order of `chosen`.

    Facts that take long are derived first, and what needs them is judged last, so that nobody waits for them
    who has something else to do.
    """
    _ = history.calls  # what all of them need
    facts = dict.fromkeys(one.upon for one in chosen if one.upon is not None)
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="checker")
    try:
        for fact in facts:
            pool.submit(history.derive, fact)
        last = sorted(chosen, key=lambda one: one.upon is not None)
        running = {one.name: pool.submit(_check, one, history) for one in last}
        return tuple(running[one.name].result() for one in chosen)
    finally:
        pool.shutdown(cancel_futures=True)


def _check(guarantee: Guarantee, history: History) -> Result:
    """Run one checker; one that breaks down loses its own verdict and nobody else's."""
    try:
        return shorten(history, guarantee, guarantee.check(history))
    except Exception as error:  # noqa: BLE001 - whatever it was, the other checkers still have to speak
        reason = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
        sentence = f"The checker {guarantee.name} broke down ({reason})."
        return Result(
            name=guarantee.name, verdict=Verdict.UNKNOWN, sentence=sentence, checked=0, missing=(sentence,)
        )
