"""A FUSE file system over a directory, which refuses writes, syncs slowly, or loses what was not synced.

`disk_layer.py serve BACKING MOUNT` serves in the foreground; `disk_layer.py ask COMMAND` hands a JSON object
to the one that serves and prints the layer's state as JSON. It needs disk_memory.py beside it.
"""
# A file system is written in the system's own calls.
# ruff: noqa: PTH101, PTH102, PTH103, PTH104, PTH106, PTH108, PTH110, PTH115, PTH208, PTH211

import ctypes
import errno
import json
import os
import socket
import stat
import sys
import threading
import time
from importlib import import_module
from typing import Any

try:
    # In a container it lies beside this file.
    from disk_memory import FORGET_AFTER, File, Memory, extents  # type: ignore[import-not-found, unused-ignore]
except ModuleNotFoundError:
    from nemesis.agents.disk_memory import FORGET_AFTER, File, Memory, extents

SOCKET = "/run/disk-layer.sock"

DATA = frozenset({"write", "truncate"})
CHANGES = DATA | {
    "create",
    "unlink",
    "rename",
    "mkdir",
    "rmdir",
    "chmod",
    "chown",
    "utimens",
    "link",
    "symlink",
}
GROUPS = {
    "write": DATA | {"create"},
    "fsync": frozenset({"fsync"}),
    "change": CHANGES | {"open-to-write"},
    "all": CHANGES | {"fsync", "open", "open-to-write", "read", "readdir"},
}
"""What fails, by the word that is used for it."""


class Layer:
    """The operations, as fusepy calls them, and the commands that change how they behave."""

    use_ns = True

    def __init__(self, backing: str):
        self._backing = os.path.realpath(backing)
        self._lock = threading.Condition()
        self._memory = Memory(self._backing)
        self._open: dict[int, File] = {}
        self._error = ""
        self._on = ""
        self._delay = 0.0
        self._counts = dict.fromkeys(("writes", "fsyncs", "refused", "delayed"), 0)

    def command(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Carry out what is wanted and return the state.

        `error` is the name of an errno, or empty, for the operations `on`; `delay` is milliseconds for each
        sync; `settle` takes everything for synced; `drop` loses what was not synced and is younger
        than `age` seconds.
        """
        answer: dict[str, Any] = {}
        with self._lock:
            if "error" in wanted:
                self._error = wanted["error"]
                self._on = wanted["on"] if self._error else ""
            if "delay" in wanted:
                self._delay = wanted["delay"] / 1000
            if wanted.get("settle"):
                self._memory.settle()
            if wanted.get("drop"):
                answer = self._memory.drop(wanted.get("age", FORGET_AFTER))
            self._lock.notify_all()
            state = {"error": self._error, "on": self._on, "delay": round(self._delay * 1000)}
            return {**answer, **state, **self._counts, "unsynced": self._memory.unsynced}

    # How every operation begins

    def __call__(self, name: str, *args: Any) -> Any:
        """Carry out an operation, unless it is to fail."""
        kind = name
        if name == "open" and args[1] & (os.O_WRONLY | os.O_RDWR):
            kind = "open-to-write"
        with self._lock:
            if self._error and kind in GROUPS[self._on]:
                self._counts["refused"] += 1
                raise OSError(getattr(errno, self._error), self._error)
        return getattr(self, name)(*args)

    def _at(self, path: str) -> str:
        return self._backing + path

    # Data

    def create(self, path: str, mode: int) -> int:
        """Make a file that belongs to whoever asked, and open it."""
        with self._lock:
            new = not os.path.exists(self._at(path))
            fh = os.open(self._at(path), os.O_RDWR | os.O_CREAT, mode)
            own(fh)
            file = self._memory.file(path)
            if new:
                file.born = time.monotonic()
            self._open[fh] = file
        return fh

    def open(self, path: str, flags: int) -> int:
        """Open a file; the kernel has truncated it already where that was asked for."""
        # To remember what a write replaces, it has to be read; and O_APPEND would defeat pwrite.
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        with self._lock:
            fh = os.open(self._at(path), os.O_RDWR if writes else os.O_RDONLY)
            self._open[fh] = self._memory.file(path) if writes else File(path)
        return fh

    def read(self, _path: str, size: int, offset: int, fh: int) -> bytes:
        """Read what is there now."""
        return os.pread(fh, size, offset)

    def write(self, _path: str, data: bytes, offset: int, fh: int) -> int:
        """Write through, and remember what it replaces."""
        with self._lock:
            size = os.fstat(fh).st_size
            replaced = os.pread(fh, len(data), offset) if offset < size else b""
            self._open[fh].change(size, [(offset, replaced)] if replaced else [], len(data))
            self._counts["writes"] += 1
            return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> None:
        """Change the length, and remember the tail."""
        with self._lock:
            handle = os.open(self._at(path), os.O_RDWR) if fh is None else fh
            try:
                size = os.fstat(handle).st_size
                file = self._memory.file(path) if fh is None else self._open[fh]
                file.change(size, list(extents(handle, length, size)), abs(size - length))
                os.ftruncate(handle, length)
            finally:
                if fh is None:
                    os.close(handle)

    def fsync(self, _path: str, _datasync: int, fh: int) -> None:
        """Sync, after the delay, and forget what can no longer be lost."""
        with self._lock:
            # What comes in the meantime is not known to be synced.
            began = time.monotonic()
            if self._delay:
                self._counts["delayed"] += 1
                # Not a sleep: a layer that is set free lets everybody go on at once.
                while (left := began + self._delay - time.monotonic()) > 0 and self._delay:
                    self._lock.wait(left)
        os.fdatasync(fh)
        with self._lock:
            self._counts["fsyncs"] += 1
            self._open[fh].synced(began)

    def flush(self, _path: str, _fh: int) -> None:
        """Closing a file syncs nothing."""

    def release(self, _path: str, fh: int) -> None:
        """Close it; what was not synced stays so."""
        with self._lock:
            del self._open[fh]
            os.close(fh)

    # Names

    def rename(self, old: str, new: str) -> None:
        """Move it."""
        with self._lock:
            replaces = os.path.exists(self._at(new))
            os.rename(self._at(old), self._at(new))
            self._memory.renamed(old, new, replaces=replaces)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        with self._lock:
            os.unlink(self._at(path))
            self._memory.unlinked(path)

    def mkdir(self, path: str, mode: int) -> None:
        """Make a directory that belongs to whoever asked."""
        os.mkdir(self._at(path), mode)
        own(self._at(path))

    def rmdir(self, path: str) -> None:
        """Remove a directory."""
        os.rmdir(self._at(path))

    def readdir(self, path: str, _fh: int) -> list[str]:
        """List a directory."""
        return [".", "..", *os.listdir(self._at(path))]

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        """Tell what there is to know of a file."""
        found = os.lstat(self._at(path)) if fh is None else os.fstat(fh)
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks")
        times = {f"st_{kind}time": getattr(found, f"st_{kind}time_ns") for kind in "acm"}
        return {name: getattr(found, name) for name in names} | times

    def chmod(self, path: str, mode: int) -> None:
        """Change the permissions."""
        os.chmod(self._at(path), stat.S_IMODE(mode))

    def chown(self, path: str, uid: int, gid: int) -> None:
        """Change the owner."""
        os.lchown(self._at(path), uid, gid)

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> None:
        """Change the times, in nanoseconds."""
        os.utime(self._at(path), ns=times, follow_symlinks=False) if times else os.utime(self._at(path))

    def link(self, target: str, source: str) -> None:
        """Give a file a second name."""
        os.link(self._at(source), self._at(target))

    def symlink(self, target: str, source: str) -> None:
        """Make a symbolic link."""
        os.symlink(source, self._at(target))

    def readlink(self, path: str) -> str:
        """Read a symbolic link."""
        return os.readlink(self._at(path))

    def statfs(self, path: str) -> dict[str, int]:
        """Tell how full the disk is."""
        found = os.statvfs(self._at(path))
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_frsize")
        return {name: getattr(found, name) for name in names} | {"f_namemax": found.f_namemax}

    def init(self, _path: str) -> None:
        """Take commands from now on: the file system is mounted."""
        threading.Thread(target=listen, args=(self,), daemon=True).start()


def own(path: int | str) -> None:
    """Give a new file to whoever asked for it; outside of FUSE nobody did."""
    if "fusepy" in sys.modules:
        uid, gid, _ = sys.modules["fusepy"].fuse_get_context()
        os.chown(path, uid, gid)


def listen(layer: Layer) -> None:
    """Answer commands, one a connection."""
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(SOCKET)
        server.listen(8)
        while True:
            connection, _ = server.accept()
            with connection:
                wanted = json.loads(connection.makefile().readline())
                connection.sendall(json.dumps(layer.command(wanted)).encode())


def serve(backing: str, mount: str) -> None:
    """Mount, and serve until the end."""
    fuse = import_module("fusepy")
    # One that died here before left a mount that nobody serves; MNT_DETACH is 2.
    ctypes.CDLL(None).umount2(mount.encode(), 2)
    os.makedirs(mount, exist_ok=True)
    # No attribute is cached: damage is done behind the layer's back, and a power cut changes files too.
    options: dict[str, Any] = {"attr_timeout": 0, "entry_timeout": 0, "fsname": "zkchaos-disk"}
    os.umask(0)
    fuse.FUSE(
        Layer(backing),
        mount,
        foreground=True,
        allow_other=True,
        default_permissions=True,
        big_writes=True,
        **options,
    )


def ask(command: str) -> None:
    """Hand a command to the one that serves, and print its answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(SOCKET)
        client.sendall(command.encode() + b"\n")
        sys.stdout.write(client.makefile().read())


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
