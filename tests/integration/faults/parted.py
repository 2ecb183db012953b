"""Servers that are kept apart: what each of them is, who goes on, and who reaches whom."""

from harness.clock import wait_for
from harness.ensemble import Server
from harness.zoo_config import CLIENT_PORT
from nemesis.agents import source
from tests.integration.theatre import PATIENCE, Theatre

SLACK = 1.5
"""Seconds that a busy machine may add to what ticks say."""


def silence(theatre: Theatre) -> float:
    """Seconds after which a leader or follower that hears nobody has to have given up its role."""
    return (int(theatre.plan.zoo["syncLimit"]) + 1) * theatre.plan.tick


def others(theatre: Theatre, *names: str) -> list[Server]:
    return [server for server in theatre.ensemble.servers if server.name not in names]


def await_mode(server: Server, mode: str, within: float = PATIENCE) -> None:
    wait_for(lambda: server.status().mode == mode, within=within, what=f"{server.name} is {mode}", every=0.1)


def await_successor(theatre: Theatre, old: Server, epoch: int) -> Server:
    """Another server that leads in a higher epoch, as soon as one does."""

    def look() -> Server | None:
        leader = theatre.ensemble.leader()
        return leader if leader and leader is not old and leader.status().epoch > epoch else None

    return wait_for(look, within=PATIENCE, what=f"another server than {old.name} leads")


def works_on(theatre: Theatre, at: list[Server], times: int = 3) -> None:
    """Work that begins from now on is acknowledged, by these servers."""
    mark = theatre.now()
    addresses = {f"{server.pod.address}:{CLIENT_PORT}" for server in at}
    for _ in range(times):
        begin = theatre.await_event(mark, "work", type="invoke")
        done = theatre.await_event(begin.index, "work", type="ok", fits=lambda e: e.server in addresses)
        mark = done.index


def reaches(of: Server, at: Server, port: int) -> str:
    """What comes of a connection from one server's machine to another's."""
    asked = f'{{"probes": {{"it": ["{at.pod.address}", {port}]}}, "within": 0.3}}'
    answer = of.pod.holder.execute("python3", "-ISc", source("reach"), asked).decode()
    return answer.partition('"it": "')[2].partition('"')[0]
