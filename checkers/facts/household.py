"""One parent whose lists differ from what is known: what may have happened to its children."""

import numpy as np

from checkers.facts.family import Family
from checkers.facts.lists import Explain, Lists, Misfit
from checkers.facts.paths import Paths
from checkers.facts.settle import Token
from harness.history.columns import I4

Changes = list[tuple[int, int]]
"""Places, and 1 where a child came or -1 where it went."""


class Household:
    """Looks at the lists of one parent, from the first odd one on.

    A list that nothing explains is believed until another one of the child says the opposite, so that a loss
    is told once and not with every later list.
    """

    def __init__(self, parent: int, table: Lists, born: Family, items: I4, paths: Paths):
        self._table, self._items, self._paths, self._parent = table, items, paths, parent
        left, right = np.searchsorted(table.parent, [parent, parent + 1])
        self._rows = slice(int(left), int(right))
        self._places = table.place[self._rows]
        self._count, self._sum = born.numbers(table.parent[self._rows], self._places)
        """How many live at each list, and the sum of their marks."""
        begin, end = np.searchsorted(born.parent, [parent, parent + 1])
        mine = slice(int(begin), int(end))
        self._child, self._place, self._change = born.child[mine], born.place[mine], born.change[mine]
        self._children, self._which = np.unique(self._child, return_inverse=True)
        self._span = born.span
        self._changes: dict[int, Changes] = {}
        """What is thought of a child instead of what the family says."""
        self._statements: dict[int, list[Token]] = {}
        self._stories: dict[int, Changes] = {}
        """What was explained."""
        self._believed: dict[int, list[tuple[int, int, int]]] = {}
        """{child: [(from place, to place, 1 or -1)]} of what was not."""
        self._looked: set[tuple[int, int]] = set()
        self._closed = np.zeros(right - left, bool)
        """Lists that stay odd: another one at the same place says the opposite."""

    def examine(self, explain: Explain) -> list[Misfit]:
        """Explain the odd lists in turn; return what stays unexplained."""
        misfits: list[Misfit] = []
        while True:
            table, rows = self._table, self._rows
            differs = (self._count != table.count[rows]) | (self._sum != table.sums[rows])
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

    def _names(self, row: int) -> I4:
        first = int(self._table.first[row])
        return self._items[first : first + int(self._table.count[row])]

    def _differences(self, row: int) -> list[tuple[int, bool]]:
        """Return the children that one list shows or lacks against what is known, and which of both."""
        place = int(self._table.place[row])
        # A family is sorted by place.
        before = int(np.searchsorted(self._place, place, "right"))
        balance = np.bincount(self._which[:before], self._change[:before], len(self._children))
        living = set(self._children[balance > 0].tolist()) - self._changes.keys()
        for child, changes in self._changes.items():
            if sum(change for at, change in changes if at <= place) > 0:
                living.add(child)
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
        later = min((at for at, _ in self._thought(child) if at > place), default=self._span)
        believed.append((place, later, 1 if listed else -1))
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

    def _thought(self, child: int) -> Changes:
        """Return what is now thought of a child."""
        if child in self._changes:
            return self._changes[child]
        mine = np.flatnonzero(self._child == child)
        return list(zip(self._place[mine].tolist(), self._change[mine].tolist(), strict=True))

    def _refresh(self, child: int) -> None:
        """Put what is now thought of a child in the place of what was."""
        before = self._thought(child)
        changes = [*self._stories.setdefault(child, before)]
        for start, end, sign in self._believed.get(child, ()):
            changes += [(start, sign), (end, -sign)]
        self._changes[child] = changes
        more = np.zeros(len(self._places) + 1, np.int64)
        for some, sign in ((before, -1), (changes, 1)):
            place, change = np.array(some, np.int64).reshape(-1, 2).T
            np.add.at(more, np.searchsorted(self._places, place, "left"), sign * change)
        difference = np.cumsum(more[:-1])
        self._paths.parents(np.array([child]))
        mark = self._paths.marks(np.array([child]))
        self._count = self._count + difference
        self._sum = self._sum + difference.astype(np.uint64) * mark
