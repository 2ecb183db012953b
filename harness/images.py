"""The images of a run: the server under test, the tools and the app nodes, built where they are missing.

A tag holds a fingerprint of everything that goes into the image, so a tag that exists is used at once, and
a changed file makes a new image. Images of old fingerprints are left alone.
"""

import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harness.base_image import LABELS, base_image
from harness.build_context import BuildContext, app_context, server_context, tools_context
from harness.build_lock import Heartbeat, Say, build_lock, cache_directory
from harness.engine import Engine, ImageInfo
from harness.errors import Interrupted, SetupError

DEFAULT_IMAGE = "debian:sid"
"""The newest ZooKeeper that Debian offers."""

TOOLS_SUITE = "trixie"

VERSION_LABEL = "zkchaos.zookeeper"

ALTERNATIVES = "debian:sid, debian:trixie or debian:bookworm"


@dataclass(frozen=True, slots=True)
class ServerImage:
    """The image under test."""

    reference: str
    """As the user named it."""
    tag: str
    """As the engine knows it."""
    id: str
    digest: str
    """Digest in its registry, empty for an image that was built here."""
    zookeeper: str
    """Version, such as `3.9.6`."""


@dataclass(frozen=True, slots=True)
class Images:
    """Everything that a run needs from the engine."""

    server: ServerImage
    tools: str
    """Tag."""
    app: str
    """Tag."""


def ready_images(engine: Engine, reference: str, say: Say) -> Images:
    """Make all images of a run ready, two at a time; `say` is called by one thread at a time.

    Raises SetupError for the first that cannot be had, after the other one has been called off.
    """
    called_off = threading.Event()
    turn = threading.Lock()

    def say_in_turn(text: str) -> None:
        if called_off.is_set():
            raise Interrupted("called off: another image cannot be had, or the user asked to stop.")
        with turn:
            say(text)

    with ThreadPoolExecutor(2, thread_name_prefix="images") as pool:
        try:
            server = pool.submit(server_image, engine, reference, say_in_turn)
            app = pool.submit(app_image, engine, say_in_turn)
            futures: set[Future[Any]] = {server, app}
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
            return Images(server.result(), tools_image(engine, say), app.result())
        finally:
            called_off.set()


def server_image(engine: Engine, reference: str, say: Say) -> ServerImage:
    """Make the server image ready, building `debian:SUITE` from that suite's packages.

    Raises SetupError when it cannot be had.
    """
    suite = debian_suite(reference)
    if suite is None:
        return _foreign_server(engine, reference, say)
    context = server_context()
    tag = f"zkchaos/server:{suite}-{context.fingerprint(suite)}"
    # The version is known only when the packages are in, and a label has to be set while building.
    unlabelled = tag.replace("/server:", "/server-packages:")

    def build() -> None:
        _ensure(engine, unlabelled, say, lambda: _build_on_debian(engine, context, suite, unlabelled, say))
        version = _ask_version(engine, unlabelled)
        only_labels = BuildContext({"Dockerfile": b"ARG BASE=\nFROM ${BASE}\n"})
        _build(engine, only_labels, unlabelled, tag, LABELS | {VERSION_LABEL: version}, say)
        say(f"{tag}: ready, ZooKeeper {version}")

    info = _ensure(engine, tag, say, build)
    return ServerImage(reference, tag, info.id, info.digest, info.labels[VERSION_LABEL])


def tools_image(engine: Engine, say: Say) -> str:
    """Tag of the image that holds a node's network, made ready; raises SetupError when it cannot be built."""
    context, tag = tools_context(), tools_tag()
    _ensure(engine, tag, say, lambda: _build_on_debian(engine, context, TOOLS_SUITE, tag, say))
    return tag


def tools_tag() -> str:
    """Return the tag that the tools image has, or will have."""
    return f"zkchaos/tools:{tools_context().fingerprint(TOOLS_SUITE)}"


def app_image(engine: Engine, say: Say) -> str:
    """Tag of the image of the app nodes, made ready; raises SetupError when it cannot be built."""
    tools = tools_image(engine, say)
    context = app_context()
    tag = f"zkchaos/app:{context.fingerprint(tools)}"

    # Labels come down from the tools; to set them again would take the engine seconds for one more layer.
    _ensure(engine, tag, say, lambda: _build(engine, context, tools, tag, {}, say))
    return tag


def built(engine: Engine, context: Callable[[], BuildContext], base: str, tag: str, say: Say) -> None:
    """Build an image on one of ours where it is missing; the context is asked for only then."""
    _ensure(engine, tag, say, lambda: _build(engine, context(), base, tag, {}, say))


def debian_suite(reference: str) -> str | None:
    """Suite that `debian:SUITE` names, None for any other reference.

    Raises SetupError for a Debian image that names no suite.
    """
    name, _, suite = reference.partition(":")
    if name != "debian":
        return None
    if not re.fullmatch("[a-z]+", suite):
        raise SetupError(f"--image {reference} names no Debian suite; use {ALTERNATIVES}.")
    return suite


def _ensure(engine: Engine, tag: str, say: Say, build: Callable[[], None]) -> ImageInfo:
    """Look an image up, and build it where it is missing; others who want it wait."""
    info = engine.image(tag)
    if info is not None:
        return info
    with build_lock(tag, say):
        info = engine.image(tag)
        if info is None:
            build()
            info = engine.image(tag)
    if info is None:
        raise SetupError(f"the image {tag} was built and is gone again: somebody removes images here.")
    return info


def _build_on_debian(engine: Engine, context: BuildContext, suite: str, tag: str, say: Say) -> None:
    _build(engine, context, base_image(engine, suite, say), tag, LABELS, say)


def _build(
    engine: Engine, context: BuildContext, base: str, tag: str, labels: Mapping[str, str], say: Say
) -> None:
    heartbeat = Heartbeat(tag, say)
    heartbeat.step(f"building on {base}")
    engine.build(context.archive(base), tag=tag, labels=labels, on_line=heartbeat.line)


def foreign_image(engine: Engine, reference: str, say: Say, otherwise: str = "") -> ImageInfo:
    """Return an image that is not ours, pulled where it is not on the engine.

    Raises SetupError when it cannot be had; `otherwise` names other ways out.
    """
    try:
        info = engine.image(reference)
        if info is None:
            say(f"{reference}: pulling")
            engine.pull(reference)
            info = engine.image(reference)
    except SetupError as error:
        raise SetupError(
            f"the image {reference} is not on this engine and cannot be pulled "
            f"({str(error).rsplit(': ', 1)[-1].strip()}); check its name, or load it with `docker load`"
            f"{otherwise}."
        ) from error
    if info is None:
        raise SetupError(f"the image {reference} was pulled and is not there{otherwise}.")
    return info


def _foreign_server(engine: Engine, reference: str, say: Say) -> ServerImage:
    otherwise = f", or use {ALTERNATIVES}, which are built from Debian's packages"
    info = foreign_image(engine, reference, say, otherwise)
    return ServerImage(reference, reference, info.id, info.digest, _version_of(engine, reference, info))


def _version_of(engine: Engine, reference: str, info: ImageInfo) -> str:
    """Version of ZooKeeper in an image, asked once and remembered by the image's id."""
    if VERSION_LABEL in info.labels:
        return info.labels[VERSION_LABEL]
    note = cache_directory() / f"zookeeper-{info.id.removeprefix('sha256:')}"
    if note.is_file():
        return note.read_text()
    version = _ask_version(engine, reference)
    with suppress(OSError):  # asked again the next time
        note.write_text(version)
    return version


def _ask_version(engine: Engine, reference: str) -> str:
    """Ask an image's own script for its version, or read it off the name of the jar (ZooKeeper up to 3.5)."""
    questions = (
        (["zkServer.sh", "version"], r"version:? v?(\d+\.\d+\.\d+[\w.]*)"),
        (["find", "/", "-xdev", "-name", "zookeeper-[0-9]*.jar"], r"zookeeper-(\d+\.\d+\.\d+[\w.]*?)\.jar"),
    )
    for command, pattern in questions:
        try:
            found = re.search(pattern, engine.run_once(reference, command))
        except SetupError:
            continue
        if found:
            return found[1]
    raise SetupError(
        f"the image {reference} holds no ZooKeeper: it knows no `zkServer.sh version` and has no "
        f"zookeeper-VERSION.jar; use {ALTERNATIVES}, or an image of ZooKeeper."
    )
