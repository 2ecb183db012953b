"""A visit to one server: connect, ask, close. The harness's own short sessions."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kazoo.handlers.threading import KazooTimeoutError
from kazoo.retry import KazooRetry

from harness.client import Answer, NotSent, RecordingClient, Refused, Unanswered
from harness.errors import EnsembleError

# Whoever visits hears of a failure from the exception; kazoo's own warnings would only litter the screen.
QUIET = logging.getLogger("zkchaos.visits")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


@contextmanager
def visiting(address: tuple[str, int], within: float, *, password: str = "") -> Iterator[RecordingClient]:
    """Hold a session with one server, as the super user if a password is given, and close it afterwards.

    Raises EnsembleError when the server does not answer within the seconds given.
    """
    host, port = address
    client = RecordingClient(
        hosts=f"{host}:{port}",
        timeout=max(within, 1.0),
        connection_retry=KazooRetry(max_tries=-1, delay=0.02, max_delay=0.2, deadline=within),
        logger=QUIET,
        auth_data=[("digest", f"super:{password}")] if password else [],
    )
    try:
        client.start(timeout=within)
        yield client
    except (KazooTimeoutError, Refused, NotSent, Unanswered) as error:
        raise EnsembleError(f"the server at {host}:{port} did not answer: {error}.") from error
    finally:
        client.stop()
        client.close()


def visit(address: tuple[str, int], requests: Sequence[Any], within: float) -> list[Answer]:
    """Send requests to one server in a session of its own, one right behind the other; return the answers.

    Raises EnsembleError when the server does not answer, or refuses, any of them within the seconds given.
    """
    if not requests:
        return []
    with visiting(address, within) as client:
        answers = []
        for outcome in client.ask_all(requests, within):
            if not isinstance(outcome, Answer):
                raise outcome
            answers.append(outcome)
        return answers
