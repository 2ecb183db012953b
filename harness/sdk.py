"""The Docker SDK, kept at arm's length: the only module that imports it.

What it raises becomes one sentence here; `harness.container` and `harness.engine` build on that.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
import requests
from docker import errors
from docker.types import LogConfig

from harness.errors import SetupError

# The engine's own defaults may rotate logs away in the middle of a run.
LOGGED = LogConfig(type="json-file", config={"max-size": "1000g", "max-file": "1"})
UNLOGGED = LogConfig(type="none", config={})


LOCAL = "unix:///var/run/docker.sock"


class Vanished(SetupError):
    """The container, network or volume is not there any more."""


@contextmanager
def explained(action: str) -> Iterator[None]:
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


def connect() -> Any:
    """Connect to the engine that DOCKER_HOST names, or to the local one.

    Raises SetupError when none answers.
    """
    try:
        _knock()
        client = docker.from_env(timeout=60)
        client.ping()
    except (errors.DockerException, requests.RequestException, OSError) as error:
        raise SetupError(
            "no Docker engine answers: install and start one (`make chaos` does it for root on Debian "
            f"and Ubuntu), or set DOCKER_HOST ({_reason(error)})."
        ) from error
    return client


def _knock() -> None:
    """Raise OSError when nobody listens at a local engine's socket: the SDK would leave its own one open."""
    scheme, _, path = os.environ.get("DOCKER_HOST", LOCAL).partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(path)


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Remove something that another clean-up may be removing at the same time."""
    try:
        yield
    except errors.NotFound:
        pass
    except errors.APIError as error:
        if "already in progress" not in str(error.explanation):
            raise


def _reason(error: BaseException) -> str:
    """The operating system's word at the bottom of a pile of wrapped exceptions, else the first one's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
