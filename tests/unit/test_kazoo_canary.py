"""The canary: what the recording client holds on to inside kazoo is still there.

That is harness/client/connection.py and recording_client.py, and what requests.py looks like to kazoo.
When one of these fails after an update of kazoo, read connection.py against the new release, and raise
the range in pyproject.toml only once the client's own tests pass again.
"""

import inspect
import tomllib
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from kazoo.client import KazooClient
from kazoo.exceptions import ConnectionDropped
from kazoo.protocol.connection import ConnectionHandler
from kazoo.protocol.states import KeeperState
from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"

ADVICE = "kazoo's internals have moved: harness/client/connection.py relies on "


@pytest.fixture
def client() -> Any:
    return KazooClient(hosts="127.0.0.1:1", sasl_options={"mechanism": "DIGEST-MD5"})


def test_the_release_is_in_the_range_that_was_tested() -> None:
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    (kazoo,) = (r for r in map(Requirement, project["dependencies"]) if r.name == "kazoo")
    assert version("kazoo") in kazoo.specifier
    assert any(part.operator == "<" for part in kazoo.specifier), "the next minor release may move anything"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("_connection", ConnectionHandler),
        ("_queue", deque),
        ("_pending", deque),
        ("_session_id", type(None)),
        ("_state", str),
        ("_live", object),
        ("last_zxid", int),
    ],
)
def test_a_client_has_these_attributes_of_its_own(client: Any, name: str, kind: type) -> None:
    assert name in vars(client), f"{ADVICE}KazooClient.{name}"
    assert isinstance(vars(client)[name], kind), f"{ADVICE}KazooClient.{name} being a {kind.__name__}"


def test_the_states_still_compare(client: Any) -> None:
    assert client._state == KeeperState.CLOSED
    for name in ("EXPIRED_SESSION", "CONNECTING", "CONNECTED", "AUTH_FAILED"):
        assert hasattr(KeeperState, name), f"{ADVICE}KeeperState.{name}"


@pytest.mark.parametrize(
    "name",
    [
        "retry_sleeper",
        "logger",
        "sasl_options",
        "client",
        "handler",
        "_socket",
        "_read_sock",
        "_write_sock",
        "_xid",
    ],
)
def test_a_connection_keeps_what_it_was_made_with(client: Any, name: str) -> None:
    assert name in vars(client._connection), f"{ADVICE}ConnectionHandler.{name}"


def test_the_client_s_sasl_options_reach_its_connection(client: Any) -> None:
    assert client._connection.sasl_options == {"mechanism": "DIGEST-MD5"}


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [
        (ConnectionHandler, "__init__", ["self", "client", "retry_sleeper", "logger", "sasl_options"]),
        (ConnectionHandler, "_connect", ["self", "host", "hostip", "port"]),
        (ConnectionHandler, "_invoke", ["self", "timeout", "request", "xid"]),
        (ConnectionHandler, "_read_socket", ["self", "read_timeout"]),
        (ConnectionHandler, "_read", ["self", "length", "timeout"]),
        (ConnectionHandler, "_read_header", ["self", "timeout"]),
        (ConnectionHandler, "_read_watch_event", ["self", "buffer", "offset"]),
        (ConnectionHandler, "_read_response", ["self", "header", "buffer", "offset"]),
        (ConnectionHandler, "_send_request", ["self", "read_timeout", "connect_timeout"]),
        (ConnectionHandler, "_write", ["self", "msg", "timeout"]),
        (KazooClient, "_call", ["self", "request", "async_object"]),
        (KazooClient, "_notify_pending", ["self", "state"]),
    ],
)
def test_the_overridden_methods_still_look_the_same(owner: type, name: str, parameters: list[str]) -> None:
    method = getattr(owner, name, None)
    assert method is not None, f"{ADVICE}{owner.__name__}.{name}"
    assert list(inspect.signature(method).parameters) == parameters, f"{ADVICE}{owner.__name__}.{name}"


@pytest.mark.parametrize(
    ("caller", "called"),
    [
        ("_connect_attempt", "self._connect(host, hostip, port)"),
        ("_connect", "self._invoke("),
        ("_connect_attempt", "self._xid = 0"),
        ("_connect_attempt", "response = self._read_socket(read_timeout)"),
        ("_connect_attempt", "if response == CLOSE_RESPONSE:"),
        ("_connect_attempt", "self._send_request(read_timeout, connect_timeout)"),
        ("_read_socket", "header, buffer, offset = self._read_header(read_timeout)"),
        ("_read_socket", "header.xid == PING_XID"),
        ("_read_socket", "header.xid == WATCH_XID"),
        ("_read_socket", "self._read_watch_event(buffer, offset)"),
        ("_read_socket", "self._read_response(header, buffer, offset)"),
        ("_read_header", "self._read(4, timeout)"),
        ("_read_header", "self._read(length, timeout)"),
        ("_read_watch_event", "Watch.deserialize(buffer, offset)"),
        ("_submit", "self._write("),
        ("_send_request", "self._xid = (self._xid % 2147483647) + 1"),
        ("_send_request", "xid = AUTH_XID"),
        ("_read_response", "request, async_object, xid = client._pending.popleft()"),
        ("_send_request", "client._pending.append((request, async_object, xid))"),
    ],
)
def test_the_connection_still_calls_them(caller: str, called: str) -> None:
    source = inspect.getsource(getattr(ConnectionHandler, caller))
    assert called in source, f"{ADVICE}ConnectionHandler.{caller} doing `{called}`"


@pytest.mark.parametrize(
    "used",
    [
        "async_object.set(response)",
        "async_object.set_exception(callback_exception)",
        "request.deserialize(buffer, offset)",
        'getattr(request, "watcher", None)',
    ],
)
def test_a_request_and_its_call_are_used_as_before(used: str) -> None:
    """Requests and calls of our own stand where kazoo expects its own, and its AsyncResult."""
    source = inspect.getsource(ConnectionHandler._read_response)
    assert used in source, f"{ADVICE}ConnectionHandler._read_response doing `{used}`"


def test_what_is_on_its_way_when_a_connection_ends_is_settled() -> None:
    source = inspect.getsource(KazooClient._notify_pending)
    for used in ("self._pending.popleft()", "self._queue.popleft()", "async_object.set_exception("):
        assert used in source, f"{ADVICE}KazooClient._notify_pending doing `{used}`"


@pytest.mark.parametrize("name", ["select", "timeout_exception", "create_connection"])
def test_the_handler_waits_and_connects_as_before(client: Any, name: str) -> None:
    assert hasattr(client.handler, name), f"{ADVICE}the handler's {name}"


def test_errors_of_a_socket_end_the_connection(client: Any) -> None:
    with (
        pytest.raises(ConnectionDropped, match="reset"),
        client._connection._socket_error_handling(),
    ):
        raise OSError(104, "reset")
