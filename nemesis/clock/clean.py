"""The clean state of a wall clock: it shows the true time, and nobody moves it."""

from harness.fake_clock import DIRECTORY, OFFSET, TRUE_TIME
from harness.pods import Pod

AGENT = "/zkchaos/wall_clock.py"
"""Where the program that keeps moving a clock lies in a holder."""

# The brackets keep the pattern from meaning the shell that it is written in.
PATTERN = f"[/]{AGENT.removeprefix('/')}"

SET = f"""
test -d {DIRECTORY} || exit 0
while pkill -KILL -f '{PATTERN}'; do sleep 0.01; done
echo "$0" >{OFFSET}.new && mv -f {OFFSET}.new {OFFSET}
"""

LOOK = f"""
test -d {DIRECTORY} || exit 0
pgrep -f '{PATTERN}' >/dev/null && echo moving
cat {OFFSET}
"""


def set_offset(pod: Pod, offset: str = TRUE_TIME) -> None:
    """Set a node's clock off by so many seconds, with a sign, and end whatever else moves it."""
    pod.holder.execute("sh", "-c", SET, offset)


def clean(pod: Pod) -> None:
    """Bring a node back to the true time, whatever happened before; a bare node has no other."""
    set_offset(pod)


def dirt(pod: Pod) -> list[str]:
    """Say what is wrong with the clock of a node, one clause each; nothing: it is clean."""
    said = pod.holder.execute("sh", "-c", LOOK).decode().split()
    left = [f"something keeps moving the wall clock of {pod.name}"] if "moving" in said else []
    offsets = [word for word in said if word not in {"moving", TRUE_TIME}]
    return left + [f"the wall clock of {pod.name} is off by {offset} s" for offset in offsets]
