"""A stored run in a few words: a row of the store, and the findings by which runs are compared."""

from typing import NamedTuple

import msgspec

NO_VERDICT = "no verdict"
"""The verdict of a run that was not judged, or whose files are damaged."""


class Fingerprint(NamedTuple):
    """What makes two violations of two runs the same finding."""

    scenario: str
    guarantee: str
    kind: str


class Finding(msgspec.Struct, frozen=True):
    """One way in which one guarantee broke in a run."""

    guarantee: str
    kind: str
    """Such as `believed-overlap`."""
    sentence: str
    """The first violation of this kind in the run."""
    times: int = 1
    """How often it broke in this way."""


class StoredRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the store lists it. What could not be read has its default."""

    run: str
    """Id, also the name of the run's directory."""
    verdict: str
    """`valid`, `violation`, `unknown`, or `no verdict`."""
    sentence: str
    """The verdict's sentence, or why there is none."""
    damaged: bool = False
    """A file of the run cannot be read; the sentence names it."""
    scenario: str = ""
    """Workload and variant as the command line takes them."""
    workload: str = ""
    variant: str = ""
    twin: bool = False
    """The variant is a broken twin: a violation is what it is there for."""
    seed: int | None = None
    image: str = ""
    version: str = ""
    """Of zkchaos, which planned the run."""
    servers: int = 0
    """All of them, observers too."""
    observers: int = 0
    nodes: int = 0
    """App nodes."""
    nemesis: tuple[str, ...] = ()
    """Faults, families and presets as they were asked for; of a schedule by hand its faults."""
    liveness: bool = False
    """At the end a minority was broken for good."""
    origin: str = ""
    """Run that it repeats, `-` for a schedule out of a file."""
    began: float = 0.0
    """Seconds since 1970 when the run was planned."""
    seconds: float = 0.0
    """Length of the workload."""
    planned: int = 0
    """Faults in the schedule."""
    faults: int | None = None
    """Faults proven to bite; None where the run was not judged, or by an older zkchaos."""
    operations: int | None = None
    """Acknowledged operations; None where the run was not judged, or by an older zkchaos."""
    findings: tuple[Finding, ...] = ()
    """How guarantees broke, each guarantee and kind once."""
    recovery: dict[str, float] = {}
    """{fault: seconds until everything worked again after its healing, the longest of the run}."""
    outage: dict[str, float] = {}
    """{fault: seconds until everything worked again since it bit, the longest of the run}."""
    repeat: str = ""
    """The command that repeats the run."""
    report: str = ""
    """Path of the report below the directory of runs, empty where there is none."""

    def fingerprint(self, finding: Finding) -> Fingerprint:
        """Return what identifies a finding of this run among the findings of all runs."""
        return Fingerprint(self.scenario, finding.guarantee, finding.kind)
