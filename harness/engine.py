"""The Docker engine: images, networks, volumes, and containers to be.

Everything it hands out is its own type, so that nothing of the SDK leaks into the rest.
"""

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from harness.container import Container
from harness.errors import SetupError
from harness.leftovers import LABEL, labelled, nodes_of, sweep
from harness.sdk import LOGGED, UNLOGGED, Vanished, connect, explained, gone_is_fine

ONCE_WITHIN = 60
"""Seconds that a throw-away container may run."""

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

    def run_once(
        self,
        image: str,
        command: list[str],
        *,
        capabilities: tuple[str, ...] = (),
        devices: tuple[str, ...] = (),
    ) -> str:
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
                cap_add=list(capabilities),
                devices=[f"{device}:{device}" for device in devices],
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

    def create_volume(
        self, name: str, labels: Mapping[str, str], options: Mapping[str, str] | None = None
    ) -> None:
        """Make a named volume; `options` are those of the engine's own driver: `type`, `device`, `o`."""
        with explained(f"create the volume {name}"):
            self._client.volumes.create(
                name, driver="local", driver_opts=dict(options or {}), labels=dict(labels)
            )

    def remove_volume(self, name: str) -> None:
        """Remove a named volume; one that is gone is fine."""
        with explained(f"remove {name}"), gone_is_fine():
            self._client.volumes.get(name).remove(force=True)

    def volume_directory(self, name: str) -> str:
        """Where a volume lies on the engine's host."""
        with explained(f"inspect the volume {name}"):
            return str(self._client.volumes.get(name).attrs["Mountpoint"])

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
        devices: tuple[str, ...] = (),
        unconfined: bool = False,
        logged: bool = True,
    ) -> Container:
        """Create a container without starting it.

        It stands on `network` as a machine of its own, or joins the network of the container named
        `join`; with neither it has no network. `volumes` maps names of volumes, or directories of the
        engine's host, to directories inside, which may end in a mode such as `:rshared`; `publish` is a TCP
        port to offer on 127.0.0.1. AppArmor, where the host has it, lets it mount when it is `unconfined`.
        The engine keeps its output, to be read at any time, only when it is `logged`.
        """
        options: dict[str, Any] = {"network": network} if network else {"network_mode": f"container:{join}"}
        if not network and not join:
            options["network_mode"] = "none"
        if unconfined:
            options["security_opt"] = ["apparmor=unconfined"]
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
                volumes=[f"{source}:{path}" for source, path in (volumes or {}).items()],
                cap_add=list(capabilities),
                devices=[f"{device}:{device}" for device in devices],
                log_config=LOGGED if logged else UNLOGGED,
                **options,
            )
        return Container(handle)

    def container(self, name: str) -> Container:
        """Look a container up by its name; raises Vanished when there is none."""
        with explained(f"look up the container {name}"):
            return Container(self._client.containers.get(name))

    def nodes(self, run: str | None = None) -> list[tuple[str, str]]:
        """Return the nodes of one run, or of all runs, that are on the engine: (run, name), sorted."""
        return nodes_of(self._client, run)

    def leftovers(self, run: str | None = None) -> list[str]:
        """Return the names of the containers, networks and volumes of one run, or of all runs."""
        with explained("look for what a run left behind"):
            return [thing.name for things in labelled(self._client, run) for thing in things]

    def sweep(self, run: str | None = None) -> dict[str, int]:
        """Remove the containers, networks and volumes of one run, or of all runs; return how many.

        Raises SetupError when something could not be removed.
        """
        return sweep(self._client, run)


def _split_tag(reference: str) -> tuple[str, str, str]:
    """Split `name:tag`; a colon before the last slash belongs to a registry's port."""
    name, colon, tag = reference.rpartition(":")
    if not colon or "/" in tag:
        return reference, "", ""
    return name, colon, tag
