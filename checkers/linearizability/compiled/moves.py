"""The moves of `moves`, compiled: written into a buffer of rows, in the same order."""

from checkers.linearizability.compiled.demand import (
    ALL,
    DONE,
    ENTERED,
    HIDE,
    OUTSIDE,
    SINCE,
    STATE,
    USED,
    P,
    left_over,
    mark_open_needs,
    may_leave,
    spread,
    step,
    useless,
)
from checkers.linearizability.compiled.single import add, add_excursion, add_overwrite, first_bit, is_first
from checkers.linearizability.compiled.tables import ANY, CHANGES, OVERWRITES, Ints, Tables, compiled


@compiled
def changes(m: Ints, t: Tables, row: Ints, out: Ints, count: int) -> int:
    """Known calls that change the state, legal now; in an excursion those that may be slipped in."""
    p, state = row[P], row[STATE]
    inside = row[OUTSIDE] >= 0
    among = row[HIDE] if inside else ~row[DONE]
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        kind = m[t.kind + call]
        if m[t.role + kind] != CHANGES or m[t.need + kind] != state or not is_first(m, t, p, at):
            continue
        bit = first_bit(m, t, p, at, among)
        if bit and (inside or m[t.leave + kind] == state or may_leave(m, t, row, kind)):
            count = add(out, count, row, bit, m[t.leave + kind])
            if inside:
                out[count - 1, HIDE] &= ~bit
    return count


@compiled
def guesses(m: Ints, t: Tables, row: Ints, out: Ints, count: int, marks: Ints, stamps: Ints) -> int:
    """Unknown calls that are legal in this state; outside of excursions they lead to what a call needs."""
    if t.changing == 0:
        return count
    inside = row[OUTSIDE] >= 0
    before = m[t.returned + row[SINCE]] if inside else m[t.returned + row[P]]
    everything = inside
    if not inside:
        stamps[0] += 1
        everything = not mark_open_needs(m, t, row, marks, stamps[0])
        if not everything:
            spread(m, t, row, marks, stamps[0], ALL, before)
    for change in range(t.changing):
        unknown = m[t.changes + change]
        kind = m[t.unknown_kind + unknown]
        state = m[t.leave + kind]
        if m[t.need + kind] != row[STATE] or state == row[STATE] or not left_over(m, t, row, unknown, before):
            continue
        if inside or ((everything or marks[state] == stamps[0]) and may_leave(m, t, row, kind)):
            count = add(out, count, row, 0, state)
            out[count - 1, USED + unknown] += 1
    return count


@compiled
def overwrite(m: Ints, t: Tables, row: Ints, out: Ints, count: int, kind: int) -> int:
    """`p` overwrites: it is done now, or slipped in before the last one that did."""
    p, bit, state = row[P], m[t.bit + row[P]], m[t.leave + kind]
    if state == row[STATE]:
        return add_overwrite(m, t, out, count, row, bit, state)
    leave, slip = may_leave(m, t, row, -1), row[HIDE] & bit != 0
    if leave and slip:
        if useless(m, t, row, row[STATE], 0, row[SINCE]):
            slip = False
        elif useless(m, t, row, state, ~(row[DONE] | row[HIDE]), p):
            leave = False
    if leave:
        count = add_overwrite(m, t, out, count, row, bit, state)
    if slip:
        count = add_excursion(out, count, row, bit, state)
    return count


@compiled
def good_sources(
    m: Ints, t: Tables, row: Ints, need: int, marks: Ints, stamps: Ints, among: int, before: int
) -> int:
    """Mark where `need` can be reached from; return the stamp, 0 where that is everywhere."""
    if need == ANY:
        return 0
    stamps[0] += 1
    marks[need] = stamps[0]
    spread(m, t, row, marks, stamps[0], among, before)
    return stamps[0]


@compiled
def known_overwrites(
    m: Ints, t: Tables, row: Ints, out: Ints, count: int, need: int, marks: Ints, stamps: Ints, slipped: int
) -> int:
    """Known overwriting calls that lead to a state which shows `need`, done now or slipped in."""
    p = row[P]
    among = row[HIDE] if slipped else ~row[DONE]
    stamp = good_sources(m, t, row, need, marks, stamps, among, reach(m, t, row, slipped))
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        kind = m[t.kind + call]
        state = m[t.leave + kind]
        if m[t.role + kind] != OVERWRITES or state == row[STATE] or not is_first(m, t, p, at):
            continue
        bit = first_bit(m, t, p, at, among)
        if bit and (stamp == 0 or marks[state] == stamp):
            if slipped:
                count = add_excursion(out, count, row, bit, state)
            else:
                count = add_overwrite(m, t, out, count, row, bit, state)
    return count


@compiled
def reach(m: Ints, t: Tables, row: Ints, slipped: int) -> int:
    """Return the position before which an unknown call must have been invoked."""
    if not slipped:
        return m[t.returned + row[P]]
    return m[t.returned + row[SINCE]] if row[SINCE] >= 0 else -1


@compiled
def unknown_overwrites(
    m: Ints,
    t: Tables,
    row: Ints,
    out: Ints,
    count: int,
    need: int,
    unknown: int,
    marks: Ints,
    stamps: Ints,
    slipped: int,
) -> int:
    """An unknown overwriting call that leads to such a state, where no known one does the same."""
    p, kind = row[P], m[t.unknown_kind + unknown]
    state = m[t.leave + kind]
    before = reach(m, t, row, slipped)
    among = row[HIDE] if slipped else ~row[DONE]
    if state == row[STATE] or not left_over(m, t, row, unknown, before):
        return count
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        if (
            m[t.role + m[t.kind + call]] == OVERWRITES
            and m[t.leave + m[t.kind + call]] == state
            and m[t.bit + call] & among
        ):
            return count
    stamp = good_sources(m, t, row, need, marks, stamps, among, before)
    if stamp and marks[state] != stamp:
        return count
    if slipped:
        count = add_excursion(out, count, row, 0, state)
    else:
        count = add_overwrite(m, t, out, count, row, 0, state)
    out[count - 1, USED + unknown] += 1
    return count


@compiled
def unchanging(m: Ints, t: Tables, row: Ints, out: Ints, count: int) -> int:
    """An overwriting call that changes nothing, for the sake of what can be slipped in before it."""
    p, state = row[P], row[STATE]
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        if m[t.role + m[t.kind + call]] == OVERWRITES and m[t.leave + m[t.kind + call]] == state:
            bit = first_bit(m, t, p, at, ~row[DONE])
            if bit:
                return add_overwrite(m, t, out, count, row, bit, state)
    for place in range(m[t.makers_start + state], m[t.makers_start + state + 1]):
        unknown = m[t.makers + place]
        if m[t.role + m[t.unknown_kind + unknown]] == OVERWRITES and left_over(
            m, t, row, unknown, m[t.returned + p]
        ):
            count = add_overwrite(m, t, out, count, row, 0, state)
            out[count - 1, USED + unknown] += 1
            return count
    return count


@compiled
def ends(m: Ints, t: Tables, row: Ints) -> bool:
    """Tell whether nothing is left to do in an excursion but to leave it."""
    if row[P] == row[ENTERED]:
        return False
    for at in range(t.slots):
        call = m[t.open_calls + row[P] * t.slots + at]
        if call < 0:
            break
        if m[t.role + m[t.kind + call]] == CHANGES and m[t.bit + call] & row[HIDE]:
            return False
    before = m[t.returned + row[SINCE]]
    for change in range(t.changing):
        unknown = m[t.changes + change]
        if left_over(m, t, row, unknown, before):
            return False
    return True


@compiled
def leave(row: Ints) -> None:
    """Return to the state outside."""
    row[STATE] = row[OUTSIDE]
    row[OUTSIDE] = -1
    row[ENTERED] = 0


@compiled
def moves(m: Ints, t: Tables, row: Ints, out: Ints, marks: Ints, stamps: Ints) -> int:
    """Write where to go from a row, the best guess first; return how many."""
    if row[OUTSIDE] >= 0:
        count = 0
        if row[P] > row[ENTERED] and may_leave(m, t, row, -1):
            out[0] = row
            leave(out[0])
            count = 1
        count = changes(m, t, row, out, count)
        return guesses(m, t, row, out, count, marks, stamps)
    count = changes(m, t, row, out, 0)
    # The guesses come last; they are made first because they decide whether anything is missed.
    spare = out[len(out) // 2 :]
    guessed = guesses(m, t, row, spare, 0, marks, stamps)
    missing = count > 0 or guessed > 0
    kind = m[t.kind + row[P]]
    need = m[t.need + kind]
    stuck = m[t.role + kind] != OVERWRITES and step(m, t, row[STATE], kind) < 0
    if m[t.role + kind] == OVERWRITES:
        count = overwrite(m, t, row, out, count, kind)
    free = stuck and may_leave(m, t, row, -1)
    slip = stuck and row[HIDE] & m[t.bit + row[P]] != 0
    if free:
        count = known_overwrites(m, t, row, out, count, need, marks, stamps, 0)
    if slip:
        count = known_overwrites(m, t, row, out, count, need, marks, stamps, 1)
    if missing:
        count = unchanging(m, t, row, out, count)
    if free or slip:
        for place in range(t.overwriters):
            unknown = m[t.overwriter + place]
            if free:
                count = unknown_overwrites(m, t, row, out, count, need, unknown, marks, stamps, 0)
            if slip:
                count = unknown_overwrites(m, t, row, out, count, need, unknown, marks, stamps, 1)
    for at in range(guessed):
        out[count] = spare[at]
        count += 1
    return count
