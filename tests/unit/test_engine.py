"""The engine's wrapper: what the Docker SDK raises becomes one sentence, and what is gone is told apart."""

import gc
import io
import tarfile
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from docker import errors  # noqa: TID251 - the exceptions that have to be explained

from harness.container import Container
from harness.engine import Engine
from harness.errors import SetupError
from harness.sdk import Vanished

STATE = {"Status": "running", "Running": True, "Paused": False, "Pid": 7, "ExitCode": 0, "OOMKilled": False}


def answer(status: int) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    return response


NOT_FOUND = errors.NotFound("404", answer(404), "No such container: zk1")
CONFLICT = errors.APIError("409", answer(409), "Container is not running")
SILENCE = requests.ConnectionError("connection refused")


class Handle:
    """A container of the SDK: every verb raises `raises`, if there is something."""

    name, id = "zk1", "abc"

    def __init__(self, *, raises: Exception | None = None, gone: bool = False, **state: Any):
        self.attrs: dict[str, Any] = {
            "State": STATE | state,
            "NetworkSettings": {"Ports": {}, "Networks": {}},
        }
        self.calls: list[Any] = []
        self._raises = raises
        self._gone = gone

    def _verb(self, *call: Any) -> None:
        self.calls.append(call)
        if self._raises:
            raise self._raises

    def reload(self) -> None:
        if self._gone:
            raise NOT_FOUND

    def start(self) -> None:
        self._verb("start")

    def kill(self, signal: str) -> None:
        self._verb("kill", signal)

    def pause(self) -> None:
        self._verb("pause")

    def unpause(self) -> None:
        self._verb("unpause")

    def remove(self, **options: Any) -> None:
        self._verb("remove", options)

    def put_archive(self, path: str, data: bytes) -> None:
        self._verb("put", path, data)


VERBS: list[Callable[[Container], Any]] = [
    Container.start,
    Container.pause,
    Container.unpause,
    Container.kill,
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (NOT_FOUND, Vanished, "No such container: zk1"),
        (CONFLICT, SetupError, "Container is not running"),
        (SILENCE, SetupError, "the Docker engine does not answer (connection refused)"),
        (errors.DockerException("odd"), SetupError, "the Docker engine does not answer (odd)"),
        (ConnectionResetError("reset"), SetupError, "the Docker engine does not answer (reset)"),
    ],
)
def test_every_failure_is_one_sentence_that_names_the_action(
    verb: Callable[[Container], Any], error: Exception, kind: type[SetupError], reason: str
) -> None:
    with pytest.raises(SetupError) as caught:
        verb(Container(Handle(raises=error)))
    assert type(caught.value) is kind
    assert str(caught.value).startswith("cannot ")
    assert "zk1" in str(caught.value)
    assert str(caught.value).endswith(f": {reason}")


def test_a_signal_to_a_container_that_does_not_run_is_nothing() -> None:
    handle = Handle(raises=CONFLICT, Running=False)
    Container(handle).kill("SIGTERM")
    assert handle.calls == [("kill", "SIGTERM")]


def test_a_signal_to_a_container_that_is_gone_says_so() -> None:
    with pytest.raises(Vanished):
        Container(Handle(raises=NOT_FOUND, Running=False)).kill()


def test_state_is_that_of_the_engine_now() -> None:
    state = Container(Handle(Status="paused", Paused=True, ExitCode=3, OOMKilled=True)).state()
    assert (state.status, state.running, state.paused, state.pid) == ("paused", True, True, 7)
    assert (state.exit_code, state.oom_killed) == (3, True)
    with pytest.raises(Vanished, match=r"^cannot inspect zk1: No such container"):
        Container(Handle(gone=True)).state()


def test_removing_what_is_gone_is_fine_and_other_trouble_is_not() -> None:
    handle = Handle()
    Container(handle).remove()
    assert handle.calls == [("remove", {"force": True, "v": True})]
    Container(Handle(raises=NOT_FOUND)).remove()
    with pytest.raises(SetupError, match=r"^cannot remove zk1"):
        Container(Handle(raises=SILENCE)).remove()


def test_files_are_put_with_their_directories() -> None:
    handle = Handle()
    Container(handle).put({"/conf/zoo.cfg": "tickTime=5\n", "/data/myid": "é\n"})
    ((_, root, archive),) = handle.calls
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {m.name: (tar.extractfile(m) or io.BytesIO()).read().decode() for m in tar.getmembers()}
    assert (root, files) == ("/", {"conf/zoo.cfg": "tickTime=5\n", "data/myid": "é\n"})


def test_a_command_that_fails_is_told_with_its_output() -> None:
    handle = Handle()
    vars(handle)["exec_run"] = lambda command: (
        (0, b"fine \xff") if command == ["id"] else (2, b" no such rule\n")
    )
    container = Container(handle)
    assert container.execute("id") == b"fine \xff"
    with pytest.raises(SetupError, match=r"^iptables failed in zk1: no such rule$"):
        container.execute("iptables", "-D")


def test_processes_are_rows_with_names() -> None:
    handle = Handle()
    vars(handle)["top"] = lambda ps_args: {"Processes": [["7", "Ss", "java -jar"], ["9", "D", "sh"]]}
    assert Container(handle).processes() == [
        {"pid": "7", "stat": "Ss", "command": "java -jar"},
        {"pid": "9", "stat": "D", "command": "sh"},
    ]
    vars(handle)["top"] = lambda ps_args: {"Processes": None}
    assert Container(handle).processes() == []


def test_a_port_that_is_not_published_is_told() -> None:
    handle = Handle()
    handle.attrs["NetworkSettings"]["Ports"] = {"2181/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}]}
    assert Container(handle).published(2181) == 49153
    with pytest.raises(SetupError, match=r"^cannot reach zk1: its port 2888 is not published"):
        Container(handle).published(2888)


class Wire:
    """A socket that gives what it is told to, in pieces, and then comes to its end or breaks."""

    def __init__(self, *pieces: bytes, breaks: OSError | None = None):
        self._pieces = list(pieces)
        self._breaks = breaks
        self._sock = self
        self.closed = False
        self.timeout: float | None = 60

    def settimeout(self, seconds: float | None) -> None:
        self.timeout = seconds

    def recv(self, size: int) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        if self._breaks:
            raise self._breaks
        return b""

    def close(self) -> None:
        self.closed = True


def frame(stream: int, payload: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(payload).to_bytes(4) + payload


def attached(wire: Wire) -> Iterator[tuple[bytes, bytes]]:
    handle = Handle()
    vars(handle)["attach_socket"] = lambda params: wire
    return Container(handle).attach()


@pytest.mark.parametrize("cut", range(1, 40))
def test_an_attached_stream_is_whole_however_it_is_cut(cut: int) -> None:
    data = frame(1, b"one\n") + frame(2, b"oh\n") + frame(1, b"") + frame(1, b"two\n")
    wire = Wire(*(data[at : at + cut] for at in range(0, len(data), cut)))
    chunks = list(attached(wire))
    assert b"".join(out for out, _ in chunks) == b"one\ntwo\n"
    assert b"".join(err for _, err in chunks) == b"oh\n"
    assert wire.closed
    assert wire.timeout is None


def test_an_attached_stream_that_breaks_is_told() -> None:
    wire = Wire(frame(1, b"one\n"), breaks=ConnectionResetError("broken"))
    chunks = attached(wire)
    assert next(chunks) == (b"one\n", b"")
    with pytest.raises(SetupError, match=r"^cannot follow the output of zk1: .*broken"):
        next(chunks)
    assert wire.closed


def test_attaching_happens_at_once_and_not_at_the_first_look() -> None:
    handle = Handle()
    asked: list[dict[str, int]] = []
    vars(handle)["attach_socket"] = lambda params: asked.append(params) or Wire()
    Container(handle).attach()
    assert len(asked) == 1


def engine(**parts: Any) -> Engine:
    return Engine(SimpleNamespace(**parts))


@pytest.mark.parametrize(
    ("reference", "pulled"),
    [
        ("zookeeper", ("zookeeper", "latest")),
        ("zookeeper:3.9", ("zookeeper", "3.9")),
        ("localhost:5000/team/zookeeper", ("localhost:5000/team/zookeeper", "latest")),
        ("localhost:5000/team/zookeeper:3.9", ("localhost:5000/team/zookeeper", "3.9")),
        ("zookeeper@sha256:abc", ("zookeeper", "sha256:abc")),
    ],
)
def test_a_reference_is_split_where_its_tag_begins(reference: str, pulled: tuple[str, str]) -> None:
    asked: list[tuple[str, str]] = []
    engine(images=SimpleNamespace(pull=lambda name, tag: asked.append((name, tag)))).pull(reference)
    assert asked == [pulled]


def test_a_missing_image_is_none_and_a_present_one_is_described() -> None:
    def get(reference: str) -> Any:
        if reference != "zookeeper:3.9":
            raise errors.ImageNotFound("404", answer(404), "no such image")
        attrs = {"RepoDigests": ["zookeeper@sha256:abc"]}
        return SimpleNamespace(id="sha256:1", tags=["zookeeper:3.9"], labels=None, attrs=attrs)

    there = engine(images=SimpleNamespace(get=get))
    assert there.image("absent") is None
    found = there.image("zookeeper:3.9")
    assert found is not None
    assert (found.id, found.tags, found.digest, found.labels) == (
        "sha256:1",
        ("zookeeper:3.9",),
        "sha256:abc",
        {},
    )


def test_a_failed_build_shows_its_last_lines() -> None:
    messages = [{"stream": f"line {number}\n"} for number in range(100)] + [{"error": "exit code 100\n"}]
    builder = SimpleNamespace(build=lambda **options: iter(messages))
    heard: list[str] = []
    with pytest.raises(SetupError) as caught:
        engine(api=builder).build(b"", tag="zkchaos/x:1", labels={}, on_line=heard.append)
    lines = str(caught.value).splitlines()
    assert lines[0] == "cannot build the image zkchaos/x:1; its last lines were:"
    assert lines[1:] == [f"line {number}" for number in range(80, 100)] + ["exit code 100"]
    assert len(heard) == 100


@pytest.mark.parametrize(("run", "label"), [(None, "zkchaos=1"), ("r1", "zkchaos.run=r1")])
def test_a_sweep_removes_and_counts_what_has_the_label_and_forgives_what_is_gone(
    run: str | None, label: str
) -> None:
    removed: list[str] = []

    def gone(**options: Any) -> None:
        removed.append("gone")
        raise NOT_FOUND

    def listing(*things: Any) -> Any:
        def find(filters: dict[str, str], **options: Any) -> list[Any]:
            assert filters == {"label": label}
            return list(things)

        return SimpleNamespace(list=find)

    def thing(name: str) -> Any:
        return SimpleNamespace(name=name, id=name, remove=lambda **options: removed.append(name))

    lost = SimpleNamespace(name="lost", id="lost", remove=gone)
    counts = engine(
        containers=listing(thing("c1"), lost, thing("c2")),
        networks=listing(thing("n1"), lost),
        volumes=listing(thing("v1")),
    ).sweep(run)
    assert counts == {"containers": 3, "networks": 2, "volumes": 1}
    assert removed == ["c1", "gone", "c2", "n1", "gone", "v1"]


# The SDK leaves the socket open with which it could not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("host", ["unix:///nonexistent/docker.sock", "tcp://127.0.0.1:1", "nonsense://x"])
def test_no_engine_is_one_sentence_with_the_way_out(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(
        SetupError, match=r"^no Docker engine answers: install and start one .*DOCKER_HOST"
    ) as caught:
        Engine.connect()
    assert "\n" not in str(caught.value)
    del caught
    gc.collect()


def test_a_sweep_goes_on_past_what_cannot_be_removed_and_tries_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harness.leftovers.SWEEP_AGAIN", 0)
    there = {"busy": 2, "free": 0}
    """Refusals left, by name."""

    def listing(*names: str) -> Any:
        def find(**options: Any) -> list[Any]:
            return [SimpleNamespace(name=n, remove=lambda n=n: remove(n)) for n in names if n in there]

        return SimpleNamespace(list=find)

    def remove(name: str) -> None:
        if there[name]:
            there[name] -= 1
            raise errors.APIError("403", answer(403), "network busy has active endpoints")
        del there[name]

    nothing = SimpleNamespace(list=lambda **options: [])
    swept = engine(containers=nothing, networks=listing("busy", "free"), volumes=nothing)
    assert swept.sweep("r1") == {"containers": 0, "networks": 2, "volumes": 0}
    there.update(busy=99, free=0)
    with pytest.raises(SetupError, match=r"^cannot remove busy: network busy has active endpoints$"):
        swept.sweep("r1")
    assert there.keys() == {"busy"}


def test_what_somebody_else_is_removing_counts_as_removed() -> None:
    def remove(**options: Any) -> None:
        raise errors.APIError("409", answer(409), "removal of container c1 is already in progress")

    Container(SimpleNamespace(name="c1", id="c1", remove=remove)).remove()


@pytest.mark.parametrize(("code", "printed"), [(0, b"3.9.6\n"), (1, b"no such thing\n")])
def test_what_runs_once_leaves_nothing_behind_whatever_it_says(code: int, printed: bytes) -> None:
    done: list[str] = []
    handle = SimpleNamespace(
        name="once",
        id="once",
        start=lambda: done.append("start"),
        wait=lambda timeout: {"StatusCode": code},
        logs=lambda stdout, stderr, timestamps: printed,
        remove=lambda force, v: done.append(f"remove with volumes: {v}"),
    )
    there = engine(containers=SimpleNamespace(create=lambda *args, **options: handle))
    if code:
        with pytest.raises(SetupError, match=r"^cannot run java in zkchaos/x:1: no such thing$"):
            there.run_once("zkchaos/x:1", ["java", "-version"])
    else:
        assert there.run_once("zkchaos/x:1", ["java", "-version"]) == "3.9.6\n"
    assert done == ["start", "remove with volumes: True"]
