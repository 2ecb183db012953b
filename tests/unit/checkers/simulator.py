"""A small correct world: a ZooKeeper with sessions and sequential ephemerals, candidates, and a nemesis.

It moves in steps. Reads come from servers that lag behind, answers get lost, streams arrive
late. What it writes is the history of a run in which nothing is wrong.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from build import BOOT, ELECTION, EVIDENCE, a_plan
from simulated_ensemble import TICK, TIMEOUT, App, Ensemble

from harness.history import Event, History
from harness.plan import EvidenceRule, Step

APP_FAULTS = {"kill-app-leader": "kill", "pause-app-leader": "pause", "expire-app-leader": "expire"}


@dataclass
class World(Ensemble):
    """The simulation; `run` returns its history."""

    # -- the candidates

    def step_down(self, app: App, why: str) -> None:
        if app.leading:
            app.leading = False
            self.speak(app, "stepped-down", key=app.path, value={"token": app.token, "why": why})

    def session_event(self, app: App, state: str, zxid: int = 0) -> None:
        value: dict[str, Any] = {"state": state} | ({"timeout": 4000} if state == "connected" else {})
        session = 0 if state == "lost" else app.session
        self.speak(app, "session", value=value, session=session, zxid=zxid)

    def disconnect(self, app: App) -> None:
        self.step_down(app, "suspended")
        if app.connected:
            self.session_event(app, "suspended")
            app.connected = False

    def act(self, app: App) -> None:
        if not app.alive or app.frozen:
            return
        if not self.up or (app.session and app.session not in self.touched):
            if app.leading and self.up and self.dice.random() < 0.5:
                ask = {"token": app.token, "path": app.path, "n": 1}
                zxid = self.commit()
                self.call(app, "work", "/work", ask, type="fail", zxid=zxid, error="NoNodeError")
                self.step_down(app, "refused")
            self.disconnect(app)
            if self.up:
                self.session_event(app, "lost")
                app.session, app.path, app.lost_guid = 0, "", ""
            return
        if not app.session:
            app.session = self.dice.getrandbits(63)
            app.seen = self.commit()
        self.touched[app.session] = self.now
        if not app.connected:
            app.connected = True
            self.session_event(app, "connected")
        self.campaign(app)

    def campaign(self, app: App) -> None:
        if not app.path:
            self.join(app)
        elif app.leading and self.now >= app.until:
            self.resign(app)
        elif app.leading:
            ask = {"token": app.token, "path": app.path, "n": 1}
            app.seen = self.commit()
            self.call(app, "work", "/work", ask, value=ask, zxid=app.seen)
        else:
            self.look(app)

    def join(self, app: App) -> None:
        if app.lost_guid:
            self.adopt(app)
            return
        app.guids += 1
        guid = f"{app.name}{app.life}{app.guids}x-"
        ask = {"ephemeral": True, "sequence": True}
        lost, done = self.dice.random() < 0.2, True
        if lost:
            app.lost_guid, done = guid, self.dice.random() < 0.5
        if done:
            name = f"{guid}{self.sequence:010d}"
            self.sequence += 1
            self.children[name] = (self.epoch << 32 | (self.counter + 1), app.session)
            zxid = self.commit()
        if lost:
            self.call(app, "create", f"{ELECTION}/{guid}", ask, type="info")
            return
        app.seen, app.path, app.token = zxid, f"{ELECTION}/{name}", zxid
        self.call(app, "create", f"{ELECTION}/{guid}", ask, value=app.path, zxid=zxid)
        self.speak(app, "candidate", key=app.path, value={"token": zxid}, session=app.session)

    def adopt(self, app: App) -> None:
        zxid, names = self.past[-1]
        app.seen = zxid
        self.call(app, "children", ELECTION, value=list(names), zxid=zxid)
        mine = next((name for name in names if name.startswith(app.lost_guid)), None)
        app.lost_guid = ""
        if mine:
            app.path, app.token = f"{ELECTION}/{mine}", self.children[mine][0]
            self.speak(app, "candidate", key=app.path, value={"token": app.token}, session=app.session)

    def look(self, app: App) -> None:
        zxid, names = self.read(app)
        self.call(app, "children", ELECTION, value=list(names), zxid=zxid)
        mine = app.path.rpartition("/")[2]
        ahead = [name for name in names if name[-10:] < mine[-10:]]
        if not ahead:
            app.leading, app.until = True, self.now + self.dice.uniform(2, 6)
            self.speak(app, "leader", key=app.path, value={"token": app.token})
        else:
            before = max(ahead, key=lambda name: name[-10:])
            zxid, names = self.read(app)
            self.call(app, "exists", f"{ELECTION}/{before}", value=before in names, zxid=zxid)

    def resign(self, app: App) -> None:
        self.step_down(app, "term")
        self.children.pop(app.path.rpartition("/")[2])
        app.seen = self.commit()
        self.call(app, "delete", app.path, zxid=app.seen)
        app.path = ""

    # -- the nemesis

    def fault(self, number: int, name: str) -> None:
        """Inject a fault, hold it, heal it."""
        role = "server" if name == "kill-leader" else "app"
        effect = APP_FAULTS.get(name, "kill")
        believers = [app for app in self.nodes if app.leading]
        target = self.leader if role == "server" else (believers[0].name if believers else "")
        told = {"id": number, "targets": [target] if target else []}
        begin = told | {"stage": "begin", "effect": effect, "role": role, "params": {}}
        self.say("inject", "nemesis", key=name, value=begin)
        if not target:
            self.say("inject", "nemesis", key=name, value=told | {"stage": "vanished", "reason": "no leader"})
            return
        proof = self.kill_server() if role == "server" else self.strike(effect, believers[0])
        self.steps(0.1)
        self.say("inject", "nemesis", key=name, value=told | {"stage": "proven", "proof": proof})
        self.steps(TIMEOUT + self.dice.uniform(-2.5, 4))
        self.say("heal", "nemesis", key=name, value=told | {"stage": "begin"})
        if role == "server":
            self.say("node", node=target, value={"state": "started", "life": number + 1, "role": "server"})
        else:
            self.relieve(effect, believers[0])
        self.steps(0.2)
        self.say("heal", "nemesis", key=name, value=told | {"stage": "proven", "proof": {}})

    def kill_server(self) -> dict[str, Any]:
        self.say("node", node=self.leader, value={"state": "died", "life": 1, "role": "server"})
        self.up = False
        self.steps(0.6)
        self.epoch, self.counter, self.up = self.epoch + 1, 0, True
        self.leader = self.dice.choice([zk for zk in ("zk1", "zk2", "zk3") if zk != self.leader])
        self.touched = dict.fromkeys(self.touched, self.now)
        return {}

    def strike(self, effect: str, app: App) -> dict[str, Any]:
        if effect == "pause":
            app.frozen = True
        elif effect == "expire":
            session = app.session
            return {"session": session, "closed_at_zxid": self.drop(session)}
        else:
            if self.dice.random() < 0.5:
                self.call(app, "work", "/work", {"token": app.token, "path": app.path, "n": 9}, type="none")
                process = f"{app.name}/{app.life}.{app.calls - 1}"
                self.now += 0.05
                self.tell("info", "work", process=process, node=app.name, key="/work", error="process died")
            app.alive = False
            self.node(app, "died")
        return {}

    def relieve(self, effect: str, app: App) -> None:
        app.frozen = False
        if effect == "kill":
            self.start(app)

    def start(self, app: App) -> None:
        fresh = App(app.name, life=app.life + 1, alive=True)
        app.__dict__.update(fresh.__dict__)
        self.node(app, "started")

    def node(self, app: App, state: str) -> None:
        self.say("node", node=app.name, value={"state": state, "life": app.life, "role": "app"})

    # -- the run

    def steps(self, seconds: float) -> None:
        """Let the world go on."""
        for _ in range(max(1, round(seconds / self.step))):
            self.now += self.step
            self.moment = 0
            self.expire()
            for app in self.dice.sample(self.nodes, len(self.nodes)):
                self.act(app)
            self.poll()

    def poll(self) -> None:
        value: dict[str, Any] = {"mode": "down", "sent": BOOT + round(self.now * 1e9)}
        if self.up:
            value |= {"mode": "leader", "epoch": self.epoch, "zxid": self.past[-1][0]}
            value["zxid"] = max(value["zxid"], self.epoch << 32)
        self.say("server", "monitor", node=self.leader, value=value)

    def final_read(self, when: str) -> None:
        for server in ("zk1", "zk2", "zk3"):
            common = {"process": f"final/{server}", "node": server, "key": ELECTION}
            self.tell("invoke", "final-read", value={"stage": when}, **common)
            owners = {name: session for name, (_, session) in self.children.items()}
            self.tell("ok", "final-read", value={"children": owners}, zxid=self.commit(), **common)

    def stop(self, app: App) -> None:
        if not app.alive:
            return
        self.step_down(app, "stopping")
        if app.session in self.touched:
            self.session_event(app, "closed", self.drop(app.session))
        self.node(app, "stopped")
        app.alive = False

    def run(self) -> History:
        plan = a_plan(
            schedule=tuple(Step(i + 1, 1.0, name, "leader", 1.0) for i, name in enumerate(self.faults)),
            session_timeout=TIMEOUT,
            nodes=self.apps,
            evidence=(*EVIDENCE, EvidenceRule("leaders"), EvidenceRule("every-server-answers")),
        )
        self.say("plan", value=msgspec.to_builtins(plan))
        for app in self.nodes:
            self.start(app)
        self.say("phase", value="workload")
        self.steps(4)
        for number, name in enumerate(self.faults):
            self.fault(number + 1, name)
            self.steps(self.dice.uniform(1, 5))
        self.say("phase", value="heal")
        self.steps(11)
        for name, go_on in (("final", self.final_read), ("stop", self.final_read)):
            self.say("phase", value=name)
            if name == "stop":
                for app in self.nodes:
                    self.stop(app)
                self.steps(2 * (TIMEOUT + 2 * TICK))
            go_on("running" if name == "final" else "stopped")
        self.now += 1
        self.say("phase", value="closed")
        # Every stream has ended before the last line is written.
        ordered = sorted(self.rows[:-1], key=lambda row: row[0])
        rows = [row for _, row in (*ordered, self.rows[-1])]
        return History([Event(index=i, **row) for i, row in enumerate(rows)])
