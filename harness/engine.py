"""The Docker engine: the only module that talks to the Docker SDK.

Everything it hands out is its own type, so that nothing of the SDK leaks into the rest.
"""

import io
import os
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

import docker
import requests
from docker import errors
from docker.types import LogConfig

from harness.errors import SetupError

LABEL = "zkchaos"
RUN_LABEL = "zkchaos.run"

SHOWN_LINES = 20
"""How many of a failed build's last lines its error shows."""


# The engine's own defaults may rotate logs away in the middle of a run.
LOGGED = LogConfig(type="json-file", config={"max-size": "1000g", "max-file": "1"})
UNLOGGED = LogConfig(type="none", config={})


class Vanished(SetupError):
    """The container, network or volume is not there any more."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What the engine knows of an image."""

    id: str
    tags: tuple[str, ...]
    digest: str
    """Digest in its registry, empty for an image that was built here."""
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ContainerState:
    """State of a container at one moment, as the engine sees it from outside."""

    status: str
    running: bool
    paused: bool
    pid: int
    """Process id on the engine's host, 0 when no process is left."""
    exit_code: int
    oom_killed: bool


@contextmanager
def _explained(action: str) -> Iterator[None]:
    """Turn the SDK's exceptions into one sentence that says what could not be done."""
    try:
        yield
    except errors.NotFound as error:
        raise Vanished(f"cannot {action}: {error.explanation or error}") from error
    except errors.APIError as error:
        raise SetupError(f"cannot {action}: {error.explanation or error}") from error
    except (errors.DockerException, OSError) as error:
        # requests' exceptions are OSErrors, and so is what a stream raises when its socket breaks.
        raise SetupError(f"cannot {action}: the Docker engine does not answer ({error})") from error


class Container:
    """A container, running or not."""

    def __init__(self, handle: Any):
        self._handle = handle
        self.name: str = handle.name
        self.id: str = handle.id

    def start(self) -> None:
        """Start it; its file system, address and disk are those it had before."""
        with _explained(f"start {self.name}"):
            self._handle.start()

    def kill(self, signal: str = "SIGKILL") -> None:
        """Send a signal to its first process; a container that does not run is left as it is."""
        try:
            with _explained(f"send {signal} to {self.name}"):
                self._handle.kill(signal)
        except Vanished:
            raise
        except SetupError:
            if self.state().running:
                raise

    def pause(self) -> None:
        """Freeze all of its processes."""
        with _explained(f"pause {self.name}"):
            self._handle.pause()

    def unpause(self) -> None:
        """Let its frozen processes go on."""
        with _explained(f"resume {self.name}"):
            self._handle.unpause()

    def state(self) -> ContainerState:
        """Ask the engine for its state; raises Vanished when it is gone."""
        with _explained(f"inspect {self.name}"):
            self._handle.reload()
        state = self._handle.attrs["State"]
        return ContainerState(
            status=state["Status"],
            running=state["Running"],
            paused=state["Paused"],
            pid=state["Pid"],
            exit_code=state["ExitCode"],
            oom_killed=state["OOMKilled"],
        )

    def address(self) -> str:
        """IP address on its one network."""
        with _explained(f"inspect {self.name}"):
            self._handle.reload()
        networks = self._handle.attrs["NetworkSettings"]["Networks"]
        return str(next(iter(networks.values()))["IPAddress"])

    def published(self, port: int) -> int:
        """Port of 127.0.0.1 behind which a TCP port of the container is reached."""
        bindings = self._handle.attrs["NetworkSettings"]["Ports"].get(f"{port}/tcp")
        if not bindings:
            raise SetupError(f"cannot reach {self.name}: its port {port} is not published")
        return int(bindings[0]["HostPort"])

    def put(self, files: Mapping[str, str]) -> None:
        """Write text files, {absolute path: text}, making directories; the container may be stopped."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, text in files.items():
                data = text.encode()
                entry = tarfile.TarInfo(name.lstrip("/"))
                entry.size, entry.mode = len(data), 0o644
                tar.addfile(entry, io.BytesIO(data))
        with _explained(f"write {', '.join(files)} into {self.name}"):
            self._handle.put_archive("/", archive.getvalue())

    def execute(self, *command: str) -> str:
        """Run a command inside and return its output; raises SetupError when it fails."""
        with _explained(f"run {command[0]} in {self.name}"):
            code, output = self._handle.exec_run(list(command))
        text: str = output.decode(errors="replace")
        if code != 0:
            raise SetupError(f"{command[0]} failed in {self.name}: {text.strip()}")
        return text

    def processes(self) -> list[dict[str, str]]:
        """Processes as the engine's host sees them, one dict a process with pid, stat and command."""
        with _explained(f"list the processes of {self.name}"):
            top = self._handle.top(ps_args="-eo pid,stat,args")
        return [dict(zip(("pid", "stat", "command"), row, strict=False)) for row in top["Processes"] or []]

    def attach(self) -> Iterator[tuple[bytes, bytes]]:
        """Attach to its output before a start: chunks of (standard output, standard error) until it stops.

        The stream goes straight from the engine to its reader, which slows the container down where it
        cannot keep up: nothing is lost, and nothing is written to the engine's disk.
        """
        with _explained(f"attach to {self.name}"):
            stream = self._handle.attach(stdout=True, stderr=True, stream=True, logs=False, demux=True)
        return self._chunks(stream)

    def _chunks(self, stream: Any) -> Iterator[tuple[bytes, bytes]]:
        with _explained(f"follow the output of {self.name}"), closing(stream._response):
            for out, err in stream:
                yield out or b"", err or b""

    def output(self) -> bytes:
        """Everything it printed so far, standard output and standard error together."""
        with _explained(f"read the output of {self.name}"):
            return bytes(self._handle.logs(stdout=True, stderr=True))

    def remove(self) -> None:
        """Kill and remove it with its anonymous volumes; a container that is gone is fine."""
        try:
            with _explained(f"remove {self.name}"):
                self._handle.remove(force=True, v=True)
        except Vanished:
            pass


class Engine:
    """A connection to the Docker engine."""

    def __init__(self, client: Any):
        self._client = client

    @classmethod
    def connect(cls) -> "Engine":
        """Connect to the engine that DOCKER_HOST names, or to the local one.

        Raises SetupError when none answers.
        """
        try:
            client = docker.from_env(timeout=60)
            client.ping()
        except (errors.DockerException, requests.RequestException) as error:
            raise SetupError(
                "no Docker engine answers: install and start one (`make chaos` does it for root on Debian "
                f"and Ubuntu), or set DOCKER_HOST ({_last_line(error)})."
            ) from error
        return cls(client)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def facts(self) -> dict[str, Any]:
        """Version, kernel, processors and memory of the engine's host."""
        with _explained("ask the engine for its version"):
            info = self._client.info()
        return {
            "engine": info["ServerVersion"],
            "kernel": info["KernelVersion"],
            "system": info["OperatingSystem"],
            "cpus": info["NCPU"],
            "memory": info["MemTotal"],
            "storage": info["Driver"],
            "cgroup": info.get("CgroupVersion", "1"),
        }

    def is_this_machine(self) -> bool:
        """Tell whether the engine runs on this very kernel, so that both have one monotonic clock."""
        with _explained("ask the engine for its version"):
            info = self._client.info()
        here = os.uname()
        return bool(info["Name"] == here.nodename and info["KernelVersion"] == here.release)

    # Images

    def image(self, reference: str) -> ImageInfo | None:
        """Look an image up on the engine; None when it is not there."""
        try:
            with _explained(f"look up the image {reference}"):
                image = self._client.images.get(reference)
        except Vanished:
            return None
        digests = image.attrs.get("RepoDigests") or [""]
        return ImageInfo(
            id=image.id,
            tags=tuple(image.tags),
            digest=digests[0].partition("@")[2],
            labels=image.labels or {},
        )

    def pull(self, reference: str) -> None:
        """Pull an image from its registry; raises SetupError with the engine's reason."""
        name, _, tag = reference.partition("@") if "@" in reference else _split_tag(reference)
        with _explained(f"pull {reference}"):
            self._client.images.pull(name, tag=tag or "latest")

    def build(
        self, context: bytes, *, tag: str, labels: Mapping[str, str], on_line: Callable[[str], None]
    ) -> None:
        """Build an image from a tar archive that holds a Dockerfile, handing on its output line by line.

        Raises SetupError that ends with the last lines of a failed build.
        """
        lines: list[str] = []
        with _explained(f"build the image {tag}"):
            stream = self._client.api.build(
                fileobj=io.BytesIO(context),
                custom_context=True,
                tag=tag,
                labels=dict(labels),
                rm=True,
                forcerm=True,
                decode=True,
            )
            for message in stream:
                if "error" in message:
                    shown = "\n".join([*lines[-SHOWN_LINES:], message["error"].strip()])
                    raise SetupError(f"cannot build the image {tag}; its last lines were:\n{shown}")
                for line in message.get("stream", "").splitlines():
                    if line.strip():
                        lines.append(line)
                        on_line(line)

    def import_image(self, archive: BinaryIO, *, tag: str, labels: Mapping[str, str]) -> None:
        """Make an image of one layer from a tar archive of a file system."""
        name, _, version = _split_tag(tag)
        changes = [f'LABEL {key}="{value}"' for key, value in labels.items()]
        with _explained(f"import the image {tag}"):
            self._client.api.import_image_from_stream(archive, repository=name, tag=version, changes=changes)

    def run_once(self, image: str, command: list[str]) -> str:
        """Run a command in a throw-away container of an image and return what it prints."""
        with _explained(f"run {command[0]} in {image}"):
            output = self._client.containers.run(
                image,
                command[1:],
                entrypoint=command[:1],
                remove=True,
                stderr=True,
                labels={LABEL: "1"},
                network_mode="none",
            )
        return bytes(output).decode(errors="replace")

    # Networks, volumes, containers

    def create_network(self, name: str, labels: Mapping[str, str]) -> None:
        """Make a bridge network of its own; the engine picks a free subnet."""
        with _explained(f"create the network {name}"):
            self._client.networks.create(name, driver="bridge", labels=dict(labels), check_duplicate=True)

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        """Make a named volume."""
        with _explained(f"create the volume {name}"):
            self._client.volumes.create(name, labels=dict(labels))

    def create_container(
        self,
        image: str,
        name: str,
        *,
        labels: Mapping[str, str],
        command: list[str] | None = None,
        entrypoint: list[str] | None = None,
        environment: Mapping[str, str] | None = None,
        network: str | None = None,
        join: str | None = None,
        volumes: Mapping[str, str] | None = None,
        publish: int | None = None,
        capabilities: tuple[str, ...] = (),
        logged: bool = True,
    ) -> Container:
        """Create a container without starting it.

        It stands on `network` as a machine of its own, or joins the network of the container named
        `join`. `volumes` maps names to directories; `publish` is a TCP port to offer on 127.0.0.1.
        The engine keeps its output, to be read at any time, only when it is `logged`.
        """
        options: dict[str, Any] = {"network": network} if network else {"network_mode": f"container:{join}"}
        if network:
            options["hostname"] = name
        if publish is not None:
            options["ports"] = {f"{publish}/tcp": ("127.0.0.1", None)}
        with _explained(f"create the container {name}"):
            handle = self._client.containers.create(
                image,
                command,
                entrypoint=entrypoint,
                name=name,
                labels=dict(labels),
                environment=dict(environment or {}),
                volumes={volume: {"bind": path, "mode": "rw"} for volume, path in (volumes or {}).items()},
                cap_add=list(capabilities),
                log_config=LOGGED if logged else UNLOGGED,
                **options,
            )
        return Container(handle)

    def sweep(self, run: str | None = None) -> dict[str, int]:
        """Remove the containers, networks and volumes of one run, or of all runs; return how many."""
        label = f"{RUN_LABEL}={run}" if run else f"{LABEL}=1"
        filters = {"label": label}
        counts = {"containers": 0, "networks": 0, "volumes": 0}
        with _explained("look for what a run left behind"):
            for handle in self._client.containers.list(all=True, filters=filters, ignore_removed=True):
                Container(handle).remove()
                counts["containers"] += 1
            for network in self._client.networks.list(filters=filters):
                _remove_quietly(network.remove)
                counts["networks"] += 1
            for volume in self._client.volumes.list(filters=filters):
                _remove_quietly(partial(volume.remove, force=True))
                counts["volumes"] += 1
        return counts


def _remove_quietly(remove: Callable[[], None]) -> None:
    """Remove something that another clean-up may be removing at the same time."""
    with suppress(errors.NotFound):
        remove()


def _split_tag(reference: str) -> tuple[str, str, str]:
    """Split `name:tag`; a colon before the last slash belongs to a registry's port."""
    name, colon, tag = reference.rpartition(":")
    if not colon or "/" in tag:
        return reference, "", ""
    return name, colon, tag


def _last_line(error: Exception) -> str:
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
