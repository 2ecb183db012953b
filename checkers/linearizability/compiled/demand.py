"""The questions of `demand`, compiled. A configuration is a row of integers, see the constants."""

from checkers.linearizability.compiled.tables import (
    ANY,
    CHANGES,
    NEVER,
    OVERWRITES,
    READS,
    Ints,
    Tables,
    compiled,
)

P, DONE, HIDE, STATE, SINCE, OUTSIDE, ENTERED, USED = range(8)
"""Places in a row; from USED on how many unknown calls of each kind have happened."""

ALL = -1
"""Every bit."""


@compiled
def step(m: Ints, t: Tables, state: int, kind: int) -> int:
    """Return the state after a call of a kind, -1 where it is not legal."""
    role, need = m[t.role + kind], m[t.need + kind]
    if role == OVERWRITES:
        return m[t.leave + kind]
    if need == ANY:
        return state if state != m[t.forbid + kind] else -1
    if state != need:
        return -1
    return state if role == READS else m[t.leave + kind]


@compiled
def after(m: Ints, begin: int, low: int, high: int, position: int) -> int:
    """Return the first place, of `low` to `high` from `begin` on, that holds more than `position`."""
    while low < high:
        middle = (low + high) // 2
        if m[begin + middle] > position:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def left_over(m: Ints, t: Tables, row: Ints, unknown: int, before: int) -> bool:
    """Tell whether an unknown call of a kind is left that was invoked before a position."""
    place = m[t.supply_start + unknown] + row[USED + unknown]
    return place < m[t.supply_start + unknown + 1] and m[t.supply + place] < before


@compiled
def may_leave(m: Ints, t: Tables, row: Ints, by: int) -> bool:
    """Tell whether the state may be left, `by` a call of that kind."""
    p, done, facet = row[P], row[DONE], row[STATE]
    now = m[t.returned + p]
    end = m[t.wants_start + facet + 1]
    place = after(m, t.wants, m[t.wants_start + facet], end, now)
    deadline = m[t.wants_return + place] if place < end else NEVER
    wanted = deadline != NEVER
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        kind = m[t.kind + call]
        if (
            m[t.role + kind] == CHANGES
            and kind != by
            and m[t.need + kind] == facet
            and not done & m[t.bit + call]
        ):
            wanted, deadline = True, NEVER
            break
    if not wanted:
        return True
    end = m[t.makes_start + facet + 1]
    place = after(m, t.makes, m[t.makes_start + facet], end, now)
    if place < end and m[t.makes + place] < deadline:
        return True
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        if m[t.leave + m[t.kind + call]] == facet and not done & m[t.bit + call]:
            return True
    for place in range(m[t.makers_start + facet], m[t.makers_start + facet + 1]):
        if left_over(m, t, row, m[t.makers + place], deadline):
            return True
    return False


@compiled
def spread(m: Ints, t: Tables, row: Ints, marks: Ints, stamp: int, among: int, before: int) -> None:
    """Mark the facets from which open calls that change some states lead to a marked one."""
    p, done = row[P], row[DONE]
    grew = True
    while grew:
        grew = False
        for at in range(t.slots):
            call = m[t.open_calls + p * t.slots + at]
            if call < 0:
                break
            kind = m[t.kind + call]
            if (
                m[t.role + kind] == CHANGES
                and m[t.bit + call] & among & ~done
                and marks[m[t.leave + kind]] == stamp
                and marks[m[t.need + kind]] != stamp
            ):
                marks[m[t.need + kind]] = stamp
                grew = True
        for change in range(t.changing):
            unknown = m[t.changes + change]
            kind = m[t.unknown_kind + unknown]
            if (
                marks[m[t.leave + kind]] == stamp
                and marks[m[t.need + kind]] != stamp
                and left_over(m, t, row, unknown, before)
            ):
                marks[m[t.need + kind]] = stamp
                grew = True


@compiled
def mark_open_needs(m: Ints, t: Tables, row: Ints, marks: Ints, stamp: int) -> bool:
    """Mark what open calls need that are not done; False where one needs nothing in particular."""
    for at in range(t.slots):
        call = m[t.open_calls + row[P] * t.slots + at]
        if call < 0:
            break
        kind = m[t.kind + call]
        if m[t.role + kind] != OVERWRITES and not row[DONE] & m[t.bit + call]:
            if m[t.need + kind] == ANY:
                return False
            marks[m[t.need + kind]] = stamp
    return True


@compiled
def useless(m: Ints, t: Tables, row: Ints, facet: int, readers: int, since: int) -> bool:
    """Tell whether nobody can need a state before it must be overwritten."""
    p, done = row[P], row[DONE]
    if t.refusing or m[t.unknown_wants + facet]:
        return False
    for at in range(t.slots):
        call = m[t.open_calls + p * t.slots + at]
        if call < 0:
            break
        kind = m[t.kind + call]
        if m[t.need + kind] == facet:
            if m[t.role + kind] == CHANGES and not done & m[t.bit + call]:
                return False
            if m[t.role + kind] == READS and m[t.bit + call] & readers:
                return False
    low = m[t.returned + since] if since >= 0 else -1
    horizon = m[t.overwrites_return + after(m, t.overwrites, 0, t.overwriting, low)]
    end = m[t.wants_start + facet + 1]
    place = after(m, t.wants, m[t.wants_start + facet], end, m[t.returned + p])
    return not (place < end and m[t.wants + place] < horizon)


@compiled
def settle(m: Ints, t: Tables, row: Ints) -> None:
    """Do what only reads and is legal, and go on to the next call that is not done."""
    p, done, hide, state = row[P], row[DONE], row[HIDE], row[STATE]
    among = ALL
    while p < t.calls:
        if row[OUTSIDE] >= 0:
            among = hide
        for at in range(t.slots):
            call = m[t.open_calls + p * t.slots + at]
            if call < 0:
                break
            kind = m[t.kind + call]
            if m[t.role + kind] == READS and m[t.bit + call] & among & ~done and step(m, t, state, kind) >= 0:
                done |= m[t.bit + call]
        hide &= ~done
        if not done & m[t.bit + p]:
            break
        done ^= m[t.bit + p]
        p += 1
    row[P], row[DONE], row[HIDE] = p, done, hide
