"""Images without an engine: references, what is built when and only once, and the sentences when it fails."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness import build_lock, images
from harness.build_lock import Heartbeat
from harness.errors import SetupError
from tests.unit.fake_engine import FakeEngine

OFFICIAL = (
    "Apache ZooKeeper, version 3.9.3-c26634f34490bb0ea7a09cc51e05ede3b4e320ee, built on 2024-10-17 23:21 UTC"
)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def said() -> list[str]:
    return []


# References and server images


@pytest.mark.parametrize(
    ("reference", "suite"),
    [
        ("debian:sid", "sid"),
        ("debian:bookworm", "bookworm"),
        ("zookeeper:3.9", None),
        ("zookeeper", None),
        ("localhost:5000/debian:sid", None),
    ],
)
def test_suite_of_a_reference(reference: str, suite: str | None) -> None:
    assert images.debian_suite(reference) == suite


@pytest.mark.parametrize("reference", ["debian", "debian:", "debian:13", "debian:trixie-slim", "debian:../x"])
def test_debian_without_a_suite_is_refused(reference: str) -> None:
    with pytest.raises(SetupError, match=f"{re.escape(reference)} .*debian:sid, debian:trixie"):
        images.debian_suite(reference)


def test_server_is_built_once_and_labelled_with_its_version(said: list[str]) -> None:
    engine: Any = FakeEngine("zkchaos/base:sid")
    first = images.server_image(engine, "debian:sid", said.append)
    assert first.zookeeper == "3.9.6"
    assert first.reference == "debian:sid"
    assert re.fullmatch("zkchaos/server:sid-[0-9a-f]{12}", first.tag)
    assert engine.bases == ["zkchaos/base:sid", engine.builds[0]]
    assert engine.images[first.tag].labels == {"zkchaos": "1", "zkchaos.zookeeper": "3.9.6"}
    assert any("installing" in line for line in said)
    said.clear()
    assert images.server_image(engine, "debian:sid", said.append) == first
    assert len(engine.builds) == 2
    assert len(engine.commands) == 1
    assert said == []


def test_suites_have_images_of_their_own(said: list[str]) -> None:
    engine: Any = FakeEngine("debian:sid-slim", "debian:trixie-slim")
    tags = {images.server_image(engine, f"debian:{suite}", said.append).tag for suite in ("sid", "trixie")}
    assert len(tags) == 2
    assert {"debian:sid-slim", "debian:trixie-slim"} <= set(engine.bases)


def test_nodes_are_built_on_the_tools(said: list[str]) -> None:
    engine: Any = FakeEngine("zkchaos/base:trixie")
    app = images.app_image(engine, said.append)
    tools = images.tools_image(engine, said.append)
    assert engine.builds == [tools, app]
    assert engine.bases == ["zkchaos/base:trixie", tools]


def test_foreign_image_on_the_engine_is_used_as_it_is(said: list[str]) -> None:
    engine: Any = FakeEngine("zookeeper:3.9")
    engine.answers["zkServer.sh"] = OFFICIAL
    image = images.server_image(engine, "zookeeper:3.9", said.append)
    assert (image.tag, image.zookeeper) == ("zookeeper:3.9", "3.9.3")
    assert image.id == engine.images["zookeeper:3.9"].id
    assert not engine.pulls
    assert not engine.builds


def test_foreign_version_is_asked_once(said: list[str]) -> None:
    engine: Any = FakeEngine(registry=("zookeeper:3.9",))
    for _ in range(2):
        images.server_image(engine, "zookeeper:3.9", said.append)
    assert engine.pulls == ["zookeeper:3.9"]
    assert len(engine.commands) == 1


def test_old_version_is_read_off_the_jar(said: list[str]) -> None:
    engine: Any = FakeEngine("old")
    engine.answers = {"zkServer.sh": "Usage: zkServer.sh {start|stop}", "find": "/zk/zookeeper-3.4.14.jar\n"}
    assert images.server_image(engine, "old", said.append).zookeeper == "3.4.14"


def test_image_without_zookeeper_is_refused(said: list[str]) -> None:
    engine: Any = FakeEngine("redis:7")
    engine.answers = {"find": ""}
    with pytest.raises(SetupError, match=r"redis:7 holds no ZooKeeper.*debian:sid"):
        images.server_image(engine, "redis:7", said.append)


def test_image_that_cannot_be_had_is_one_sentence(said: list[str]) -> None:
    engine: Any = FakeEngine()
    with pytest.raises(SetupError) as caught:
        images.server_image(engine, "zookeeper:3.9", said.append)
    text = str(caught.value)
    assert "zookeeper:3.9" in text
    assert "(no such host)" in text
    assert "debian:sid" in text
    assert "\n" not in text


# Building side by side


def test_two_who_want_an_image_build_it_once(said: list[str]) -> None:
    engine: Any = FakeEngine("zkchaos/base:trixie")
    entered = threading.Event()
    build = engine.build

    def slow_build(context: bytes, **options: Any) -> None:
        entered.set()
        time.sleep(0.3)
        build(context, **options)

    engine.build = slow_build
    threads = [threading.Thread(target=images.tools_image, args=(engine, said.append)) for _ in range(2)]
    threads[0].start()
    assert entered.wait(10)
    threads[1].start()
    for thread in threads:
        thread.join(10)
    assert len(engine.builds) == 1
    assert any("waiting for another process" in line for line in said)


def test_lock_excludes_other_processes(said: list[str]) -> None:
    program = (
        "import sys\nfrom harness.build_lock import build_lock\n"
        "with build_lock('zkchaos/tools:x', print):\n print('locked', flush=True)\n sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        threading.Timer(0.3, other.stdin.close).start()
        begin = time.monotonic()
        with build_lock.build_lock("zkchaos/tools:x", said.append):
            assert time.monotonic() - begin > 0.2
    assert said == ["zkchaos/tools:x: waiting for another process that makes it"]


def test_all_images_are_made_ready(said: list[str]) -> None:
    engine: Any = FakeEngine("zkchaos/base:trixie", "zkchaos/base:sid")
    ready = images.ready_images(engine, "debian:sid", said.append)
    assert {ready.server.tag, ready.tools, ready.app} <= set(engine.images)
    assert len(engine.builds) == 4


def test_one_image_that_cannot_be_had_calls_the_other_off(said: list[str]) -> None:
    engine: Any = FakeEngine("zkchaos/base:trixie")
    build = engine.build
    failed = threading.Event()

    def patient_build(context: bytes, *, on_line: Callable[[str], None], **options: Any) -> None:
        assert failed.wait(10)
        for _ in range(100):
            on_line("zkchaos: working")
            time.sleep(0.05)
        build(context, on_line=on_line, **options)

    def refuse(reference: str) -> None:
        failed.set()
        raise SetupError(f"cannot pull {reference}: denied")

    engine.build, engine.pull = patient_build, refuse
    begin = time.monotonic()
    with pytest.raises(SetupError, match=r"zookeeper:9 .*\(denied\)"):
        images.ready_images(engine, "zookeeper:9", said.append)
    assert time.monotonic() - begin < 4
    assert engine.builds == []


def test_heartbeat_tells_steps_once_and_long_ones_again(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    heartbeat = Heartbeat("tools", said.append)
    heartbeat.line("\x1b[0mzkchaos: installing python3")
    for second in range(25):
        now[0] = second
        heartbeat.line("Unpacking something")
    assert said == [
        "tools: installing python3",
        "tools: still installing python3 (10 s)",
        "tools: still installing python3 (20 s)",
    ]
