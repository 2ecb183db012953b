"""Presets: mixtures of faults with a rhythm, from what every team should survive to all there is.

None holds a fault that is beyond what ZooKeeper promises. What a run cannot have, such as a fault of the
holder in a workload where nobody leads, is left out of its schedule.
"""

from dataclasses import dataclass

from nemesis.rhythm import Rhythm

GENTLE = "restart-follower,restart-leader,kill-follower,pause-follower,expire-holder,drop-connection-one-app"

STANDARD = (
    "kill-leader,kill-follower,pause-leader,restart-leader,partition:isolate-leader,partition:isolate-follower,"
    "partition:halves,cut-app,kill-holder,pause-holder,expire-holder,delay-leader"
)

BRUTAL = (
    "process:,partition:,link:,session:,kill-all,kill-majority,kill-holder,pause-holder,pause-follower,"
    "pause-majority,stop-and-go-holder,partition:isolate-follower"
)

EVERYTHING = "process:,partition:,link:,session:,disk:,clock:,membership:,load:"


@dataclass(frozen=True, slots=True)
class Preset:
    """A mixture of faults."""

    faults: str
    """As on the command line."""
    rhythm: Rhythm
    summary: str


PRESETS: dict[str, Preset] = {
    "gentle": Preset(
        GENTLE, Rhythm(gap=(4.0, 8.0)), "one fault of a minority at a time, with long quiet gaps"
    ),
    "standard": Preset(
        STANDARD, Rhythm(gap=(1.5, 3.0)), "leaders, holders and networks, one fault at a time"
    ),
    "brutal": Preset(
        BRUTAL,
        Rhythm(gap=(0.2, 1.0), lanes=2),
        "processes, networks, links and sessions, two faults at a time, hardly a gap",
    ),
    "everything": Preset(EVERYTHING, Rhythm(gap=(0.5, 1.5)), "every fault of every family, one at a time"),
}
