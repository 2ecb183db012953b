"""The program that damages a server's files: what changes, and what is left alone."""

import struct
from pathlib import Path

import pytest

from nemesis.agents.disk_files import damage, digest, kept, listing, records

HEADER = b"ZKLG" + struct.pack(">iq", 2, 0)


def record(content: bytes) -> bytes:
    return struct.pack(">qi", 1, len(content)) + content + b"B"


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A data directory: two logs, preallocated, and two snapshots."""
    version = tmp_path / "version-2"
    version.mkdir()
    (tmp_path / "myid").write_text("3\n")
    (version / "currentEpoch").write_text("1")
    (version / "log.1").write_bytes(HEADER + record(b"old") + bytes(1000))
    (version / "log.100000001").write_bytes(HEADER + record(b"one" * 10) + record(b"two" * 10) + bytes(5000))
    (version / "snapshot.0").write_bytes(b"s" * 100)
    (version / "snapshot.100000000").write_bytes(b"S" * 200)
    return tmp_path


def changed(disk: Path, kind: str, size: int = 0, seed: str = "s") -> set[str]:
    """Do it; the names of the files that are other or gone."""
    told = damage(kind, size, seed, disk)
    assert told["after"] == listing(disk)
    assert told["after"].keys() <= told["before"].keys()
    assert (disk / "myid").read_text() == "3\n"
    return {name for name, before in told["before"].items() if told["after"].get(name) != before}


def test_logs_and_snapshots_are_found_newest_first(disk: Path) -> None:
    assert [path.name for path in kept(disk, "log")] == ["log.100000001", "log.1"]
    assert [path.name for path in kept(disk, "snapshot")] == ["snapshot.100000000", "snapshot.0"]


def test_records_end_before_what_is_preallocated(disk: Path) -> None:
    assert records(disk / "version-2" / "log.100000001") == [59, 102]


def test_a_truncated_log_lacks_its_last_record(disk: Path) -> None:
    assert changed(disk, "truncate-log", 10) == {"log.100000001"}
    log = disk / "version-2" / "log.100000001"
    assert log.stat().st_size == 92
    assert records(log) == [59]


def test_a_log_without_records_is_passed_over(disk: Path) -> None:
    (disk / "version-2" / "log.200000001").write_bytes(HEADER + bytes(100))
    assert changed(disk, "truncate-log", 1) == {"log.100000001"}


def test_without_any_record_there_is_nothing_to_damage(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no log with records"):
        damage("flip-log", 1, "s", tmp_path)


@pytest.mark.parametrize("seed", [f"{number}" for number in range(20)])
def test_flips_stay_within_the_records_and_follow_the_seed(disk: Path, seed: str) -> None:
    log = disk / "version-2" / "log.100000001"
    before = log.read_bytes()
    assert changed(disk, "flip-log", 3, seed) == {"log.100000001"}
    after = log.read_bytes()
    flipped = [offset for offset in range(len(before)) if before[offset] != after[offset]]
    assert len(flipped) == 3
    assert all(16 <= offset < 102 for offset in flipped)
    assert all(before[offset] ^ after[offset] == 0xFF for offset in flipped)
    log.write_bytes(before)
    damage("flip-log", 3, seed, disk)
    assert log.read_bytes() == after


def test_the_newest_snapshot_is_flipped(disk: Path) -> None:
    assert changed(disk, "flip-snapshot", 4) == {"snapshot.100000000"}


def test_deletions_and_a_wipe_leave_the_rest(disk: Path) -> None:
    assert changed(disk, "delete-logs") == {"log.1", "log.100000001"}
    assert changed(disk, "delete-snapshots") == {"snapshot.0", "snapshot.100000000"}
    assert changed(disk, "wipe") == {"currentEpoch"}
    assert list((disk / "version-2").iterdir()) == []


def test_digests_tell_contents_apart_whatever_zeros_follow(tmp_path: Path) -> None:
    contents = [b"", b"a", b"b", b"a" + bytes(3_000_000) + b"a", b"a" + bytes(3_000_001) + b"a"]
    digests = []
    for content in contents:
        path = tmp_path / "file"
        path.write_bytes(content)
        digests.append(digest(path))
        path.write_bytes(content + bytes(2_000_000))
        assert digest(path) == digests[-1]
    assert len(set(digests)) == len(contents)
