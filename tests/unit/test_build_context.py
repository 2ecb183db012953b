"""Build contexts: what is in them, and fingerprints that follow the content."""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import kazoo.version
import pytest

from harness import build_context
from harness.build_context import BuildContext, app_context, docker_files, server_context, tools_context
from harness.errors import SetupError
from tests.unit.fake_engine import unpack


def test_fingerprint_is_that_of_the_content() -> None:
    context = BuildContext({"Dockerfile": b"FROM x", "a.sh": b"1"})
    same = BuildContext({"a.sh": b"1", "Dockerfile": b"FROM x"})
    assert context.fingerprint("sid") == same.fingerprint("sid")
    assert re.fullmatch("[0-9a-f]{12}", context.fingerprint("sid"))


@pytest.mark.parametrize(
    "other",
    [
        {"Dockerfile": b"FROM x", "a.sh": b"2"},
        {"Dockerfile": b"FROM x", "b.sh": b"1"},
        {"Dockerfile": b"FROM x", "a.s": b"h1"},
        {"Dockerfile": b"FROM x"},
        {"Dockerfile": b"FROM x", "a.sh": b"1", "c": b""},
    ],
)
def test_fingerprint_changes_with_any_file(other: dict[str, bytes]) -> None:
    context = BuildContext({"Dockerfile": b"FROM x", "a.sh": b"1"})
    assert context.fingerprint("sid") != BuildContext(other).fingerprint("sid")


def test_fingerprint_changes_with_base_and_format(monkeypatch: pytest.MonkeyPatch) -> None:
    context = BuildContext({"Dockerfile": b"FROM x"})
    before = context.fingerprint("sid")
    assert before != context.fingerprint("trixie")
    monkeypatch.setattr(build_context, "FORMAT", build_context.FORMAT + 1)
    assert before != context.fingerprint("sid")


def test_archive_starts_from_the_base_and_can_be_run() -> None:
    context = BuildContext({"Dockerfile": b"# why\nARG BASE=y\nFROM ${BASE}\n", "a.sh": b"1", "b": b"2"})
    archive = context.archive("zkchaos/base:sid")
    assert unpack(archive)["Dockerfile"] == b"# why\nARG BASE=zkchaos/base:sid\nFROM ${BASE}\n"
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        assert {entry.name: entry.mode for entry in tar} == {"Dockerfile": 0o644, "a.sh": 0o755, "b": 0o644}
    time.sleep(0.01)
    assert archive == context.archive("zkchaos/base:sid")


@pytest.mark.parametrize("make", [tools_context, app_context, server_context])
def test_contexts_hold_what_their_dockerfile_copies(make: Callable[[], BuildContext]) -> None:
    files = make().files
    sources = [
        source
        for line in files["Dockerfile"].decode().splitlines()
        if line.startswith("COPY ")
        for source in line.split()[1:-1]
    ]
    assert sources
    for source in sources:
        assert any(name == source or name.startswith(f"{source}/") for name in files), source


def test_tools_get_the_kazoo_that_runs_here() -> None:
    files = tools_context().files
    assert kazoo.version.__version__ in files["kazoo/version.py"].decode()
    assert not any("/tests/" in name for name in files)


def test_app_files_import_without_the_rest_of_the_harness(tmp_path: Path) -> None:
    files = app_context().files
    assert "zkchaos/harness/engine.py" not in files
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    program = "import harness.client.__main__, workloads.catalogue; print(harness.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "zkchaos")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))


def test_docker_files_of_a_wheel_come_from_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(docker_files(), tmp_path / "harness" / "docker-files")
    # Beside an installed harness, `docker` is the SDK.
    (tmp_path / "docker").mkdir()
    before = server_context().fingerprint("sid")
    monkeypatch.setattr(build_context, "HARNESS", tmp_path / "harness")
    assert docker_files() == tmp_path / "harness" / "docker-files"
    assert server_context().fingerprint("sid") == before
    (docker_files() / "server" / "zkServer.sh").write_text("#!/bin/sh\n")
    assert server_context().fingerprint("sid") != before


def test_missing_docker_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_context, "HARNESS", tmp_path / "harness")
    with pytest.raises(SetupError, match=r"Dockerfiles.*install zkchaos again\.$"):
        docker_files()
