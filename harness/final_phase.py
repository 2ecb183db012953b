"""The final phase: what every server shows when all faults are over, read directly and after a sync."""

import time

from harness.clock import Deadline
from harness.ensemble import Server
from harness.errors import EnsembleError
from harness.four_letter import ask, parse_mntr
from harness.stage import Stage

READ_WITHIN = 10.0

LOOK_EVERY = 0.2

EPHEMERALS = "zk_ephemerals_count"


def read_every_server(stage: Stage, roots: tuple[str, ...], when: str) -> None:
    """Write one `final-read` per server and root into the history; `when` is `running` or `stopped`."""
    for server in stage.ensemble.servers:
        for root in roots:
            _read(stage, server, root, when)


def await_expiry(stage: Stage, within: float) -> None:
    """Wait until no ephemeral znode is left, or until every session must have expired."""
    deadline = Deadline(within)
    server = stage.ensemble.servers[0]
    while not deadline.passed:
        try:
            left = parse_mntr(ask(server.host_address, "mntr")).get(EPHEMERALS)
        except OSError:
            return  # the reads that count will say so
        if not left:
            return
        time.sleep(LOOK_EVERY)


def _read(stage: Stage, server: Server, root: str, when: str) -> None:
    common = {"f": "final-read", "process": f"final/{server.name}", "node": server.name, "key": root}
    stage.history.write(time=stage.clock.now(), type="invoke", value={"stage": when}, **common)
    try:
        owners, listing = stage.ensemble.children(server, root, READ_WITHIN)
    except EnsembleError as error:
        stage.history.write(time=stage.clock.now(), type="info", error=str(error), **common)
        return
    stage.history.write(
        time=stage.clock.now(),
        type="ok",
        value={"children": owners},
        zxid=listing.reply.zxid,
        server=server.name,
        **common,
    )
