"""Wall clocks that are wrong, one node at a time; monotonic clocks go on."""

from nemesis.clock.drift import ClockDrift
from nemesis.clock.jump import ClockJump
from nemesis.clock.strobe import ClockStrobe
from nemesis.fault import Fault

CLOCK: tuple[type[Fault], ...] = (ClockJump, ClockDrift, ClockStrobe)
