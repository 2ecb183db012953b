"""Base images: from the engine, from a registry, or bootstrapped, and the sentences when none of it works."""

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from harness import base_image as module
from harness.base_image import base_image, pull_within
from harness.errors import SetupError
from tests.unit.fake_engine import FakeEngine


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def said() -> list[str]:
    return []


def test_local_base_is_used_without_asking_the_registry(said: list[str]) -> None:
    engine: Any = FakeEngine("debian:sid-slim", "zkchaos/base:sid", "zkchaos/base:trixie")
    assert base_image(engine, "sid", said.append) == "debian:sid-slim"
    assert base_image(engine, "trixie", said.append) == "zkchaos/base:trixie"
    assert not engine.pulls


def test_base_is_pulled_where_a_registry_answers(said: list[str]) -> None:
    engine: Any = FakeEngine(registry=("debian:sid-slim",))
    assert base_image(engine, "sid", said.append) == "debian:sid-slim"


@pytest.fixture
def debootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A debootstrap whose Debian is one file; what it is called with stands in `calls`."""
    program = tmp_path / "bin" / "debootstrap"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nmkdir -p "$3/etc" "$3/proc"\n'
        'echo 1 > "$3/etc/debian_version"\necho 1 > "$3/proc/1"\n'
        'case $2 in s*) ;; *) echo "E: No such script: $2"; exit 1 ;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(module, "PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path


def test_base_is_bootstrapped_where_no_registry_answers(
    debootstrap: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZKCHAOS_MIRROR", "http://mirror.example/debian")
    engine: Any = FakeEngine()
    assert base_image(engine, "sid", said.append) == "zkchaos/base:sid"
    assert engine.images["zkchaos/base:sid"].labels == {"zkchaos": "1"}
    assert "./etc/debian_version" in engine.imported
    assert "./proc/1" not in engine.imported
    assert (debootstrap / "calls").read_text().split()[-1] == "http://mirror.example/debian"
    assert any("cannot be pulled (no such host)" in line and "bootstrapped" in line for line in said)
    assert list((debootstrap / "temporary").iterdir()) == []


def test_unknown_suite_is_told_and_leaves_nothing_behind(debootstrap: Path, said: list[str]) -> None:
    engine: Any = FakeEngine()
    with pytest.raises(SetupError) as caught:
        base_image(engine, "zurg", said.append)
    text = str(caught.value)
    assert "no Debian zurg to build on" in text
    assert "No such script: zurg" in text
    assert "bookworm, trixie and sid" in text
    assert list((debootstrap / "temporary").iterdir()) == []


def test_bootstrapping_without_root_is_told(
    debootstrap: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"needs root.*load debian:sid-slim into the engine"):
        base_image(FakeEngine(), "sid", said.append)  # type: ignore[arg-type]
    assert not (debootstrap / "calls").exists()


def test_silent_registry_is_given_up() -> None:
    release = threading.Event()

    class Silent:
        def pull(self, reference: str) -> None:
            release.wait(30)

    begin = time.monotonic()
    reason = pull_within(Silent(), "debian:sid-slim", 0.1)
    release.set()
    assert reason == "no answer within 0.1 s"
    assert time.monotonic() - begin < 5
