"""The plan of a run: everything that was decided before it started, as data."""

from typing import Any

import msgspec

FORMAT = 1


class Step(msgspec.Struct, frozen=True):
    """One fault of a schedule; the target rule is resolved when the step fires.

    `fault` is written as on the command line, `kill-leader` or `partition:isolate-leader`; see
    nemesis/selection.py.
    """

    id: int
    at: float
    """Seconds after the start of the workload, at the earliest."""
    fault: str
    target: str
    """A rule such as `leader` or `holder`, or nodes' names; see nemesis/targets.py."""
    hold: float
    """Seconds between the proof of the fault and the start of its healing."""
    params: dict[str, Any] = {}
    lane: int = 0
    """Steps of one lane follow one another; lanes are played side by side."""
    when: str = ""
    """What is waited for once the time has come, such as `leader-changed`; see nemesis/conditions.py."""


class EvidenceRule(msgspec.Struct, frozen=True):
    """What a run must have shown before silence counts as `valid`; see checkers/evidence.py."""

    rule: str
    at_least: int = 1
    of: str = ""
    """What the rule counts, where it needs a name: an operation or a fault."""
    if_any: bool = False
    """It is owed only where what it is `of` happened at all."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run as data: with the same plan the same things are tried at the same times."""

    format: int = FORMAT
    run: str
    """Unique id, also the name of the run's directory."""
    workload: str
    variant: str
    """`predecessor`, or the name of a broken twin such as `no-stepdown`."""
    params: dict[str, Any] = {}
    """Parameters of the workload."""
    seed: int
    time: float
    """Seconds of workload."""
    servers: int
    """Voting servers."""
    observers: int = 0
    """Servers beside them that do not vote."""
    nodes: int
    """App nodes."""
    image: str
    zoo: dict[str, str]
    """ZooKeeper's configuration, defaults and overrides together."""
    session_timeout: float
    """Seconds, what the clients ask for."""
    equipment: tuple[str, ...] = ()
    """What the nodes are fitted with for the faults of the schedule; see harness/equipment.py."""
    nemesis: tuple[str, ...] = ()
    """Faults, families and presets as the user named them; empty where the schedule was written by hand."""
    pace: dict[str, float] = {}
    """What the user said of the schedule's rhythm: `every`, `for`, `overlap`."""
    liveness: Step | None = None
    """At the end a minority is broken for good by this step, and the rest has to make progress."""
    schedule: tuple[Step, ...] = ()
    guarantees: tuple[str, ...] = ()
    """Names of the checkers that judge the run."""
    evidence: tuple[EvidenceRule, ...] = ()
    recovery_bound: float = 30.0
    """Seconds after a healing within which everything must work again."""
    origin: str = ""
    """Run whose plan this repeats, `-` for a schedule out of a file, empty for one drawn from the seed."""
    version: str = ""
    """Version of zkchaos that made the plan."""

    @property
    def scenario(self) -> str:
        """Name of workload and variant, as the command line takes it."""
        return f"{self.workload}:{self.variant}" if self.variant else self.workload

    @property
    def server_names(self) -> tuple[str, ...]:
        """Names of all servers, the voting ones first."""
        return tuple(f"zk{number}" for number in range(1, self.servers + self.observers + 1))

    @property
    def tick(self) -> float:
        """Length of ZooKeeper's tick in seconds."""
        return int(self.zoo.get("tickTime", 2000)) / 1000
