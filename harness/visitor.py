"""A visit to one server: connect, ask, close. The harness's own short sessions."""

from collections.abc import Sequence
from typing import Any

from kazoo.handlers.threading import KazooTimeoutError
from kazoo.retry import KazooRetry

from harness.client.connection import Answer, NotSent, RecordingClient, Refused, Unanswered
from harness.errors import EnsembleError


def visit(address: tuple[str, int], requests: Sequence[Any], within: float) -> list[Answer]:
    """Send requests to one server in a session of its own, in order, and return the answers.

    Raises EnsembleError when the server does not answer all of them within the seconds given.
    """
    host, port = address
    if not requests:
        return []
    client = RecordingClient(
        hosts=f"{host}:{port}",
        timeout=max(within, 1.0),
        connection_retry=KazooRetry(max_tries=-1, delay=0.02, max_delay=0.2, deadline=within),
    )
    try:
        client.start(timeout=within)
        return [client.ask(request, within) for request in requests]
    except (KazooTimeoutError, Refused, NotSent, Unanswered) as error:
        raise EnsembleError(f"the server at {host}:{port} did not answer: {error}.") from error
    finally:
        client.stop()
        client.close()
