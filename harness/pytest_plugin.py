"""The pytest plugin: `pytest -m chaos`, the fixture `chaos`, its markers and its options.

Neither Docker nor pandas is imported before a chaos test really runs, so that collecting stays cheap.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.plugin.ledger import close_ledger, open_ledger
from harness.plugin.levels import WORDS, level_of
from harness.plugin.marks import MARKER, asked_by, level_asked_by
from harness.plugin.matrix import MATRIX, Cell, parametrize
from harness.plugin.outcomes import link_for_html, note_no_run, status, tell
from harness.plugin.rows import add_row, attach_rows, rows_of
from harness.plugin.settings import Settings, session_seed, worker_input
from harness.plugin.summary import Summary
from harness.plugin.workers import room_for

if TYPE_CHECKING:
    from harness.chaos import Chaos, Workshop

MARKERS = (
    f"{MARKER}(scenario, nemesis=..., time=..., level=...): breaks a real ensemble; needs Docker, takes a "
    "minute. The arguments are those of chaos.run(), for a test that does not give them there; level is "
    f"the lowest --chaos-level at which the test runs: {', '.join(WORDS)}.",
    f"{MATRIX}(scenarios=[...], nemeses=[...], seeds=3): a chaos test for each scenario under each fault, "
    "with so many seeds or with each of a list; chaos.run() takes them by itself.",
)

_left_out = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a chaos run."""
    group = parser.getgroup("zkchaos", "fault injection for ZooKeeper")
    group.addoption(
        "--chaos-seed",
        type=int,
        metavar="N",
        help="what the seeds of all chaos runs are derived from; drawn and printed without it",
    )
    group.addoption(
        "--chaos-level",
        choices=WORDS,
        default="standard",
        help="how much is tested: smoke halves the times and takes one seed, nightly triples both; tests "
        "marked with a higher level are left out (default: standard)",
    )
    group.addoption(
        "--chaos-time", type=float, metavar="SECONDS", help="seconds of workload of every chaos run"
    )
    group.addoption("--chaos-nodes", type=int, metavar="N", help="app nodes of every chaos run")
    group.addoption("--chaos-image", metavar="IMAGE", help="ZooKeeper server image, such as debian:trixie")
    group.addoption("--chaos-keep", action="store_true", help="leave the containers for a look inside")
    group.addoption(
        "--chaos-runs-dir", type=Path, default=Path("runs"), metavar="DIR", help="where runs are kept"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and the table of runs where the results of all workers arrive."""
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    if not worker_input(config):
        config.pluginmanager.register(Summary(), "zkchaos-summary")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what dead workers left on the engine."""
    told, reporter = close_ledger(config), config.pluginmanager.getplugin("terminalreporter")
    if told and reporter:
        reporter.write_line(told)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the seed, where chaos tests may run."""
    if not _may_run(config):
        return []
    seed = session_seed(config)
    return [f"chaos seed {seed} (--chaos-seed {seed} repeats), level {level_of(config).word}"]


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Mark what takes the fixture, and refuse markers with arguments that cannot be, in one sentence."""
    made = yield
    for item in made if isinstance(made, list) else ():
        if isinstance(item, pytest.Item):
            # Forgotten markers must not let plain pytest start ensembles. A project may have another fixture
            # that is called chaos; what needs the engine is ours.
            needs_engine = chaos_workshop.__name__ in getattr(item, "fixturenames", ())
            if needs_engine and not item.get_closest_marker(MARKER):
                item.add_marker(MARKER)
            try:
                asked_by(item)
            except ValueError as error:
                raise collector.CollectError(str(error)) from None
    return made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make the tests of a matrix."""
    parametrize(metafunc)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave chaos tests out unless the marker expression speaks of them, and those of higher levels."""
    level = level_of(config)
    chaotic = [item for item in items if item.get_closest_marker(MARKER)]
    if not _wanted(config):
        left_out, hint = chaotic, f"deselected; `pytest -m {MARKER}` runs them"
    else:
        left_out = [item for item in chaotic if level_asked_by(item) > level]
        highest = max(map(level_asked_by, left_out), default=level)
        hint = f"deselected, above the level {level.word}; `--chaos-level {highest.word}` runs them"
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        tests = "chaos test" if len(left_out) == 1 else "chaos tests"
        config.stash[_left_out] = [f"{len(left_out)} {tests} {hint}"]


def pytest_report_collectionfinish(config: pytest.Config) -> list[str]:
    """Say which tests were left out, and how to run them."""
    return config.stash.get(_left_out, [])


def _wanted(config: pytest.Config) -> bool:
    """Tell whether the marker expression decides on chaos tests."""
    return MARKER in config.option.markexpr


def _may_run(config: pytest.Config) -> bool:
    """Tell whether the marker expression may choose chaos tests."""
    return MARKER in re.sub(rf"\bnot\s+{MARKER}\b", "", config.option.markexpr)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the report of a test carry its runs, and say of a failure what kind it is."""
    report = yield
    # Runs of a fixture that succeeded are told with the test.
    if call.when != "setup" or report.failed:
        attach_rows(item, report)
        if call.excinfo is not None and report.failed:
            tell(item, call.excinfo.value, report)
        links = [link for row in rows_of(report) for link in link_for_html(item.config, row["report"])]
        if links:
            report.extras = [*getattr(report, "extras", []), *links]  # type: ignore[attr-defined]
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: Any) -> Any:
    """Give a run that lacked evidence a word of its own."""
    return status(report)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Of `-n auto` start no more workers than ensembles have room in memory."""
    wished = yield
    room = room_for() if _may_run(config) else None
    return wished if room is None else min(wished, room)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send the seed to a worker of xdist, and where it notes its runs."""
    node.workerinput["chaos_seed"] = session_seed(node.config)
    node.workerinput["chaos_ledger"] = str(open_ledger(node.config))


@pytest.fixture(scope="session")
def chaos_workshop() -> Iterator["Workshop"]:
    """Connection to the engine; what is missing is an error of the set-up, not a failure."""
    __tracebackhide__ = True
    from harness.chaos import Workshop
    from harness.engine import Engine
    from harness.errors import SetupError

    try:
        workshop = Workshop(Engine.connect())
    except SetupError as error:
        raise error.with_traceback(None) from None
    yield workshop
    workshop.close()


@pytest.fixture
def chaos_cell(request: pytest.FixtureRequest) -> Cell:
    """What the marker chaos_matrix chose for this test; empty without one."""
    return getattr(request, "param", Cell())


@pytest.fixture
def chaos(request: pytest.FixtureRequest, chaos_workshop: "Workshop", chaos_cell: Cell) -> "Chaos":
    """Run a workload under faults and judge it: chaos.run("election", nemesis="kill-leader", time=30).

    The test fails unless the verdict is the one that `expect` names, by default "valid":
    expect="violation" is for a broken twin. What comes back has the verdict, the names of the
    guarantees that broke, all results, the history of everything that every client saw, and the
    directory of the run with its report:

        outcome = chaos.run("lock", nemesis="pause-holder,kill-leader", time=60)
        assert outcome.history.faults

    A test may ask for several runs. Arguments are those of `zkchaos run`; what is not given here is taken
    from the markers chaos and chaos_matrix. Needs a Docker engine; without one the test ends as an error.
    """
    from harness.chaos import Caller, Chaos
    from harness.plugin.telling import repeat_of

    item, settings = request.node, Settings.of(request.config)
    asked = {name: value for name, value in asked_by(item).items() if name != "level"}
    caller = Caller(
        name=item.nodeid,
        asked={**asked, **chaos_cell.asked},
        repeat=repeat_of(request.config, item.nodeid, settings),
        tell=lambda row: add_row(item, row),
        tell_no_run=lambda error, sections: note_no_run(item, error, sections),
    )
    return Chaos(chaos_workshop, settings, caller)
