"""The planner: from what a user asks for to a plan in which everything is decided."""

import math
import secrets
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from harness import __version__
from harness.engine import Engine
from harness.equipment import CONNECTION_LIMIT
from harness.errors import ZkchaosError
from harness.images import Images
from harness.job import Job, job_of
from harness.plan import EvidenceRule, Plan, Step
from harness.store import new_run_id
from harness.zoo_config import DEFAULTS, configuration
from nemesis.last_stand import last_stand
from nemesis.machine import ABILITIES, abilities
from nemesis.rhythm import Rhythm
from nemesis.schedule import STEADY, Length, evidence, generate
from nemesis.selection import choose, possible
from nemesis.selection import parse as parse_fault
from workloads.catalogue import find

LONGEST = 7 * 24 * 3600
"""Seconds of a run."""

MOST_OBSERVERS = 16
MOST_LANES = 8
SMALLEST_WITH_MINORITY = 3

MAX_CONNECTIONS = "maxClientCnxns"
FITTED_LIMIT = "60"
"""ZooKeeper's own default, which is high enough for the app nodes and the harness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a user asks for; the defaults are those of the command line."""

    scenario: str = "election"
    """Workload and variant, or a user's file with the name of a workload in it: `./my_lock.py:NAME`."""
    packages: Sequence[str] = ()
    """What a workload out of a file needs beside it, as pip's requirements."""
    app_image: str = ""
    """Image of a program of the user's own for the app nodes, instead of the workload's."""
    nemesis: str = "none"
    """Faults, families and presets, separated by commas; see nemesis/selection.py."""
    schedule: Sequence[Step] = ()
    """An exact schedule, instead of one that is drawn from the seed."""
    every: float = 0.0
    """Seconds from the begin of one fault to that of the next, at least; 0: drawn."""
    hold: float = 0.0
    """Seconds for which each fault is held; 0: drawn."""
    overlap: int = 0
    """How many faults may be applied at the same time; 0: one, or what a preset says."""
    liveness: bool = False
    """At the end break a minority for good and ask for progress."""
    time: float = 30.0
    seed: int | None = None
    servers: int = 3
    observers: int = 0
    nodes: int = 5
    image: str
    session_timeout: float = 4.0
    zoo: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)


def make_plan(wish: Wish, lacking: Collection[str] = ()) -> Plan:
    """Decide everything; raises ZkchaosError with one sentence for each thing that cannot be.

    `lacking` holds the abilities that the machine does not have: a fault that needs one is an error where
    it was asked for by its name, and left out where it came with a family or a preset.
    """
    _check_numbers(wish)
    job = job_of(wish.scenario, wish.packages, wish.app_image)
    workload, variant = job.workload, job.variant
    selection = choose(wish.nemesis)
    zoo = configuration(wish.zoo)
    _check_session_timeout(wish.session_timeout, zoo)
    seed = secrets.randbelow(2**31) if wish.seed is None else wish.seed
    plan = Plan(
        run=new_run_id(f"{workload.name}:{variant}"),
        workload=workload.name,
        variant=variant,
        code=job.code,
        app_image=wish.app_image,
        params=_parameters(job, wish.params),
        seed=seed,
        time=wish.time,
        servers=wish.servers,
        observers=wish.observers,
        nodes=wish.nodes,
        image=wish.image,
        zoo=zoo,
        session_timeout=wish.session_timeout,
        nemesis=selection.words,
        pace=_pace(wish),
        origin="-" if wish.schedule else "",
        settles=workload.settles,
        roots=workload.roots,
        guarantees=job.guarantees + (("liveness",) if wish.liveness else ()),
        promises=job.promises,
        version=__version__,
    )
    wanted = [parse_fault(step.fault) for step in wish.schedule] or selection.choices
    choices = possible(plan, wanted, holder=workload.holder, lacking=lacking)
    rhythm = _rhythm(wish, selection.rhythm or STEADY)
    length = Length(wish.time, wish.session_timeout, plan.tick)
    schedule = tuple(wish.schedule) or generate(choices, seed=seed, length=length, rhythm=rhythm)
    if wish.liveness:
        stand = last_stand(seed, len(schedule) + 1, plan.recovery_bound)
        plan = msgspec.structs.replace(plan, liveness=stand)
    optional = {choice.text for choice in choices if choice.optional}
    return with_schedule(plan, schedule, workload.evidence, optional)


def with_schedule(
    plan: Plan, schedule: Sequence[Step], own: Sequence[EvidenceRule], optional: Collection[str] = ()
) -> Plan:
    """Return the plan with a schedule, what nodes must be fitted with for it, and the evidence owed for it.

    `own` is the evidence that the workload owes without any fault; `optional` names the faults that nobody
    asked for one by one.
    """
    faults = {parse_fault(step.fault).fault for step in schedule}
    equipment = {item for fault in faults for item in fault.equipment}
    return msgspec.structs.replace(
        plan,
        schedule=tuple(schedule),
        equipment=tuple(sorted(equipment)),
        zoo=_fitted(plan.zoo, equipment),
        evidence=(
            *own,
            *evidence(
                schedule,
                servers=plan.servers,
                nodes=plan.nodes,
                optional=optional,
                exact=plan.origin == "-",
                expiry=plan.session_timeout + plan.tick,
            ),
        ),
    )


def _fitted(zoo: Mapping[str, str], equipment: Collection[str]) -> dict[str, str]:
    """Limit the connections from one address where a fault wants to reach the limit and there is none."""
    limited = CONNECTION_LIMIT in equipment and zoo.get(MAX_CONNECTIONS) == DEFAULTS[MAX_CONNECTIONS]
    return {**zoo, MAX_CONNECTIONS: FITTED_LIMIT} if limited else dict(zoo)


def replayed(plan: Plan) -> Plan:
    """Return the plan of a run that does everything of another one once more.

    Raises ZkchaosError for a fault that this version does not know.
    """
    for step in plan.schedule:
        parse_fault(step.fault)
    roots = find(plan.workload)[0].roots if plan.roots is None else plan.roots
    run = new_run_id(f"{plan.workload}:{plan.variant}")
    return msgspec.structs.replace(plan, run=run, roots=roots, origin=plan.run, version=__version__)


def lacked_by(plan: Plan, engine: Engine, images: Images) -> frozenset[str]:
    """Return what the machine is not able to, if the plan's faults need any of it; else nothing."""
    needed = {ability for step in plan.schedule for ability in parse_fault(step.fault).fault.requires}
    if not needed:
        return frozenset()
    lacking = frozenset(ABILITIES) - abilities(engine, images.tools)
    return lacking if lacking & needed else frozenset()


def first_impossible(schedule: Sequence[Step], lacking: Collection[str]) -> tuple[Step, str]:
    """Return the first step that needs an ability that the machine lacks, and that ability."""
    return next(
        (step, ability)
        for step in schedule
        for ability in sorted(parse_fault(step.fault).fault.requires & set(lacking))
    )


def _check_numbers(wish: Wish) -> None:
    if wish.servers < 1 or wish.servers % 2 == 0:
        raise ZkchaosError(f"--servers {wish.servers}: an odd number is needed, such as 1, 3, 5 or 7.")
    if not 0 <= wish.observers <= MOST_OBSERVERS:
        raise ZkchaosError(f"--observers {wish.observers}: a number from 0 to {MOST_OBSERVERS} is needed.")
    if wish.observers and wish.servers == 1:
        raise ZkchaosError("--observers: a single server runs alone and takes no observer; use --servers 3.")
    if wish.nodes < 1:
        raise ZkchaosError(f"--nodes {wish.nodes}: at least one app node is needed.")
    if not 0 < wish.time < LONGEST:
        raise ZkchaosError(f"--time {wish.time:g}: seconds above zero are needed, a week at most.")
    for option, seconds in (("--every", wish.every), ("--for", wish.hold)):
        if not 0 <= seconds < LONGEST:
            raise ZkchaosError(f"{option} {seconds:g}: seconds above zero are needed.")
    if not 0 <= wish.overlap <= MOST_LANES:
        raise ZkchaosError(f"--overlap {wish.overlap}: a number from 1 to {MOST_LANES} is needed.")
    if wish.schedule and (choose(wish.nemesis).words or _pace(wish)):
        raise ZkchaosError("--schedule says which faults come and when: leave --nemesis and its rhythm out.")
    for step in wish.schedule:
        if step.at + step.hold > wish.time:
            raise ZkchaosError(
                f"step {step.id} of the schedule, {step.fault}, lasts until second {step.at + step.hold:g}, "
                f"and the run is over at {wish.time:g}: a longer --time is needed."
            )
    if wish.liveness and wish.servers < SMALLEST_WITH_MINORITY:
        raise ZkchaosError("--liveness breaks a minority for good, and one server has none: use --servers 3.")


def _parameters(job: Job, given: Mapping[str, Any]) -> dict[str, Any]:
    workload = job.workload
    try:
        params = workload.parameters(given)
    except KeyError as error:
        known = ", ".join(workload.params) or "none"
        raise ZkchaosError(f"--set {error.args[0]}: {workload.name} has the parameters {known}.") from error
    for name, value in params.items():
        if not 0 <= value < math.inf:
            raise ZkchaosError(f"--set {name}={value}: a number is needed that is not below zero.")
    if nobody := job.nobody(params):
        said = " ".join(f"--set {name}={params[name]:g}" for name in nobody)
        raise ZkchaosError(f"{said}: at least one participant is needed on an app node.")
    return params


def _pace(wish: Wish) -> dict[str, float]:
    said = {"every": wish.every, "for": wish.hold, "overlap": wish.overlap}
    return {name: value for name, value in said.items() if value}


def _rhythm(wish: Wish, usual: Rhythm) -> Rhythm:
    return replace(
        usual,
        every=wish.every or usual.every,
        hold=wish.hold or usual.hold,
        lanes=wish.overlap or usual.lanes,
    )


def _check_session_timeout(timeout: float, zoo: Mapping[str, str]) -> None:
    tick = int(zoo["tickTime"]) / 1000
    low = int(zoo.get("minSessionTimeout", 2 * tick * 1000)) / 1000
    high = int(zoo.get("maxSessionTimeout", 20 * tick * 1000)) / 1000
    if not low <= timeout <= high:
        raise ZkchaosError(
            f"--session-timeout {timeout:g}: with this configuration ZooKeeper grants {low:g} to {high:g} s."
        )


def repeat_command(plan: Plan, where: str = "") -> str:
    """The command that repeats a run, which is kept at `where`: same plan, same seed."""
    if plan.origin:
        return shlex.join(["zkchaos", "replay", where or plan.run])
    words = ["zkchaos", "run", plan.scenario]
    for package in plan.code.packages if plan.code else ():
        words += ["--pip", package]
    if plan.app_image:
        words += ["--app-image", plan.app_image]
    if plan.nemesis:
        words += ["--nemesis", ",".join(plan.nemesis)]
    for name, number in plan.pace.items():
        words += [f"--{name}", _exact(number)]
    if plan.liveness is not None:
        words.append("--liveness")
    words += ["--time", _exact(plan.time), "--seed", str(plan.seed)]
    words += ["--servers", str(plan.servers)]
    if plan.observers:
        words += ["--observers", str(plan.observers)]
    words += ["--nodes", str(plan.nodes), "--image", plan.image]
    words += ["--session-timeout", _exact(plan.session_timeout)]
    for name, value in plan.zoo.items():
        if DEFAULTS.get(name) != value:
            words += ["--zoo", f"{name}={value}"]
    defaults = _default_params(plan)
    for name, value in plan.params.items():
        if defaults.get(name) != value:
            words += ["--set", f"{name}={_exact(value)}"]
    return shlex.join(words)


def _default_params(plan: Plan) -> Mapping[str, float]:
    """Parameters that need not be said.

    None of a workload out of a file, which may have changed or be gone, or of one that is not there any more.
    """
    try:
        return {} if plan.code else find(plan.workload)[0].params
    except ZkchaosError:
        return {}


def _exact(number: float) -> str:
    """Write a number as short as it can be read back."""
    return str(int(number)) if number == int(number) else repr(float(number))
