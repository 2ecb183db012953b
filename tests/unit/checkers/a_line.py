"""A line of candidates by hand: they come, they leave, and watch events tell others of it."""

from talk import Talk, Z

from tests.unit.checkers.build import ELECTION, a_plan, at, election_node

ONE, ALL = "wakes-one", "wakes-all"


class Line(Talk):
    """Candidate n is on node app<n>, in session 10 + n; its node was made by transaction n."""

    def __init__(self, candidates: int = 4, promise: str = ONE):
        super().__init__(plan=a_plan(promises=(promise,)))
        self.phase(0.5, "workload")
        self.phase(20, "stop")
        self.phase(21, "closed")
        for n in range(1, candidates + 1):
            self.meet(0.6, "connected", session=10 + n, life=f"app{n}/1")
            self.come(1 + n / 10, n, Z(n))

    def come(self, second: float, n: int, z: int, *, type: str = "ok") -> None:  # noqa: A002
        """Join the line."""
        path = election_node(n)
        ask = {"ephemeral": True, "sequence": True}
        told = {"value": path} if type == "ok" else {}
        self.do(second, "create", n, z, key=path[:-10], ask=ask, type=type, **told)
        if type == "ok":
            self.say(second + 0.02, "candidate", f"app{n}/1.0", key=path, value={"token": z}, session=10 + n)

    def do(self, second: float, f: str, n: int, z: int, **more: object) -> None:
        """Let a candidate ask for something."""
        self.ask(second, f, z, session=10 + n, life=f"app{n}/1", **more)  # type: ignore[arg-type]

    def leave(self, second: float, n: int, z: int, *, type: str = "ok") -> None:  # noqa: A002
        """Delete the own node."""
        self.do(second, "delete", n, z, key=election_node(n), type=type)

    def watch_line(self, second: float, n: int, z: int, *names: int) -> None:
        """List the line and leave a watch."""
        value = [election_node(name).rpartition("/")[2] for name in names]
        self.do(second, "children", n, z, key=ELECTION, ask={"watch": True}, value=value)

    def watch(self, second: float, n: int, z: int, ahead: int) -> None:
        """Look whether the one ahead is there, and leave a watch."""
        self.do(second, "exists", n, z, key=election_node(ahead), ask={"watch": True}, value=True)

    def hear(self, second: float, n: int, z: int, kind: str = "CHILD", path: str = ELECTION) -> None:
        """Get a watch event, of a server that tells its zxid unless that is 0."""
        place = 10 + n, 1
        self.wires[place] += 1
        self.say(
            second,
            "watch",
            f"app{n}/1.0",
            key=path,
            value={"type": kind},
            session=place[0],
            conn=1,
            server="10.0.0.1:2181",
            zxid=z,
            wire=self.wires[place],
            received=at(second),
        )
