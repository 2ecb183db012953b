"""The conductor: plays a schedule, proves each fault and each healing, and leaves everything clean."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from harness.board import Snapshot
from harness.clock import Clock, Deadline
from harness.errors import EnsembleError, ZkchaosError
from harness.history import HistoryWriter
from harness.plan import Plan, Step
from nemesis.arena import Arena
from nemesis.conditions import Condition, condition
from nemesis.fault import Fault, Proof
from nemesis.selection import Choice, parse
from nemesis.targets import resolve

TARGET_WITHIN = 20.0
"""Seconds to wait for a target, such as a leader after an election."""

WHEN_WITHIN = 120.0
"""Seconds to wait for a step's condition."""

PROOF_WITHIN = 15.0
HEALED_WITHIN = 60.0

LOOK_EVERY = 0.05


class Conductor:
    """Plays the plan's schedule, or another one, each lane on a thread of its own.

    Whatever ends it, the faults that are applied are healed first.
    """

    def __init__(
        self,
        plan: Plan,
        arena: Arena,
        history: HistoryWriter,
        clock: Clock,
        schedule: Sequence[Step] | None = None,
    ):
        self._seed = plan.seed
        self._schedule = plan.schedule if schedule is None else schedule
        self._arena = arena
        self._history = history
        self._clock = clock
        self._stop = threading.Event()
        lanes = sorted({step.lane for step in self._schedule})
        self._threads = [
            threading.Thread(target=self._play, args=(lane,), name=f"nemesis-{lane}") for lane in lanes
        ]
        self._began = 0.0
        self._failures: list[ZkchaosError] = []

    def start(self) -> None:
        """Begin the schedule: its times count from now."""
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    @property
    def playing(self) -> bool:
        """Tell whether any lane still has something to do."""
        return any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """End the schedule, wait until what is applied is healed, and raise what went wrong."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()
        if self._failures:
            raise self._failures[0]

    def _play(self, lane: int) -> None:
        try:
            before = self._arena.board.snapshot()
            for step in self._schedule:
                if step.lane != lane:
                    continue
                if self._stop.wait(max(0.0, self._began + step.at - time.monotonic())):
                    return
                met = self._await(condition(step.when), before)
                before = self._arena.board.snapshot()
                if met:
                    self._perform(step)
                elif not self._stop.is_set():
                    self._skip(step, f"{step.when}: not within {WHEN_WITHIN:g} s")
        except ZkchaosError as error:
            self._failures.append(error)
        except Exception as error:  # noqa: BLE001 - whoever stops the thread has to hear of it
            self._failures.append(EnsembleError(f"the nemesis broke down: {type(error).__name__}: {error}."))

    def _await(self, met: Condition, before: Snapshot) -> bool:
        """Wait for a step's condition; tell whether it came about."""
        deadline = Deadline(WHEN_WITHIN)
        while not met(self._arena.board.snapshot(), before):
            if deadline.passed or self._stop.wait(LOOK_EVERY):
                return False
        return True

    def _skip(self, step: Step, reason: str) -> None:
        """Tell of a step that hits nobody."""
        fault = parse(step.fault).fault
        self._tell("inject", step, "begin", (), effect=fault.effect, role="", params=step.params)
        self._tell("inject", step, "vanished", (), reason=reason)

    def _perform(self, step: Step) -> None:
        choice = parse(step.fault)
        draw = random.Random(f"{self._seed}/{step.id}")
        targets, reason = self._find_targets(step, choice, draw)
        if self._stop.is_set():
            self._arena.occupancy.release(step.id)
            return
        try:
            if not targets:
                self._skip(step, reason)
                return
            role = self._arena.role(targets)
            self._tell(
                "inject", step, "begin", targets, effect=choice.fault.effect, role=role, params=step.params
            )
            fault = choice.fault(self._arena, targets, step.params, draw)
            fault.step = step.id
            self._hold(step, fault)
        finally:
            self._arena.occupancy.release(step.id)

    def _hold(self, step: Step, fault: Fault) -> None:
        try:
            if self._attempt("inject", step, fault.inject, fault.observe, fault, PROOF_WITHIN):
                self._stop.wait(step.hold)
        finally:
            try:
                self._tell("heal", step, "begin", fault.targets)
            finally:
                # Also when the disk is full and nothing can be told any more.
                self._attempt("heal", step, fault.heal, fault.observe_healed, fault, HEALED_WITHIN)

    def _find_targets(self, step: Step, choice: Choice, draw: random.Random) -> tuple[tuple[str, ...], str]:
        """Resolve the target rule and take hold of what it means, or say why there is nobody."""
        deadline = Deadline(TARGET_WITHIN)
        while True:
            targets = resolve(step.target, self._arena, draw)
            reason = f"there was no {step.target}"
            if targets:
                reason = self._arena.occupancy.take(step.id, step.fault, targets, choice.fault.touches)
                if not reason:
                    return targets, ""
            if deadline.passed or self._stop.wait(LOOK_EVERY):
                return (), reason

    def _attempt(
        self,
        f: str,
        step: Step,
        act: Callable[[], None],
        observe: Callable[[], Proof | None],
        fault: Fault,
        within: float,
    ) -> bool:
        """Do it and look until it is proven; write the proof, or why there is none."""
        proof, reason = None, f"not seen within {within:g} s"
        deadline = Deadline(within)
        try:
            if f == "heal":
                _until_done(act, deadline)
            else:
                act()
            proof, reason = _look(observe, deadline, reason)
        except ZkchaosError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a fault with a bug of its own is one that was not proven
            reason = f"{type(error).__name__}: {error}"
        if proof is None:
            self._tell(f, step, "unproven", fault.targets, reason=reason)
            return False
        self._tell(f, step, "proven", fault.targets, proof=proof)
        return True

    def _tell(self, f: str, step: Step, stage: str, targets: tuple[str, ...], **more: Any) -> None:
        self._history.write(
            time=self._clock.now(),
            type="event",
            f=f,
            process="nemesis",
            key=step.fault,
            value={"id": step.id, "stage": stage, "targets": list(targets), **more},
        )


def _until_done(act: Callable[[], None], deadline: Deadline) -> None:
    """Heal, and heal again where it fails: nobody may serve yet through whom members are changed, say."""
    while True:
        try:
            return act()
        except ZkchaosError:
            if deadline.passed:
                raise
        time.sleep(LOOK_EVERY)


def _look(observe: Callable[[], Proof | None], deadline: Deadline, reason: str) -> tuple[Proof | None, str]:
    """Look until there is a proof; whoever does not answer is asked again until the deadline."""
    while True:
        try:
            proof = observe()
        except ZkchaosError as error:
            proof, reason = None, str(error)
        if proof is not None or deadline.passed:
            return proof, reason
        time.sleep(LOOK_EVERY)
