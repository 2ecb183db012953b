"""What the compiled search works on: everything as arrays of 64-bit integers."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]

READS, OVERWRITES, CHANGES = range(3)
ANY = -1
NEVER = 1 << 60

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function when it is first called, and keep the result beside its file."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


class Tables(NamedTuple):
    """Where each table of one history begins in the one array `m`, and how long they are.

    One array, because numba counts references at every look into a tuple of arrays, which takes longer than
    everything else. Numbers and orders are those of the plain search; facets, which are the states, are
    numbered from 0, the initial one. Of spans (`*_start`) place i is from start[i] to start[i + 1].
    """

    calls: int
    """How many known calls there are, in order of return."""
    slots: int
    """How many calls are open at once."""
    facets: int
    unknowns: int
    """How many kinds of unknown calls there are."""
    kind: int
    """[calls]"""
    returned: int
    """[calls]"""
    bit: int
    """[calls]"""
    open_calls: int
    """[calls, slots]: numbers of the calls that are open just before each return, ascending, then -1."""
    open_bits: int
    """[calls]"""
    role: int
    """[kinds]"""
    need: int
    """[kinds]: facet or ANY."""
    leave: int
    """[kinds]: facet, -1 of those that read."""
    forbid: int
    """[kinds]: the facet in which a refused call is not legal, else ANY."""
    unknown_kind: int
    """[unknowns]"""
    supply: int
    """Invocations of the unknown calls, kind by kind in order."""
    supply_start: int
    """[unknowns + 1]"""
    unknown: int
    """[guesses]: invocations of all unknown calls, in order."""
    guesses: int
    changes: int
    """[changing]: the unknown kinds that change some states only."""
    changing: int
    overwriter: int
    """[overwriters]: the other unknown kinds."""
    overwriters: int
    makers: int
    """Unknown kinds, by the facet that they leave."""
    makers_start: int
    """[facets + 1]"""
    wants: int
    """Invocations of the known calls that need a facet, facet by facet in order."""
    wants_return: int
    """The earliest return from each place of `wants` to the end of its facet."""
    wants_start: int
    """[facets + 1]"""
    makes: int
    """Invocations of the known calls that leave a facet, facet by facet in order."""
    makes_start: int
    """[facets + 1]"""
    overwrites: int
    """[overwriting]: invocations of the known calls that overwrite, in order."""
    overwriting: int
    overwrites_return: int
    """[overwriting + 1]: the earliest return from each place of `overwrites` on, NEVER at the end."""
    unknown_wants: int
    """[facets]: 1 where an unknown call needs the facet."""
    refusing: int
    """1 where a known call can be helped by any change."""


@compiled
def open_slots(invoked: Ints, returned: Ints, order: Ints) -> Any:
    """Return (bits, open calls, bits of open calls, slots) of calls in order of return.

    `order` is that of invocation.
    """
    n = len(invoked)
    slot = np.zeros(n, np.int64)
    used = np.zeros(n + 1, np.bool_)
    slots = 0
    following = 0
    # Twice over: how many slots there are is known only at the end.
    for p in range(n):
        while following < n and invoked[order[following]] < returned[p]:
            free = 0
            while used[free]:
                free += 1
            used[free] = True
            slot[order[following]] = free
            slots = max(slots, free + 1)
            following += 1
        used[slot[p]] = False
    bits = np.zeros(n, np.int64)
    open_bits = np.zeros(n, np.int64)
    open_calls = np.full((n, max(slots, 1)), -1, np.int64)
    if slots > 62:
        return bits, open_calls[:0], open_bits, slots
    for p in range(n):
        bits[p] = 1 << slot[p]
    live = np.zeros(slots + 1, np.int64)
    count = following = 0
    for p in range(n):
        while following < n and invoked[order[following]] < returned[p]:
            at = count
            while at > 0 and live[at - 1] > order[following]:
                live[at] = live[at - 1]
                at -= 1
            live[at] = order[following]
            count += 1
            following += 1
        for at in range(count):
            open_calls[p, at] = live[at]
            open_bits[p] |= bits[live[at]]
        # The one that returns is the first.
        for at in range(1, count):
            live[at - 1] = live[at]
        count -= 1
    return bits, open_calls, open_bits, slots


@compiled
def earliest_from(start: Ints, returned: Ints) -> Ints:
    """Return for each place the earliest return from there to the end of its span."""
    earliest = returned.copy()
    for span in range(len(start) - 1):
        for place in range(start[span + 1] - 2, start[span] - 1, -1):
            earliest[place] = min(earliest[place], earliest[place + 1])
    return earliest
