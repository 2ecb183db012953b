"""Times as a person reads them: seconds from the zero that the whole run shares."""

from dataclasses import dataclass

from harness.history import History


@dataclass(frozen=True, slots=True)
class Clock:
    """Turns the kernel's nanoseconds into seconds since `zero`."""

    zero: int

    def seconds(self, time: int) -> float:
        """Seconds from the zero, to the microsecond."""
        return round((time - self.zero) / 1e9, 6)

    def maybe(self, time: int | None) -> float | None:
        """Seconds from the zero, None for a time that never came."""
        return None if time is None else self.seconds(time)


def run_clock(history: History) -> Clock:
    """Return the clock of a run. It starts with the history, as the times in checkers' sentences do."""
    return Clock(history.start)


def workload_start(history: History) -> int:
    """Time (ns) at which the phase `workload` began, the start of the history where it never did."""
    for event in history.events:
        if event.f == "phase" and event.process == "harness" and event.value == "workload":
            return event.time
    return history.start
