"""Single moves, and which of the open calls of one kind goes first, compiled."""

from checkers.linearizability.compiled.demand import DONE, ENTERED, HIDE, OUTSIDE, SINCE, STATE, P
from checkers.linearizability.compiled.tables import Ints, Tables, compiled


@compiled
def add(out: Ints, count: int, row: Ints, bit: int, state: int) -> int:
    """Append a move: a call done."""
    out[count] = row
    out[count, DONE] |= bit
    out[count, STATE] = state
    return count + 1


@compiled
def add_overwrite(m: Ints, t: Tables, out: Ints, count: int, row: Ints, bit: int, state: int) -> int:
    """Append a move: a call that overwrites, after which whatever is open may be slipped in."""
    out[count] = row
    out[count, HIDE] = m[t.open_bits + row[P]] & ~row[DONE] & ~bit
    out[count, DONE] |= bit
    out[count, STATE] = state
    out[count, SINCE] = row[P]
    return count + 1


@compiled
def add_excursion(out: Ints, count: int, row: Ints, bit: int, state: int) -> int:
    """Append a move: a call slipped in."""
    out[count] = row
    out[count, DONE] |= bit
    out[count, STATE] = state
    out[count, OUTSIDE] = row[STATE]
    out[count, ENTERED] = row[P]
    return count + 1


@compiled
def is_first(m: Ints, t: Tables, p: int, at: int) -> bool:
    """Tell whether no call before a place among the open ones is of the same kind."""
    kind = m[t.kind + m[t.open_calls + p * t.slots + at]]
    for before in range(at):  # noqa: SIM110 - numba compiles loops, not generators
        if m[t.kind + m[t.open_calls + p * t.slots + before]] == kind:
            return False
    return True


@compiled
def first_bit(m: Ints, t: Tables, p: int, at: int, among: int) -> int:
    """Return the first bit in `among` of an open call of the same kind as that at a place, or 0."""
    kind = m[t.kind + m[t.open_calls + p * t.slots + at]]
    for place in range(at, t.slots):
        call = m[t.open_calls + p * t.slots + place]
        if call < 0:
            break
        if m[t.kind + call] == kind and m[t.bit + call] & among:
            return m[t.bit + call]
    return 0
