"""A recipe: a participant that is a workload by itself, because it says what judges it."""

from collections.abc import Mapping
from typing import ClassVar

from harness.client.participant import Participant


class Recipe(Participant):
    """Base of a user's own recipes; `zkchaos run ./FILE.py:CLASS` runs one on every app node.

    See docs/own_workloads.md. The first line of the class's docstring is the workload's summary.
    """

    guarantees: ClassVar[tuple[str, ...]] = ()
    """What it promises, by the names of docs/guarantees.md; ZooKeeper's own promises judge it as well."""

    evidence: ClassVar[Mapping[str, int]] = {}
    """Operations that have to be acknowledged so often before silence counts as `valid`: {"work": 20}.

    Where it is empty, 20 operations of any name.
    """

    defaults: ClassVar[Mapping[str, float]] = {}
    """Parameters and what they are unless `--set NAME=NUMBER` says otherwise; read them from `params`.

    `participants`, how many of them an app node has, is always there and 1 by default.
    """

    holder: ClassVar[bool] = False
    """One app node at a time leads or holds something and says so with a Belief: target `holder` finds it."""

    settles: ClassVar[bool] = False
    """What it promises shows in quiet times, so that the run goes on for a while after the last healing."""

    roots: ClassVar[tuple[str, ...]] = ()
    """The topmost znodes that it makes, one at least: at the end every server shows what is below them."""
