"""The disk layer's program: what it hands on, what it refuses, and what a power cut takes."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from nemesis.agents.disk_layer import Layer
from nemesis.agents.disk_memory import Memory

LONG = 60_000


@pytest.fixture
def layer(tmp_path: Path) -> Layer:
    return Layer(str(tmp_path))


def put(layer: Layer, path: str, data: bytes, *, sync: bool, offset: int = 0) -> None:
    """Write a file through the layer, as a process does."""
    try:
        fh = layer("open", path, os.O_WRONLY)
    except FileNotFoundError:
        fh = layer("create", path, 0o644)
    assert layer("write", path, data, offset, fh) == len(data)
    if sync:
        layer("fsync", path, 1, fh)
    layer("release", path, fh)


def cut(layer: Layer, age: float = 60) -> dict[str, object]:
    return layer.command({"drop": True, "age": age})


def test_writes_go_through_at_once(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/log", b"one", sync=False)
    assert (tmp_path / "log").read_bytes() == b"one"
    fh = layer("open", "/log", os.O_RDONLY)
    assert layer("read", "/log", 10, 1, fh) == b"ne"
    layer("release", "/log", fh)
    assert layer("getattr", "/log")["st_size"] == 3
    assert sorted(layer("readdir", "/", 0)) == [".", "..", "log"]
    assert layer.command({})["unsynced"] == 3


def test_a_power_cut_takes_what_came_after_the_last_sync(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/log", b"synced", sync=True)
    put(layer, "/log", b"lost", sync=False, offset=6)
    put(layer, "/log", b"SY", sync=False)
    lost = cut(layer)
    assert (tmp_path / "log").read_bytes() == b"synced"
    assert lost["bytes_dropped"] == 6
    assert lost["files_set_back"] == ["/log"]
    assert cut(layer)["bytes_dropped"] == 0


def test_a_sync_covers_all_that_was_written_before_it(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/log", b"first", sync=False)
    put(layer, "/log", b"then", sync=True, offset=5)
    assert cut(layer)["bytes_dropped"] == 0
    assert (tmp_path / "log").read_bytes() == b"firstthen"


def test_overlapping_writes_are_taken_back_in_order(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/log", b"0123456789", sync=True)
    for number in range(6):
        put(layer, "/log", bytes([65 + number]) * 5, sync=False, offset=number * 2)
    cut(layer)
    assert (tmp_path / "log").read_bytes() == b"0123456789"


def test_preallocation_is_taken_back_too(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/log", b"head", sync=True)
    # As ZooKeeper does it: one zero far behind the end, then records in front of it.
    put(layer, "/log", b"\0", sync=False, offset=LONG - 1)
    put(layer, "/log", b"record", sync=False, offset=4)
    assert (tmp_path / "log").stat().st_size == LONG
    cut(layer)
    assert (tmp_path / "log").read_bytes() == b"head"


def test_a_truncation_that_was_not_synced_is_undone(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/log", b"0123456789", sync=True)
    layer("truncate", "/log", 3)
    put(layer, "/log", b"xyz", sync=False, offset=3)
    assert (tmp_path / "log").read_bytes() == b"012xyz"
    cut(layer)
    assert (tmp_path / "log").read_bytes() == b"0123456789"


def test_a_file_that_was_never_synced_vanishes(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/snapshot", b"all of it", sync=False)
    put(layer, "/log", b"", sync=True)
    assert cut(layer)["files_vanished"] == ["/snapshot"]
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_changes_follow_a_file_to_its_new_name(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/epoch.tmp", b"5", sync=True)
    put(layer, "/epoch.tmp", b"66", sync=False)
    layer("rename", "/epoch.tmp", "/epoch")
    cut(layer)
    assert (tmp_path / "epoch").read_bytes() == b"5"


def test_whoever_replaces_a_file_finds_the_new_one_whole(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/epoch", b"5", sync=True)
    put(layer, "/epoch.tmp", b"6", sync=False)
    layer("rename", "/epoch.tmp", "/epoch")
    assert cut(layer)["bytes_dropped"] == 0
    assert (tmp_path / "epoch").read_bytes() == b"6"


def test_what_is_old_or_settled_is_not_lost(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/old", b"old", sync=False)
    assert cut(layer, age=0)["bytes_dropped"] == 0
    put(layer, "/settled", b"settled", sync=False)
    layer.command({"settle": True})
    assert cut(layer)["files_vanished"] == []
    assert {path.name for path in tmp_path.iterdir()} == {"old", "settled"}


def test_a_file_that_is_gone_does_not_come_back(layer: Layer, tmp_path: Path) -> None:
    put(layer, "/one", b"synced", sync=True)
    put(layer, "/one", b"not", sync=False)
    put(layer, "/two", b"not", sync=False)
    layer("unlink", "/one")
    (tmp_path / "two").unlink()
    cut(layer)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("on", "refused", "fine"),
    [
        ("write", {"create", "write"}, {"fsync", "open", "read"}),
        ("fsync", {"fsync"}, {"create", "write", "open", "read"}),
        ("change", {"create", "write", "open"}, {"read"}),
        ("all", {"create", "write", "fsync", "open", "read"}, set()),
    ],
)
def test_errors_hit_what_they_are_meant_for(
    layer: Layer, tmp_path: Path, on: str, refused: set[str], fine: set[str]
) -> None:
    put(layer, "/log", b"content", sync=True)
    fh = layer("open", "/log", os.O_RDWR)
    layer.command({"error": "EROFS", "on": on})
    calls = {
        "create": ("/new", 0o644),
        "write": ("/log", b"x", 0, fh),
        "fsync": ("/log", 1, fh),
        "open": ("/log", os.O_WRONLY),
        "read": ("/log", 7, 0, fh),
    }
    for name in refused:
        with pytest.raises(OSError, match="EROFS") as raised:
            layer(name, *calls[name])
        assert raised.value.errno == errno.EROFS
    for name in fine:
        layer(name, *calls[name])
    assert layer.command({"error": ""})["refused"] == len(refused)
    for name, args in calls.items():
        layer(name, *args)
    assert (tmp_path / "log").exists()


def test_a_delay_ends_when_the_layer_is_set_free(layer: Layer) -> None:
    fh = layer("create", "/log", 0o644)
    layer.command({"delay": LONG})
    syncing = threading.Thread(target=layer, args=("fsync", "/log", 1, fh))
    began = time.monotonic()
    syncing.start()
    while not layer.command({})["delayed"]:
        time.sleep(0.001)
    # Others go on meanwhile, and what they write is not covered by that sync.
    layer("write", "/log", b"late", 0, fh)
    assert syncing.is_alive()
    layer.command({"delay": 0})
    syncing.join(10)
    assert not syncing.is_alive()
    assert time.monotonic() - began < LONG / 1000
    assert layer.command({})["unsynced"] == 4


def test_changes_are_not_kept_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory(str(tmp_path))
    moment = time.monotonic()
    for second in range(200):
        monkeypatch.setattr(time, "monotonic", lambda second=second: moment + second)
        memory.file("/log").change(second, [], 1)
    assert memory.unsynced <= 61
