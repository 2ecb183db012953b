"""The healer: elected, it looks at which workers are alive and orders new ones in the place of the dead."""

from collections import Counter
from collections.abc import Sequence

from harness.client import Program, Refused
from harness.client.operation import check, children, get, multi, set_data
from workloads.election.candidate import Candidate
from workloads.healer.slots import AGENTS, ELECTION, WORKERS, Slot, order, parents, read_slot, slot_path


class Healer(Candidate):
    """A candidate that heals while it leads.

    It cannot start a process on another node. It writes into a slot which agent has to: that raises the
    slot's version, the generation of the worker, by which the one before loses its right to act. The same
    transaction checks the healer's own election node, so that a healer of the past orders nothing.
    """

    root = ELECTION

    def __init__(self, program: Program, number: int = 0):
        super().__init__(program, number)
        self._ordered: dict[Slot, int] = {}
        """When (ns) this healer first saw an order whose worker it has not seen yet."""
        self._seen: set[Slot] = set()
        """Orders whose worker was there."""

    def parents(self) -> list[str]:
        """Paths of the healer's own."""
        return parents(int(self.params["workers"]))

    def reign(self) -> None:
        """Heal until the leadership or the term is over; look again when something changes or is due."""
        end = self.recorder.clock() + round(self.term * 1e9)
        self._ordered, self._seen = {}, set()
        while self.lead.held and not self.stopping.is_set() and self.recorder.clock() < end:
            self._wake.clear()
            self.heal()
            if not self.stopping.is_set():
                next_look = min([end, *(since + self._start for since in self._ordered.values())])
                self._wake.wait(max((next_look - self.recorder.clock()) / 1e9, 0.01))
        if self.lead.held and not self.stopping.is_set():
            self.resign()

    def heal(self) -> None:
        """Look once, and order a worker for each slot that lacks one."""
        # The workers last: one that is missing in a later state than its order's is really not there.
        slots = [self._read(number) for number in range(int(self.params["workers"]))]
        agents = list(self.call(children(AGENTS, watch=True)).value)
        alive = set(self.call(children(WORKERS, watch=True)).value)
        lacking = [slot for slot in slots if self._lacks(slot, agents, alive)]
        awaited = self._ordered.items()
        self._ordered = {slot: since for slot, since in awaited if slot in slots and slot not in lacking}
        burden = Counter(slot.agent for slot in slots if slot not in lacking)
        for slot in lacking if agents else ():
            agent = self._choose(agents, burden)
            burden[agent] += 1
            self._order(slot, agent)

    def _read(self, number: int) -> Slot:
        data, stat = self.call(get(slot_path(number))).value
        return read_slot(number, data, stat.version)

    def _lacks(self, slot: Slot, agents: Sequence[str], alive: set[str]) -> bool:
        """Tell whether the worker of a slot is gone, or will not come any more."""
        if slot.worker in alive:
            self._seen.add(slot)
            self._ordered.pop(slot, None)
            return False
        if slot in self._seen or slot.agent not in agents:
            return True
        now = self.recorder.clock()
        return now - self._ordered.setdefault(slot, now) >= self._start

    @property
    def _start(self) -> int:
        """For how many ns an ordered worker may be on its way."""
        return round(float(self.params["start"]) * 1e9)

    def _choose(self, agents: Sequence[str], burden: Counter[str]) -> str:
        """Return one of the agents that have the fewest workers."""
        fewest = min(burden[agent] for agent in agents)
        return self.random.choice(sorted(agent for agent in agents if burden[agent] == fewest))

    def _order(self, slot: Slot, agent: str) -> None:
        """Raise the generation of a slot; step down when the own election node is gone."""
        mine = self.node
        if not mine:
            return
        write = set_data(slot_path(slot.number), order(agent), slot.generation)
        try:
            self.call(multi([check(mine), write]))
        except Refused as refused:
            if refused.part == 0:
                self.refused()
            self._wake.set()  # somebody else had ordered
            return
        self._ordered[Slot(slot.number, slot.generation + 1, agent)] = self.recorder.clock()
