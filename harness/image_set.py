"""The three images that a run needs."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.engine import Engine
from harness.images import ServerImage, app_image, server_image, tools_image


@dataclass(frozen=True, slots=True)
class Images:
    """Images on the engine, ready to start."""

    server: ServerImage
    tools: str
    """For the holders."""
    app: str
    """For the app nodes."""


def prepare_images(engine: Engine, reference: str, say: Callable[[str], None]) -> Images:
    """Find, pull or build them; raises SetupError when one cannot be had."""
    server = server_image(engine, reference, say)
    return Images(server=server, tools=tools_image(engine, say), app=app_image(engine, say))
