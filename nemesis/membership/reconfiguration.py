"""Reading and changing an ensemble's members, through any server that serves."""

import re
from collections.abc import Iterable, Mapping

from kazoo.protocol.serialization import Reconfig

from harness.client.requests import GetData
from harness.clock import Deadline, wait_for
from harness.errors import EnsembleError
from harness.visitor import visit, visiting

CONFIG = "/zookeeper/config"

ANSWER_WITHIN = 5.0

ANY_VERSION = -1

LINE = re.compile(r"server\.(\d+)=(.*)")

Address = tuple[str, int]


def read_members(address: Address) -> tuple[dict[int, str], int]:
    """Return {number: line} of the members, as one server shows them, and the version of that.

    Raises EnsembleError when it does not answer.
    """
    data, _ = visit(address, [GetData(CONFIG)], ANSWER_WITHIN)[0].value
    return parse_config(data.decode())


def parse_config(text: str) -> tuple[dict[int, str], int]:
    """Read the members and the version from the content of the configuration's znode."""
    members = {int(found[1]): found[0] for found in map(LINE.fullmatch, text.splitlines()) if found}
    version = next((line for line in text.splitlines() if line.startswith("version=")), "version=0")
    return members, int(version.removeprefix("version="), 16)


def difference(present: Mapping[int, str], wanted: Mapping[int, str]) -> tuple[str, str]:
    """Return what has to join and to leave, as `reconfig` takes them, empty where nothing has to."""
    joining = [line for number, line in wanted.items() if present.get(number) != line]
    leaving = [str(number) for number in present if number not in wanted]
    return ",".join(joining), ",".join(leaving)


def change_members(
    through: Iterable[Address], wanted: Mapping[int, str], password: str, within: float
) -> int:
    """Make these the members; return the version of the configuration in which they are.

    A leader that leaves, or a joiner that is not in sync yet, lets a request fail: it is tried again, through
    the next server. Raises EnsembleError with the last failure.
    """
    deadline, addresses = Deadline(within), list(through)
    failure = ["no server was asked"]

    def attempt() -> int | None:
        addresses.append(addresses.pop(0))
        try:
            members, version = read_members(addresses[0])
            joining, leaving = difference(members, wanted)
            if not joining and not leaving:
                return version
            with visiting(addresses[0], ANSWER_WITHIN, password=password) as client:
                client.ask(Reconfig(joining or None, leaving or None, None, ANY_VERSION), ANSWER_WITHIN)
        except EnsembleError as error:
            failure[0] = str(error)
        return None

    try:
        return wait_for(attempt, within=deadline.left, what="the members are changed")
    except EnsembleError as error:
        raise EnsembleError(f"{error} The last failure: {failure[0]}") from error
