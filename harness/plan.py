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


class Code(msgspec.Struct, frozen=True):
    """A workload out of a user's file, with all that is needed to run it again."""

    path: str
    """The file as the user named it: `./my_lock.py`."""
    name: str
    """What the workload is called in it."""
    files: dict[str, str]
    """The file and those beside it that it imports: {path below its directory: text}."""
    packages: tuple[str, ...] = ()
    """What else it needs, as pip's requirements."""

    @property
    def file(self) -> str:
        """Name of the file, without its directory."""
        return self.path.rpartition("/")[2]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run as data: with the same plan the same things are tried at the same times."""

    format: int = FORMAT
    run: str
    """Unique id, also the name of the run's directory."""
    workload: str
    variant: str
    """`predecessor`, or the name of a broken twin such as `no-stepdown`."""
    code: Code | None = None
    """The user's own file in which the workload is."""
    app_image: str = ""
    """Image of a program of the user's own that the app nodes run, instead of the workload's."""
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
    promises: tuple[str, ...] = ()
    """What the variant promises, in the words of a checker that judges workloads with different promises."""
    roots: tuple[str, ...] | None = None
    """Znodes that are read from every server at the end; None in a plan of before there was this field."""
    evidence: tuple[EvidenceRule, ...] = ()
    settles: bool = False
    """After the last healing the workload goes on undisturbed until everything must have settled."""
    recovery_bound: float = 30.0
    """Seconds after a healing within which everything must work again."""
    origin: str = ""
    """Run whose plan this repeats, `-` for a schedule out of a file, empty for one drawn from the seed."""
    version: str = ""
    """Version of zkchaos that made the plan."""

    @property
    def scenario(self) -> str:
        """Name of workload and variant, as the command line takes it."""
        workload = f"{self.code.path}:{self.code.name}" if self.code else self.workload
        return f"{workload}:{self.variant}" if self.variant else workload

    @property
    def server_names(self) -> tuple[str, ...]:
        """Names of all servers, the voting ones first."""
        return tuple(f"zk{number}" for number in range(1, self.servers + self.observers + 1))

    @property
    def settling_bound(self) -> float:
        """Seconds of quiet within which recipes must have settled: lists agree, nobody waits for nobody.

        A session that died at the last moment may live on for its timeout and a tick, on a follower for one
        tick more, and a second is for the recipe itself. One that needs longer says so with a parameter
        `settle`, in seconds.
        """
        return self.session_timeout + 2 * self.tick + 1 + float(self.params.get("settle", 0))

    @property
    def tick(self) -> float:
        """Length of ZooKeeper's tick in seconds."""
        return int(self.zoo.get("tickTime", 2000)) / 1000
