"""Tables of numpy columns: rows that are chosen, joined and pointed at."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from harness.history.columns import I8

Mask = NDArray[np.bool_]


@dataclass(kw_only=True)
class Rows:
    """A table whose fields are columns of one length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def some(self, chosen: Mask | I8) -> Self:
        """Return the chosen rows."""
        return type(self)(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of several tables, one table after the other."""
        columns = {field.name: [getattr(part, field.name) for part in parts] for field in fields(cls)}
        return cls(**{name: np.concatenate(column) for name, column in columns.items()})


def at(column: I8, row: I8, otherwise: int) -> I8:
    """Return the column's entry at each row, something else for -1."""
    if not len(column):
        return np.full(len(row), otherwise, np.int64)
    return np.where(row >= 0, column[row], otherwise)
