"""A cast: the program whose participants play side by side, each on a session and a thread of its own."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from harness.client.participant import Participant
from harness.client.program import NodePlan, Program

Role = Callable[[Program, int], Participant]
"""Makes the n-th participant of one kind; a class of participants is one."""

END_WITHIN = 3.0
"""Seconds for all participants to finish by themselves before their sessions are closed under them."""


class Cast(Program):
    """Runs one participant of each role, or as many as a parameter says."""

    def __init__(self, plan: NodePlan, out: BinaryIO, roles: Sequence[tuple[Role, str]]):
        super().__init__(plan, out)
        self.participants = [
            role(self, number) for role, many in roles for number in range(_count(many, plan.params))
        ]
        self._failure: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._play, args=(one,), name=f"{type(one).__name__}-{one.number}")
            for one in self.participants
        ]

    def run(self) -> None:
        """Let everybody play until the program is to end."""
        for thread in self._threads:
            thread.start()
        self.stopping.wait()
        end = time.monotonic() + END_WITHIN
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0))

    def end_sessions(self) -> None:
        """Close the sessions, which ends the waiting of whoever still waits."""
        super().end_sessions()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def close(self) -> None:
        """Close everything; raises what one of the participants died of."""
        super().close()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End soon: also wake whoever waits for something else."""
        super().stop()
        for one in self.participants:
            one.stop()

    def _play(self, one: Participant) -> None:
        try:
            one.run()
        except BaseException as failure:  # noqa: BLE001 - it is raised again where the program ends
            self._failure = self._failure or failure
            self.stop()


@dataclass(frozen=True, slots=True)
class Casting:
    """Makes the program of its roles, each with the parameter that counts its participants, or none."""

    roles: tuple[tuple[Role, str], ...]

    def __call__(self, plan: NodePlan, out: BinaryIO) -> Cast:
        """Make the program."""
        return Cast(plan, out, self.roles)

    def nobody(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the parameters that count participants, if by all of them there is nobody; else nothing."""
        counts = [many for _, many in self.roles]
        somebody = any(many not in params or _count(many, params) for many in counts)
        return () if somebody else tuple(dict.fromkeys(counts))


def _count(many: str, params: Mapping[str, Any]) -> int:
    return int(params[many]) if many else 1


def cast(*roles: Role | tuple[Role, str]) -> Casting:
    """Return what makes the program of these roles; `(role, parameter)` has as many as the parameter says."""
    return Casting(tuple(role if isinstance(role, tuple) else (role, "") for role in roles))
