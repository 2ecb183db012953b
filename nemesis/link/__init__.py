"""Links that lose, delay, repeat, mix up or throttle packets, and connections that break."""

from nemesis.fault import Fault
from nemesis.link.delay import Delay
from nemesis.link.duplicate import Duplicate
from nemesis.link.half_open import HalfOpen
from nemesis.link.loss import Loss
from nemesis.link.rate import Rate
from nemesis.link.reorder import Reorder
from nemesis.link.reset import Reset

LINK: tuple[type[Fault], ...] = (Loss, Delay, Duplicate, Reorder, Rate, Reset, HalfOpen)
