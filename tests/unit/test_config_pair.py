"""Writers of pairs: whatever interleaving, lost answer or late request, what has its flag is whole."""

import itertools
import random
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kazoo.exceptions import BadVersionError, KazooException, NodeExistsError, NoNodeError

from harness.client import NotSent, Operation, Program, Refused, Reply, Unanswered
from harness.client.data_token import token
from harness.client.multi import Multi
from harness.client.requests import Check, Create, Delete, SetData
from workloads.config.pair import HALVES, READY, PairWriter
from workloads.config.workload import CONFIG

REPLY = Reply(0, 0, 0, 0, "", 0, 0, 0)

STEPS = 1500


class Znodes:
    """Paths with (data, version, mzxid), and what must hold after every transaction."""

    def __init__(self) -> None:
        self.nodes: dict[str, tuple[bytes, int, int]] = {}
        self.zxid = 0
        self.updates: set[str] = set()
        """Updates that were whole, with their flag."""

    def do(self, operation: Operation) -> Any:
        """Carry an operation out and return its answer; raises Refused."""
        request = operation.request
        if isinstance(request, Multi | Create | Delete | SetData):
            return self._write(request.parts if isinstance(request, Multi) else (request,))
        if operation.f == "children":
            return sorted({path.split("/")[2] for path in self.nodes if path.count("/") > 1})
        node = self.nodes.get(operation.key)
        stat = node and SimpleNamespace(version=node[1], mzxid=node[2])
        if operation.f == "exists":
            return stat
        if node is None:
            raise Refused(NoNodeError(), REPLY)
        return node[0], stat

    def _write(self, parts: tuple[Any, ...]) -> Any:
        before = dict(self.nodes)
        self.zxid += 1
        try:
            for part in parts:
                self._change(part)
        except KazooException as error:
            self.nodes = before
            raise Refused(error, REPLY) from None
        self._look()

    def _change(self, part: Any) -> None:
        node = self.nodes.get(part.path)
        if isinstance(part, Create):
            if node:
                raise NodeExistsError
            self.nodes[part.path] = (part.data, 0, self.zxid)
            return
        if node is None:
            raise NoNodeError
        if part.version not in {-1, node[1]}:
            raise BadVersionError
        if isinstance(part, Check):
            return
        if isinstance(part, SetData):
            self.nodes[part.path] = (part.data, node[1] + 1, self.zxid)
        else:
            del self.nodes[part.path]

    def _look(self) -> None:
        for path in [path for path in self.nodes if path.endswith(f"/{READY}")]:
            pair = path.removesuffix(f"/{READY}")
            written = {token(self.nodes[f"{pair}/{half}"][0]).partition("-")[0] for half in HALVES}
            assert len(written) == 1, f"{pair} is ready with halves of {written}"
            self.updates |= written


class Stage:
    """Lets one writer at a time do one request, drawn from the seed, and lets requests go astray."""

    def __init__(self, seed: int, writers: int):
        self.chance = random.Random(seed)
        self.znodes = Znodes()
        self.over = threading.Event()
        self.turn = threading.Semaphore(0)
        self._late: list[Operation] = []
        self._go = {number: threading.Semaphore(0) for number in range(writers)}
        self._writers = [OnStage(self, number) for number in range(writers)]

    def play(self) -> None:
        """Do STEPS requests; raises what broke."""
        threads = [threading.Thread(target=writer.run) for writer in self._writers]
        for thread in threads:
            thread.start()
            self.turn.acquire()
        for _ in range(STEPS):
            if any(writer.broke for writer in self._writers):
                break
            if self._late and self.chance.random() < 0.1:
                self._arrive_late()
            self._go[self.chance.randrange(len(threads))].release()
            self.turn.acquire()
        self.over.set()
        for number, thread in enumerate(threads):
            self._go[number].release()
            thread.join(5)
            assert not thread.is_alive()
        for writer in self._writers:
            if writer.broke:
                raise writer.broke

    def call(self, number: int, operation: Operation) -> Any:
        """Wait for the writer's turn and do its request, or not."""
        self.turn.release()
        self._go[number].acquire()
        if self.over.is_set():
            raise NotSent("over")
        fate = self.chance.random()
        if fate < 0.08:
            self._late.append(operation)
            raise Unanswered("late", REPLY)
        value = self.znodes.do(operation)
        if fate < 0.12:
            raise Unanswered("lost", REPLY)
        return SimpleNamespace(value=value)

    def _arrive_late(self) -> None:
        operation = self._late.pop(self.chance.randrange(len(self._late)))
        try:
            self.znodes.do(operation)
        except Refused:
            return


class OnStage(PairWriter):
    """A writer without a client, whose requests the stage takes."""

    def __init__(self, stage: Stage, number: int):
        waiting = SimpleNamespace(is_set=stage.over.is_set, wait=lambda _seconds=0.0: stage.over.is_set())
        params = {**CONFIG.params, "updates": 20}
        program = SimpleNamespace(
            plan=SimpleNamespace(node=f"app{number % 3 + 1}", seed="7", params=params),
            recorder=None,
            stopping=waiting,
            patience=1.0,
            make_client=lambda *_, **__: None,
            numbers=itertools.count(1),
            event=lambda *_, **__: None,
        )
        super().__init__(cast("Program", program))
        self.connected.set()
        self.broke: BaseException | None = None
        self._stage, self._place = stage, number

    def call(self, operation: Operation) -> Any:
        return self._stage.call(self._place, operation)

    def run(self) -> None:
        try:
            super().run()
        except BaseException as broke:  # noqa: BLE001 - told where the play ends
            self.broke = broke
            self._stage.turn.release()


@pytest.mark.parametrize("seed", range(20))
def test_what_has_its_flag_is_whole(seed: int) -> None:
    stage = Stage(seed, writers=3)
    stage.play()
    assert len(stage.znodes.updates) > 20
