"""One parent whose lists differ from what is known: what may have happened to its children."""

import numpy as np

from checkers.facts.family import Family, sums_of_lists
from checkers.facts.lists import Explain, Lists, Misfit
from checkers.facts.paths import U8, Paths
from checkers.facts.settle import Token
from harness.history.columns import I4, I8


class Household:
    """Looks at the lists of one parent, from the first odd one on.

    A list that nothing explains is believed until another one of the child says the opposite, so that a loss
    is told once and not with every later list.
    """

    def __init__(self, parent: int, table: Lists, born: Family, items: I4, paths: Paths):
        self._table, self._items, self._paths, self._parent = table, items, paths, parent
        left, right = np.searchsorted(table.parent, [parent, parent + 1])
        self._rows = slice(int(left), int(right))
        self._told = sums_of_lists(table.first[self._rows], table.count[self._rows], items)
        begin, end = np.searchsorted(born.parent, [parent, parent + 1])
        mine = slice(int(begin), int(end))
        self._child, self._place, self._change = born.child[mine], born.place[mine], born.change[mine]
        self._span = born.span
        self._statements: dict[int, list[Token]] = {}
        self._stories: dict[int, list[tuple[int, int]]] = {}
        """{child: [(place, 1 or -1)]} of what was explained."""
        self._believed: dict[int, list[tuple[int, int, int]]] = {}
        """{child: [(from place, to place, 1 or -1)]} of what was not."""
        self._looked: set[tuple[int, int]] = set()
        self._closed = np.zeros(right - left, bool)
        """Lists that stay odd: another one at the same place says the opposite."""

    def examine(self, explain: Explain) -> list[Misfit]:
        """Explain the odd lists in turn; return what stays unexplained."""
        misfits: list[Misfit] = []
        while True:
            count, sums = self._numbers()
            differs = (count != self._table.count[self._rows]) | (sums != self._told)
            odd = np.flatnonzero(differs & ~self._closed)
            if not len(odd):
                return misfits
            row = int(odd[0]) + self._rows.start
            found = self._differences(row)
            if not found:
                misfits.append(Misfit(row, -1, listed=True))
            # What was looked at before and is odd again cannot be had together with what was decided since.
            looked = {(row, child) for child, _ in found}
            self._closed[odd[0]] = looked <= self._looked
            self._looked |= looked
            for child, listed in () if self._closed[odd[0]] else found:
                misfits += self._look(explain, row, child, listed=listed)

    def _numbers(self) -> tuple[I8, U8]:
        """Return count and sum of marks of the living at each list."""
        order = np.argsort(self._place, kind="stable")
        child, change = self._child[order], self._change[order]
        self._paths.parents(child)
        marks = self._paths.marks(child)
        signed = np.where(change > 0, marks, np.uint64(0) - marks)
        at = np.searchsorted(self._place[order], self._table.place[self._rows], "right")
        counts = np.concatenate((np.zeros(1, np.int64), np.cumsum(change)))
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(signed, dtype=np.uint64)))
        return counts[at], sums[at]

    def _names(self, row: int) -> I4:
        first = int(self._table.first[row])
        return self._items[first : first + int(self._table.count[row])]

    def _differences(self, row: int) -> list[tuple[int, bool]]:
        """Return the children that one list shows or lacks against what is known, and which of both."""
        before = self._place <= self._table.place[row]
        child, which = np.unique(self._child[before], return_inverse=True)
        balance = np.bincount(which, self._change[before], len(child))
        living = set(child[balance > 0].tolist())
        listed = {self._paths.child(self._parent, name) for name in self._names(row).tolist()}
        return [(one, one in listed) for one in sorted(living ^ listed)]

    def _look(self, explain: Explain, row: int, child: int, *, listed: bool) -> list[Misfit]:
        place = int(self._table.place[row])
        believed = self._believed.setdefault(child, [])
        if believed and believed[-1][0] < place < believed[-1][1]:
            start, _, change = believed.pop()
            believed.append((start, place, change))
            self._refresh(child)
            return []
        statements = self._statements.setdefault(child, [])
        added = [one for one in self._tokens(row, child, listed=listed) if one not in statements]
        story = explain(child, [*statements, *added])
        if not story.undecided and -1 - row not in story.unexplained:
            statements += added
            self._stories[child] = story.changes
            self._refresh(child)
            return []
        later = self._place[(self._child == child) & (self._place > place)]
        believed.append((place, int(later.min(initial=self._span)), 1 if listed else -1))
        self._refresh(child)
        return [] if story.undecided else [Misfit(row, child, listed)]

    def _tokens(self, row: int, child: int, *, listed: bool) -> list[Token]:
        """Return what a list says of a child, and before it what the list before says: it fitted."""
        said = [(row, listed)]
        if row > self._rows.start:
            said.insert(0, (row - 1, bool(np.any(self._names(row - 1) == self._paths.name(child)))))
        table = self._table
        return [
            Token(
                child * self._span + int(table.place[one]),
                int(table.zxid[one]),
                alive,
                before=bool(table.deleted[one] >= 0),
                mark=-1 - one,
            )
            for one, alive in said
        ]

    def _refresh(self, child: int) -> None:
        """Put what is now thought of a child in the place of what was."""
        mine = self._child == child
        if child not in self._stories:
            known = zip(self._place[mine].tolist(), self._change[mine].tolist(), strict=True)
            self._stories[child] = list(known)
        changes = [*self._stories[child]]
        for start, end, sign in self._believed.get(child, ()):
            changes += [(start, sign), (end, -sign)]
        place, change = np.array(changes, np.int64).reshape(-1, 2).T
        self._child = np.concatenate((self._child[~mine], np.full(len(changes), child)))
        self._place = np.concatenate((self._place[~mine], place))
        self._change = np.concatenate((self._change[~mine], change))
