"""Damage to a server's files, done in the holder while the server is down.

`disk_files.py KIND BYTES SEED [DIRECTORY]` does it and prints JSON: the files before and after.
"""

import json
import random
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEADER = 16
"""Bytes of a log's header: magic, version, database id."""

LAST_BYTE = b"B"
"""Ends each record of a log, after its checksum (8 bytes), its length (4 bytes) and its content."""


def number(path: Path) -> int:
    """The zxid in the name of a log or snapshot."""
    try:
        return int(path.name.split(".")[1], 16)
    except (IndexError, ValueError):
        return -1


def kept(directory: Path, kind: str) -> list[Path]:
    """Logs or snapshots, the newest first."""
    return sorted(directory.glob(f"version-2/{kind}.*"), key=number, reverse=True)


def records(log: Path) -> list[int]:
    """Offsets at which the records of a log end."""
    ends = []
    with log.open("rb") as file:
        file.seek(HEADER)
        while len(head := file.read(12)) == 12:
            (length,) = struct.unpack(">i", head[8:])
            if length <= 0:
                break
            file.seek(length, 1)
            if file.read(1) != LAST_BYTE:
                break
            ends.append(file.tell())
    return ends


def digest(path: Path) -> str:
    """CRC of a file's content; the zeros at its end do not count, because a log ends in 64 MB of them."""
    crc, zeros = 0, 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            content = piece.rstrip(b"\0")
            if content:
                while zeros:
                    step = min(zeros, 1 << 20)
                    crc, zeros = zlib.crc32(bytes(step), crc), zeros - step
                crc = zlib.crc32(content, crc)
            zeros += len(piece) - len(content)
    return f"{crc:08x}"


def listing(directory: Path) -> dict[str, dict[str, Any]]:
    """{name: size, digest, and of a log the number of its records}, the id left out."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(directory.glob("version-2/*")):
        found[path.name] = {"size": path.stat().st_size, "digest": digest(path)}
        if path.name.startswith("log."):
            found[path.name]["records"] = len(records(path))
    return found


def newest_log(directory: Path) -> tuple[Path, list[int]]:
    """The newest log that has records, and where these end."""
    for log in kept(directory, "log"):
        if ends := records(log):
            return log, ends
    raise SystemExit("there is no log with records")


def truncate_log(directory: Path, size: int, _draw: random.Random) -> None:
    """Cut off the last bytes of the last records, and the preallocated rest."""
    log, ends = newest_log(directory)
    with log.open("r+b") as file:
        file.truncate(max(HEADER, ends[-1] - size))


def flip(path: Path, first: int, last: int, size: int, draw: random.Random) -> None:
    """Turn over all bits of some bytes within a range."""
    with path.open("r+b") as file:
        for offset in draw.sample(range(first, last), min(size, last - first)):
            file.seek(offset)
            (byte,) = file.read(1)
            file.seek(offset)
            file.write(bytes([byte ^ 0xFF]))


def flip_log(directory: Path, size: int, draw: random.Random) -> None:
    """Flip bytes within the records of the newest log."""
    log, ends = newest_log(directory)
    flip(log, HEADER, ends[-1], size, draw)


def flip_snapshot(directory: Path, size: int, draw: random.Random) -> None:
    """Flip bytes of the newest snapshot."""
    for snapshot in kept(directory, "snapshot")[:1]:
        flip(snapshot, 0, snapshot.stat().st_size, size, draw)


def delete_snapshots(directory: Path, _size: int, _draw: random.Random) -> None:
    """Delete all snapshots."""
    for path in kept(directory, "snapshot"):
        path.unlink()


def delete_logs(directory: Path, _size: int, _draw: random.Random) -> None:
    """Delete all logs."""
    for path in kept(directory, "log"):
        path.unlink()


def wipe(directory: Path, _size: int, _draw: random.Random) -> None:
    """Delete everything but the id."""
    for path in directory.glob("version-2/*"):
        path.unlink()


KINDS: dict[str, Callable[[Path, int, random.Random], None]] = {
    "truncate-log": truncate_log,
    "flip-log": flip_log,
    "flip-snapshot": flip_snapshot,
    "delete-snapshots": delete_snapshots,
    "delete-logs": delete_logs,
    "wipe": wipe,
}


def damage(kind: str, size: int, seed: str, directory: Path) -> dict[str, Any]:
    """Do it, and tell which files were there before and are there afterwards."""
    before = listing(directory)
    KINDS[kind](directory, size, random.Random(seed))
    return {"before": before, "after": listing(directory)}


if __name__ == "__main__":
    where = Path(sys.argv[4] if len(sys.argv) > 4 else "/data")
    sys.stdout.write(json.dumps(damage(sys.argv[1], int(sys.argv[2]), sys.argv[3], where)))
