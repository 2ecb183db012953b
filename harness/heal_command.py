"""`zkchaos heal`: bring the nodes that are on the engine to their clean state, whoever broke them."""

from contextlib import closing

import click

from harness.engine import Engine
from harness.errors import NO_RUN
from harness.pods import Pod
from harness.sdk import Vanished
from nemesis.healing import heal


def heal_on_terminal(run: str | None) -> int:
    """Heal the nodes of one run, or of all; return 0 when every one is clean and was seen to be."""
    with closing(Engine.connect()) as engine:
        pods: dict[str, list[Pod]] = {}
        code = 0
        for owner, name in engine.nodes(run):
            try:
                pods.setdefault(owner, []).append(Pod.found(engine, owner, name))
            except Vanished:
                click.echo(f"{owner}  {name}: its network is gone; `zkchaos clean {owner}` removes the rest")
                code = NO_RUN
        if not pods:
            click.echo(f"there is nothing of {run or 'any run'} on the engine")
        for owner, nodes in pods.items():
            for name, left in heal(nodes).items():
                click.echo(f"{owner}  {name}: {'; '.join(left) or 'clean'}")
                code = NO_RUN if left else code
    return code
