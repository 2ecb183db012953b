"""The loop of `search`, compiled: the same tries, the same order, the same cache."""

from typing import Any

import numpy as np

from checkers.linearizability.compiled.demand import (
    DONE,
    ENTERED,
    HIDE,
    OUTSIDE,
    SINCE,
    STATE,
    USED,
    P,
    after,
    settle,
)
from checkers.linearizability.compiled.moves import ends, leave, moves
from checkers.linearizability.compiled.tables import Ints, Tables, compiled
from checkers.linearizability.search import COMPARED

VALID, VIOLATION, UNKNOWN, OUT_OF_PATIENCE = range(4)

KEY = 4
"""A cache entry: (p, done, state, outside and entered), then hide, early, the entry before it, used."""
HIDDEN, EARLY, BEFORE = KEY, KEY + 1, KEY + 2
COUNTS = KEY + 3


@compiled
def grown(array: Ints, count: int) -> Ints:
    """Return an array of twice the rows."""
    larger = np.empty((2 * len(array), array.shape[1]), np.int64)
    larger[:count] = array[:count]
    return larger


@compiled
def place_of(table: Ints, entries: Ints, p: int, done: int, state: int, excursion: int) -> int:
    """Return the place in the hash table of a key, or the empty one where it belongs."""
    mixed = (
        p * 0x9E3779B1 + done * 0x85EBCA77 + state * 0xC2B2AE3D + excursion * 0x27D4EB2F
    ) & 0x7FFFFFFFFFFFFFFF
    mixed ^= mixed >> 29
    place = mixed & (len(table) - 1)
    while table[place] >= 0:
        entry = entries[table[place]]
        if entry[0] == p and entry[1] == done and entry[2] == state and entry[3] == excursion:
            break
        place = (place + 1) & (len(table) - 1)
    return place


@compiled
def covers(entry: Ints, row: Ints, early: int) -> bool:
    """Tell whether an entry of the same key can do at least as much as a row."""
    if row[HIDE] & ~entry[HIDDEN] or entry[EARLY] < early:
        return False
    for unknown in range(len(row) - USED):  # noqa: SIM110 - numba compiles loops, not generators
        if entry[COUNTS + unknown] > row[USED + unknown]:
            return False
    return True


@compiled
def remember(
    table: Ints, entries: Ints, count: int, place: int, row: Ints, excursion: int, early: int
) -> Any:
    """Append an entry and hash it; return the table and the entries, larger ones where they were full."""
    if count == len(entries):
        entries = grown(entries, count)
    entry = entries[count]
    entry[0], entry[1], entry[2], entry[3] = row[P], row[DONE], row[STATE], excursion
    entry[HIDDEN], entry[EARLY], entry[BEFORE] = row[HIDE], early, table[place]
    entry[COUNTS:] = row[USED:]
    table[place] = count
    if 2 * (count + 1) > len(table):
        # Of each key its newest entry, which leads to those before it.
        old, table = table, np.full(2 * len(table), -1, np.int64)
        for newest in old:
            if newest >= 0:
                e = entries[newest]
                table[place_of(table, entries, e[0], e[1], e[2], e[3])] = newest
    return table, entries


@compiled
def is_covered(entries: Ints, newest: int, row: Ints, early: int) -> bool:
    """Tell whether one of the newest entries of a key covers a row."""
    compared = 0
    while newest >= 0 and compared < COMPARED:
        if covers(entries[newest], row, early):
            return True
        newest = entries[newest, BEFORE]
        compared += 1
    return False


@compiled
def push(stack: Ints, height: int, buffer: Ints, made: int, best: int) -> Any:
    """Put moves on the stack, the one that is tried first on top; return stack and height."""
    while height + made >= len(stack):
        stack = grown(stack, height)
    for move in range(made - 1, -1, -1):
        if move != best:
            stack[height] = buffer[move]
            height += 1
    if made:
        stack[height] = buffer[best]
        height += 1
    return stack, height


@compiled
def attempt(m: Ints, t: Tables, number: int, limit: int, spent: int) -> Any:
    """Search until `limit` configurations are spent; return (verdict, spent, furthest)."""
    width = USED + t.unknowns
    # Every open call and every unknown kind can make two moves, and the guesses are kept apart at first.
    buffer = np.empty((4 * (2 * t.slots + 3 * t.unknowns + 4), width), np.int64)
    marks, stamps = np.zeros(t.facets, np.int64), np.zeros(1, np.int64)
    stack, height = np.zeros((1024, width), np.int64), 1
    stack[0, SINCE] = stack[0, OUTSIDE] = -1
    entries, count = np.empty((1024, COUNTS + t.unknowns), np.int64), 0
    table = np.full(4096, -1, np.int64)
    row = np.empty(width, np.int64)
    noise, best = number, -1
    while height:
        height -= 1
        row[:] = stack[height]
        settle(m, t, row)
        if row[OUTSIDE] >= 0 and row[P] < t.calls and ends(m, t, row):
            leave(row)
            settle(m, t, row)
        best = max(best, row[P])
        if row[P] == t.calls:
            return VALID, spent, best
        early = 0
        if t.unknowns and row[SINCE] >= 0:
            early = after(m, t.unknown, 0, t.guesses, m[t.returned + row[SINCE]])
        excursion = row[OUTSIDE] * t.calls + row[ENTERED]
        place = place_of(table, entries, row[P], row[DONE], row[STATE], excursion)
        if is_covered(entries, table[place], row, early):
            continue
        if spent >= limit:
            return OUT_OF_PATIENCE, spent, best
        spent += 1
        table, entries = remember(table, entries, count, place, row, excursion, early)
        count += 1
        made = moves(m, t, row, buffer, marks, stamps)
        best_guess = 0
        if number and made > 1:
            noise = (noise * 1103515245 + 12345) & 0x7FFFFFFF
            if (noise >> 16) & (7 if number & 1 else 1) == 0:
                best_guess = (noise >> 19) % made
        stack, height = push(stack, height, buffer, made, best_guess)
    return VIOLATION, spent, best


@compiled
def run(m: Ints, t: Tables, budget: int) -> Any:
    """Try with ever more patience; return (verdict, configurations, number of the call that stuck)."""
    patience = 2 * t.calls + 1000
    number = spent = furthest = 0
    while True:
        verdict, spent, best = attempt(m, t, number, min(budget, spent + patience), spent)
        furthest = max(furthest, best)
        if verdict != OUT_OF_PATIENCE:
            return verdict, spent, furthest
        if spent >= budget:
            return UNKNOWN, spent, furthest
        number += 1
        patience += patience // 2
