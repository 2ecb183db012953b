"""The conductor: plays a schedule, proves each fault and each healing, and leaves everything clean."""

import threading
import time
from collections.abc import Callable
from typing import Any

from harness.clock import Clock, Deadline
from harness.errors import EnsembleError, ZkchaosError
from harness.history import HistoryWriter
from harness.plan import Plan, Step
from nemesis.catalogue import FAULTS
from nemesis.fault import Arena, Fault, Proof
from nemesis.targets import resolve

TARGET_WITHIN = 20.0
"""Seconds to wait for a target, such as a leader after an election."""

PROOF_WITHIN = 15.0
HEALED_WITHIN = 60.0

LOOK_EVERY = 0.05


class Conductor:
    """Plays the plan's schedule on a thread of its own, one fault at a time.

    Whatever ends it, the fault that is applied is healed first.
    """

    def __init__(self, plan: Plan, arena: Arena, history: HistoryWriter, clock: Clock):
        self._plan = plan
        self._arena = arena
        self._history = history
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, name="nemesis")
        self._failure: ZkchaosError | None = None

    def start(self) -> None:
        """Begin the schedule: its times count from now."""
        self._thread.start()

    def stop(self) -> None:
        """End the schedule, wait until the applied fault is healed, and raise what went wrong."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _play(self) -> None:
        began = time.monotonic()
        try:
            for step in self._plan.schedule:
                if self._stop.wait(max(0.0, began + step.at - time.monotonic())):
                    return
                self._perform(step)
        except ZkchaosError as error:
            self._failure = error
        except Exception as error:  # noqa: BLE001 - whoever stops the thread has to hear of it
            self._failure = EnsembleError(f"the nemesis broke down: {type(error).__name__}: {error}.")

    def _perform(self, step: Step) -> None:
        kind = FAULTS[step.fault]
        target = self._find_target(step)
        if self._stop.is_set():
            return
        self._tell("inject", step, "begin", target, effect=kind.effect, role=kind.role, params=step.params)
        if target is None:
            self._tell("inject", step, "vanished", None, reason=f"there was no {step.target}")
            return
        fault = kind(self._arena, target, step.params)
        try:
            if self._attempt("inject", step, fault.inject, fault.observe, fault, PROOF_WITHIN):
                self._stop.wait(step.hold)
        finally:
            try:
                self._tell("heal", step, "begin", target)
            finally:
                # Also when the disk is full and nothing can be told any more.
                self._attempt("heal", step, fault.heal, fault.observe_healed, fault, HEALED_WITHIN)

    def _find_target(self, step: Step) -> str | None:
        deadline = Deadline(TARGET_WITHIN)
        while True:
            target = resolve(step.target, self._arena)
            if target or deadline.passed or self._stop.wait(LOOK_EVERY):
                return target

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
        try:
            act()
            proof, reason = _look(observe, Deadline(within), reason)
        except ZkchaosError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a fault with a bug of its own is one that was not proven
            reason = f"{type(error).__name__}: {error}"
        if proof is None:
            self._tell(f, step, "unproven", fault.target_name, reason=reason)
            return False
        self._tell(f, step, "proven", fault.target_name, proof=proof)
        return True

    def _tell(self, f: str, step: Step, stage: str, target: str | None, **more: Any) -> None:
        targets = [target] if target else []
        self._history.write(
            time=self._clock.now(),
            type="event",
            f=f,
            process="nemesis",
            key=step.fault,
            value={"id": step.id, "stage": stage, "targets": targets, **more},
        )


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
