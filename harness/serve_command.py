"""`zkchaos serve` and `zkchaos index`: the store in a browser."""

import signal
import threading
from pathlib import Path

import click

from harness.errors import SetupError
from harness.serving import StoreServer
from harness.store_page import write_page


def serve_on_terminal(runs: Path, host: str, port: int) -> int:
    """Serve the runs of a directory until Ctrl-C; raises SetupError where there are none, or no port."""
    if not runs.is_dir():
        raise SetupError(f"there is no directory {runs}; name the one of the runs with --runs-dir.")
    with StoreServer(runs, host, port) as server:
        if not server.private:
            click.echo(
                f"zkchaos: {host} is not this machine alone: there is no password, and whoever can connect "
                "can read every run.",
                err=True,
            )
        if threading.current_thread() is threading.main_thread():
            # A shell without job control starts what runs in its background deaf to SIGINT.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler)
        try:
            click.echo(f"The runs of {runs} are at {server.url} (Ctrl-C ends it).")
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("stopped.")
    return 0


def index_on_terminal(runs: Path) -> int:
    """Write the page of the runs and say where it is."""
    click.echo(write_page(runs))
    return 0
