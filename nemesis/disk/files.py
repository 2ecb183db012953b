"""What is done to a server's files in its holder, by the program nemesis/agents/disk_files.py."""

import json
from importlib.resources import files
from typing import Any

from harness.pods import Pod

PROGRAM = "/opt/zkchaos/disk_files.py"


def work_on_files(pod: Pod, kind: str, size: int = 0, seed: str = "") -> dict[str, Any]:
    """Damage the files of a server that is down; return {before, after}: each file's size and digest.

    Raises SetupError when there is nothing that could be damaged.
    """
    if pod.layer is not None:
        # The holder works behind the layer's back: what it remembers of the files is void.
        pod.layer.ask(settle=True)
    pod.holder.put({PROGRAM: (files("nemesis.agents") / "disk_files.py").read_text()})
    answer = pod.holder.execute("python3", "-ES", PROGRAM, kind, str(size), seed)
    told: dict[str, Any] = json.loads(answer)
    return told
