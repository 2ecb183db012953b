"""Faults that do the same to each of their targets, to all at once."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from nemesis.arena import Node
from nemesis.fault import Fault, Proof

T = TypeVar("T")


class EachNode(Fault):
    """Does the same to each target; it is proven when it is proven on every one.

    The proof of one target is told as it is, those of several by the names of the targets.
    """

    @abstractmethod
    def inject_on(self, node: Node) -> None:
        """Break one."""

    @abstractmethod
    def observe_on(self, node: Node) -> Proof | None:
        """Look from outside whether it bites on one; None: not yet."""

    @abstractmethod
    def heal_on(self, node: Node) -> None:
        """Restore the clean state of one."""

    @abstractmethod
    def observe_healed_on(self, node: Node) -> Proof | None:
        """Look from outside whether it is over on one; None: not yet."""

    def inject(self) -> None:
        """Break each."""
        self._on_all(self.inject_on)

    def observe(self) -> Proof | None:
        """Look at each."""
        return self._proof(self.observe_on)

    def heal(self) -> None:
        """Restore the clean state of each; one that fails or is gone does not keep the others from it."""
        there = self.arena.nodes
        _side_by_side(self.heal_on, [there[name] for name in self.targets if name in there])

    def observe_healed(self) -> Proof | None:
        """Look at each."""
        return self._proof(self.observe_healed_on)

    def _proof(self, look: Callable[[Node], Proof | None]) -> Proof | None:
        proofs = dict(zip(self.targets, self._on_all(look), strict=True))
        if any(proof is None for proof in proofs.values()):
            return None
        return proofs[self.targets[0]] if len(proofs) == 1 else dict(proofs)

    def _on_all(self, action: Callable[[Node], T]) -> list[T]:
        return _side_by_side(action, self.nodes)


def _side_by_side(action: Callable[[Node], T], nodes: Sequence[Node]) -> list[T]:
    if len(nodes) <= 1:
        return [action(node) for node in nodes]
    with ThreadPoolExecutor(len(nodes)) as pool:
        # The pool waits for all before the first exception leaves it.
        return [future.result() for future in [pool.submit(action, node) for node in nodes]]
