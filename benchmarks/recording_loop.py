"""The loop of benchmarks/recording.py, as it runs on an app node: slices recorded and bare in turn.

Prints the recorded calls on standard output, as every program on an app node does, and at the end one
line on standard error: {"recorded": [operations per second, one a slice], "bare": [...]}.
"""

import itertools
import json
import sys
import time
from pathlib import Path

from harness.client import Process, Recorder, RecordingClient
from harness.client.operation import create, set_data

SLICE = 0.5
PATH = "/recording"
JOURNAL = "/data/journal"


def main(servers: str, slices: int) -> None:
    """Measure `slices` pairs of slices."""
    client = RecordingClient(hosts=servers, timeout=10)
    client.start()
    journal = Path(JOURNAL).open("wb", buffering=0)  # noqa: SIM115 - till the end
    recorder = Recorder(sys.stdout.buffer, journal=journal)
    process = Process(client, recorder, itertools.count(1))
    process.call(create(PATH), within=10)
    write = set_data(PATH, b"x" * 64)

    def recorded() -> None:
        process.call(write, within=10)

    def bare() -> None:
        client.ask(write.request, 10)

    rates: dict[str, list[float]] = {"bare": [], "recorded": []}
    for number in range(slices):
        pair = [("bare", bare), ("recorded", recorded)]
        for name, act in pair if number % 2 else reversed(pair):
            end = time.monotonic() + SLICE
            count = 0
            while time.monotonic() < end:
                act()
                count += 1
            rates[name].append(count / SLICE)
    print(json.dumps(rates), file=sys.stderr)
    client.stop()
    recorder.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
