"""The Docker engine: images, networks, volumes, and containers to be.

Everything it hands out is its own type, so that nothing of the SDK leaks into the rest.
"""

import io
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from harness.container import Container
from harness.errors import SetupError
from harness.sdk import LOGGED, UNLOGGED, Vanished, connect, explained, gone_is_fine

LABEL = "zkchaos"
RUN_LABEL = "zkchaos.run"

ONCE_WITHIN = 60
"""Seconds that a throw-away container may run."""

SWEEPS = 5
SWEEP_AGAIN = 0.2
"""Seconds after which a removal that failed is tried again, more each time."""

SHOWN_LINES = 20
"""How many of a failed build's last lines its error shows."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What the engine knows of an image."""

    id: str
    tags: tuple[str, ...]
    digest: str
    """Digest in its registry, empty for an image that was built here."""
    labels: Mapping[str, str]


class Engine:
    """A connection to the Docker engine."""

    def __init__(self, client: Any):
        self._client = client

    @classmethod
    def connect(cls) -> "Engine":
        """Connect to the engine that DOCKER_HOST names, or to the local one.

        Raises SetupError when none answers.
        """
        return cls(connect())

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def facts(self) -> dict[str, Any]:
        """Version, kernel, processors and memory of the engine's host."""
        with explained("ask the engine for its version"):
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
        with explained("ask the engine for its version"):
            info = self._client.info()
        here = os.uname()
        return bool(info["Name"] == here.nodename and info["KernelVersion"] == here.release)

    # Images

    def image(self, reference: str) -> ImageInfo | None:
        """Look an image up on the engine; None when it is not there."""
        try:
            with explained(f"look up the image {reference}"):
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
        with explained(f"pull {reference}"):
            self._client.images.pull(name, tag=tag or "latest")

    def build(
        self, context: bytes, *, tag: str, labels: Mapping[str, str], on_line: Callable[[str], None]
    ) -> None:
        """Build an image from a tar archive that holds a Dockerfile, handing on its output line by line.

        Raises SetupError that ends with the last lines of a failed build.
        """
        lines: list[str] = []
        with explained(f"build the image {tag}"):
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
        with explained(f"import the image {tag}"):
            self._client.api.import_image_from_stream(archive, repository=name, tag=version, changes=changes)

    def run_once(self, image: str, command: list[str]) -> str:
        """Run a command in a throw-away container of an image and return what it prints.

        Raises SetupError when it fails.
        """
        with explained(f"run {command[0]} in {image}"):
            handle = self._client.containers.create(
                image,
                command[1:],
                entrypoint=command[:1],
                labels={LABEL: "1"},
                log_config=LOGGED,
                network_mode="none",
            )
        container = Container(handle)
        # The SDK's own way to run once leaves the image's anonymous volumes behind.
        try:
            container.start()
            with explained(f"run {command[0]} in {image}"):
                code = handle.wait(timeout=ONCE_WITHIN)["StatusCode"]
            output = container.output().decode(errors="replace")
        finally:
            container.remove()
        if code != 0:
            raise SetupError(f"cannot run {command[0]} in {image}: {output.strip() or f'exit code {code}'}")
        return output

    # Networks, volumes, containers

    def create_network(self, name: str, labels: Mapping[str, str]) -> None:
        """Make a bridge network of its own; the engine picks a free subnet."""
        with explained(f"create the network {name}"):
            self._client.networks.create(name, driver="bridge", labels=dict(labels), check_duplicate=True)

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        """Make a named volume."""
        with explained(f"create the volume {name}"):
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
        with explained(f"create the container {name}"):
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
        """Remove the containers, networks and volumes of one run, or of all runs; return how many.

        What cannot be removed does not keep the rest: it is tried again, because whoever is cleaning up
        beside us holds networks and volumes for an instant, and raises SetupError in the end.
        """
        counts = {"containers": 0, "networks": 0, "volumes": 0}
        for attempt in range(SWEEPS):
            failures = self._sweep_once(run, counts)
            if not failures:
                break
            time.sleep(SWEEP_AGAIN * (attempt + 1))
        if failures:
            raise SetupError(failures[0])
        return counts

    def _sweep_once(self, run: str | None, counts: dict[str, int]) -> list[str]:
        """Remove what can be removed, add it to the counts, and return why the rest could not."""
        filters = {"label": f"{RUN_LABEL}={run}" if run else f"{LABEL}=1"}
        with explained("look for what a run left behind"):
            containers = self._client.containers.list(all=True, filters=filters, ignore_removed=True)
            networks = self._client.networks.list(filters=filters)
            volumes = self._client.volumes.list(filters=filters)
        removals = [("containers", Container(handle).remove) for handle in containers]
        removals += [("networks", partial(_remove, network)) for network in networks]
        removals += [("volumes", partial(_remove, volume, force=True)) for volume in volumes]
        failures = []
        for kind, remove in removals:
            try:
                remove()
                counts[kind] += 1
            except SetupError as error:
                failures.append(str(error))
        return failures


def _remove(thing: Any, **options: Any) -> None:
    with explained(f"remove {thing.name}"), gone_is_fine():
        thing.remove(**options)


def _split_tag(reference: str) -> tuple[str, str, str]:
    """Split `name:tag`; a colon before the last slash belongs to a registry's port."""
    name, colon, tag = reference.rpartition(":")
    if not colon or "/" in tag:
        return reference, "", ""
    return name, colon, tag
