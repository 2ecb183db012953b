"""The table of what was due, and which watches it leaves out."""

from dataclasses import dataclass

import numpy as np

from checkers.watches.rows import Mask, Rows
from checkers.watches.wire import Watches, Wire, owner_path
from harness.history.columns import I8


@dataclass(kw_only=True)
class Claims(Rows):
    """One row an event that was due."""

    conn: I8
    watch: I8
    """Call that left the watch."""
    trigger: I8
    """Row of `triggers`."""
    answer: I8
    """Row of `Wire.answers`: the first answer that shows the trigger."""
    event: I8
    """Row of `Wire.events`: the event that used the watch up, or told of the trigger; -1 for none."""


def ambiguous(told: Wire, watches: Watches) -> Mask:
    """Tell which watches share connection and path with one of the other mode, where servers mix them up."""
    if not told.old:
        return np.zeros(len(watches), bool)
    one_shot, standing = (
        np.concatenate([owner_path(kind.conn, kind.path) for kind in kinds])
        for kinds in ((told.data, told.child), (told.persistent, told.recursive))
    )
    mixed: Mask = np.isin(owner_path(watches.conn, watches.path), np.intersect1d(one_shot, standing))
    return mixed
