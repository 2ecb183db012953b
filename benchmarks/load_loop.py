"""The bare side of benchmarks/load.py, as it runs on an app node: the mix of `keys` through plain kazoo.

As many requests are under way at any time as in the workload, each with kazoo's own `*_async` method, and
nothing is recorded. What answers say of the tree is taken in all the same, or the mix would be another one.
"""

import json
import random
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from kazoo.client import KazooClient
from kazoo.exceptions import NoNodeError

from harness.client import Answer, Member, Operation, Reply
from harness.client.account import NO_REPLY
from workloads.keys.mix import KeyMix


def main(servers: str, node: str, params: dict[str, float]) -> None:
    """Work until killed."""
    client = KazooClient(hosts=servers, timeout=60)
    client.start()
    mix = KeyMix(params, random.Random(node), f"{node}/1")
    for path in mix.space.skeleton:
        client.ensure_path(path)
    lock = threading.Lock()
    reply: Reply = NO_REPLY

    def begin(member: Member) -> None:
        with lock:
            operation, member.then = member.then, None
            if operation is None:
                operation = mix.next(member)
        sender(client, operation)().rawlink(partial(settled, member, operation))

    def settled(member: Member, operation: Operation, result: Any) -> None:
        with lock:
            if result.exception is None:
                mix.learn(operation, Answer(result.value, reply))
            elif isinstance(result.exception, NoNodeError):
                mix.space.forget(operation.key)
        begin(member)

    for number in range(int(params["concurrency"])):
        begin(Member(number, client))
    threading.Event().wait()


def sender(client: KazooClient, operation: Operation) -> Callable[[], Any]:
    """The plain call of kazoo that does an operation."""
    request, path = operation.request, operation.key

    def ignore(_: Any) -> None:
        return

    watch = ignore if getattr(request, "watch", False) else None
    if operation.f == "create":
        kind = {"ephemeral": request.ephemeral, "sequence": request.sequence, "include_data": request.stat}
        return partial(client.create_async, path, request.data, **kind)
    if operation.f == "set":
        return partial(client.set_async, path, request.data, request.version)
    if operation.f == "delete":
        return partial(client.delete_async, path, request.version)
    if operation.f == "children":
        return partial(client.get_children_async, path, watch, include_data=request.type == 12)
    plain = {
        "multi": partial(_multi, client, getattr(request, "parts", ())),
        "sync": partial(client.sync_async, path),
        "get-acl": partial(client.get_acls_async, path),
        "get": partial(client.get_async, path, watch),
        "exists": partial(client.exists_async, path, watch),
    }
    return plain[operation.f]


def _multi(client: KazooClient, parts: Any) -> Any:
    transaction = client.transaction()
    for part in parts:
        if part.type == 5:
            transaction.set_data(part.path, part.data, part.version)
        elif part.type == 2:
            transaction.delete(part.path, part.version)
        elif part.type == 13:
            transaction.check(part.path, part.version)
        else:
            transaction.create(part.path, part.data)
    return transaction.commit_async()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
