"""kazoo's Queue on a tiny ZooKeeper that loses the reply to a deletion: who notices, and who does not."""

import io
import threading

import pytest

from harness.client import Cast
from tests.unit.a_node_plan import a_node_plan
from tests.unit.fake_zookeeper import (
    CHILDREN,
    CREATE,
    DELETE,
    EXISTS,
    Action,
    FakeZooKeeper,
    Reply,
    Request,
    buffer,
    stat,
    string_at,
    strings,
)
from tests.unit.test_client_program import decoded, until
from workloads.queue.kazoo_queue import KazooConsumer
from workloads.queue.twins import LostDelete

WITHIN = 5.0
GET, NO_NODE = 4, -101
FIRST, SECOND = "app9/x-1", "app9/x-2"


class Losing:
    """A queue of two items; the first deletion is done, and its reply is lost."""

    def __init__(self) -> None:
        self.entries = {"entry-100-0000000000": FIRST, "entry-100-0000000001": SECOND}
        self.deletions = 0

    def answer(self, request: Request) -> Action:
        if request.type == CHILDREN:
            return Reply(5, strings(list(self.entries)))
        if request.type in {EXISTS, CREATE}:
            return Reply(5, stat())
        if request.type not in {GET, DELETE}:
            return Reply(5)
        name = string_at(request.body).rpartition("/")[2]
        if name not in self.entries:
            return Reply(5, b"", NO_NODE)
        if request.type == GET:
            return Reply(5, buffer(self.entries[name].encode()) + stat())
        del self.entries[name]
        self.deletions += 1
        return "drop" if self.deletions == 1 else Reply(6)


@pytest.mark.parametrize(
    ("role", "outcomes"),
    [
        (KazooConsumer, [("info", None), ("ok", {"item": SECOND})]),
        (LostDelete, [("ok", {"item": SECOND})]),
    ],
)
def test_a_lost_reply_to_a_deletion(role: type, outcomes: list[tuple[str, object]]) -> None:
    out = io.BytesIO()

    def takes() -> list[tuple[str, object]]:
        lines = decoded(out.getvalue())
        return [(line.type, line.value) for line in lines if line.f == "take" and line.type != "invoke"]

    with FakeZooKeeper(Losing().answer) as server:
        program = Cast(a_node_plan("queue", "kazoo", server.address), out, [(role, "")])
        thread = threading.Thread(target=program.main)
        thread.start()
        until(lambda: ("ok", {"item": SECOND}) in takes())
        program.stop()
        thread.join(WITHIN)
        assert not thread.is_alive()
    assert takes()[: len(outcomes)] == outcomes
