"""The canary: what harness/client/connection.py holds on to inside kazoo is still there.

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


@pytest.mark.parametrize("name", ["retry_sleeper", "logger", "sasl_options", "client", "handler"])
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
        (ConnectionHandler, "_read_response", ["self", "header", "buffer", "offset"]),
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
        ("_read_socket", "self._read_response(header, buffer, offset)"),
        ("_read_response", "request, async_object, xid = client._pending.popleft()"),
        ("_send_request", "client._pending.append((request, async_object, xid))"),
    ],
)
def test_the_connection_still_calls_them(caller: str, called: str) -> None:
    source = inspect.getsource(getattr(ConnectionHandler, caller))
    assert called in source, f"{ADVICE}ConnectionHandler.{caller} doing `{called}`"


def test_a_result_takes_attributes(client: Any) -> None:
    result = client.handler.async_result()
    result.reply = "kept"
    assert result.reply == "kept", f"{ADVICE}attributes of AsyncResult"
