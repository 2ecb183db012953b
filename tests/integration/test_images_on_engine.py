"""The images for real: built and cached, with what they promise inside, and servers that answer from them."""

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import kazoo.version
import pytest

from harness.clock import wait_for
from harness.container import Container
from harness.engine import Engine
from harness.errors import SetupError
from harness.four_letter import status
from harness.images import app_image, server_image, tools_image
from harness.leftovers import LABEL
from harness.zoo_config import CLIENT_PORT, configuration, zoo_cfg

LABELS = {LABEL: "1"}

VERSIONS = {"bookworm": r"3\.8\.\d+", "trixie": r"3\.9\.\d+", "sid": r"3\.\d+\.\d+"}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine.connect()
    yield engine
    engine.close()


@contextmanager
def server(engine: Engine, image: str, environment: dict[str, str]) -> Iterator[Container]:
    """One server alone, on the engine's default network."""
    name = f"zkchaos-test-{uuid.uuid4().hex[:8]}"
    container = engine.create_container(
        image, name, labels=LABELS, environment=environment, network="bridge", publish=CLIENT_PORT
    )
    try:
        container.put({"/conf/zoo.cfg": zoo_cfg(configuration({}), ["0.0.0.0"]), "/data/myid": "1\n"})
        container.start()
        yield container
    finally:
        container.remove()


def serves(container: Container) -> str:
    """Wait until it serves clients, and return its mode."""
    container.state()
    address = ("127.0.0.1", container.published(CLIENT_PORT))

    def mode() -> str | None:
        found = status(address, 1.0)
        return found.mode if found.serves else None

    return wait_for(mode, within=30, what=f"{container.name} answers srvr")


@pytest.mark.parametrize("suite", VERSIONS)
def test_server_of_each_suite_answers(engine: Engine, suite: str) -> None:
    image = server_image(engine, f"debian:{suite}", print)
    assert re.fullmatch(VERSIONS[suite], image.zookeeper)
    with server(engine, image.tag, {}) as container:
        assert serves(container) == "standalone"
        (java,) = container.processes()
        assert java["command"].startswith("/usr/bin/java")
        assert "SharedArchiveFile" in java["command"]
        log = container.output().decode()
        assert f"Server environment:zookeeper.version={image.zookeeper}" in log
        assert " INFO org.apache.zookeeper" in log
        assert "binding to port" in log
        container.kill("SIGTERM")
        wait_for(lambda: not container.state().running, within=10, what="the server ends when it is asked to")
        assert container.state().exit_code == 143


def test_flags_of_the_jvm_are_the_users(engine: Engine) -> None:
    image = server_image(engine, "debian:sid", print)
    flags = {"SERVER_JVMFLAGS": "-XX:+UseG1GC", "JVMFLAGS": "-Xmx99m", "ZK_SERVER_HEAP": "88"}
    with server(engine, image.tag, flags) as container:
        assert serves(container) == "standalone"
        command = container.processes()[0]["command"]
        assert command.index("-Xmx88m") < command.index("-XX:+UseG1GC") < command.index("-Xmx99m")
        assert "SerialGC" not in command


def test_images_that_exist_are_used_at_once(engine: Engine) -> None:
    first = (server_image(engine, "debian:sid", print), tools_image(engine, print), app_image(engine, print))
    said: list[str] = []
    begin = time.monotonic()
    again = (
        server_image(engine, "debian:sid", said.append),
        tools_image(engine, said.append),
        app_image(engine, said.append),
    )
    assert time.monotonic() - begin < 1
    assert again == first
    assert said == []


def test_images_are_labelled(engine: Engine) -> None:
    server = server_image(engine, "debian:sid", print)
    for tag in (server.tag, tools_image(engine, print), app_image(engine, print)):
        info = engine.image(tag)
        assert info is not None
        assert info.labels[LABEL] == "1", tag
    info = engine.image(server.tag)
    assert info is not None
    assert info.labels["zkchaos.zookeeper"] == server.zookeeper
    assert info.id == server.id


def test_tools_hold_what_faults_need(engine: Engine) -> None:
    tools = tools_image(engine, print)
    assert engine.run_once(tools, ["iptables", "--version"]).startswith("iptables v")
    assert "iproute2" in engine.run_once(tools, ["ip", "-V"])
    assert "tc" in engine.run_once(tools, ["tc", "-V"])
    assert engine.run_once(tools, ["faketime", "2001-02-03 04:05:06", "date", "+%Y-%m-%d"]) == "2001-02-03\n"
    program = "import msgspec, kazoo.client, kazoo.version; print(kazoo.version.__version__)"
    assert engine.run_once(tools, ["python3", "-c", program]) == f"{kazoo.version.__version__}\n"


def test_node_imports_its_program(engine: Engine) -> None:
    program = "import harness.client.__main__, workloads.catalogue as c; print(*c.WORKLOADS)"
    assert "election" in engine.run_once(app_image(engine, print), ["python3", "-c", program])


def test_image_that_is_nowhere_is_one_sentence(engine: Engine) -> None:
    with pytest.raises(SetupError, match=r"zkchaos\.invalid/nothing:1 .*debian:sid") as caught:
        server_image(engine, "zkchaos.invalid/nothing:1", print)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("reference", ["", "UPPER:case", "a b"])
def test_reference_that_is_none_is_one_sentence(engine: Engine, reference: str) -> None:
    with pytest.raises(SetupError, match=r"debian:sid") as caught:
        server_image(engine, reference, print)
    assert "\n" not in str(caught.value)
