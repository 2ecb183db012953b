"""Processes that end, stand still or starve."""

from nemesis.fault import Fault
from nemesis.process.crash import Crash
from nemesis.process.crash_loop import CrashLoop
from nemesis.process.kill import Kill
from nemesis.process.out_of_memory import OutOfMemory
from nemesis.process.pause import Pause
from nemesis.process.restart import Restart
from nemesis.process.rolling_restart import RollingRestart
from nemesis.process.stop_and_go import StopAndGo
from nemesis.process.throttle import Throttle

PROCESS: tuple[type[Fault], ...] = (
    Kill,
    Crash,
    CrashLoop,
    OutOfMemory,
    Restart,
    RollingRestart,
    Pause,
    StopAndGo,
    Throttle,
)
