"""What zkchaos runs on every app node: machines that want to be on duty, and work while they are."""

from harness.client import Belief, Recipe, Undone
from harness.client.operation import work
from kazoo.exceptions import ConnectionLoss

from duty import Roster


class Duty(Recipe):
    """Every machine wants to be on duty, does some fenced work, and lets the next one have a turn."""

    guarantees = ("mutual-exclusion", "fencing", "progress")
    evidence = {"acquire": 5, "work": 50}
    roots = ("/duty", "/ledger")
    defaults = {"works": 10, "rest": 0.05}
    holder = settles = True

    roster_class = Roster

    def __init__(self, program, number):
        super().__init__(program, number)
        self.belief, self.term, self.done = Belief(self), {}, 0
        self.roster = self.roster_class(self.client, "/duty", relieved=self.belief.end)

    def turn(self):
        self.make_once("/duty", "/ledger")
        if not self.belief.held:
            self.term = self.deeds.do("acquire", "/duty", self.go_on_duty)
        for _ in range(int(self.params["works"])):
            if not self.belief.held:
                return
            self.done += 1
            self.call(work("/ledger", n=self.done, **self.term))
            self.stopping.wait(self.params["rest"])
        self.roster.go_off_duty()

    def go_on_duty(self):
        breaks = self.breaks
        try:
            badge, number = self.roster.go_on_duty()
        except InterruptedError as stopped:
            raise Undone(str(stopped)) from stopped
        term = {"token": number, "node": badge}
        if not self.belief.begin("/duty", breaks, **term):
            raise ConnectionLoss
        return term

    def stop(self):
        self.roster.stop()


class Sleepwalker(Roster):
    """A roster with a mistake: who loses the connection, and with it the session, stays on duty."""

    def _connection(self, state):
        self._news.set()


class DutyOfSleepwalkers(Duty):
    """The broken twin: zkchaos has to catch it, or its silence about the right one means nothing."""

    roster_class = Sleepwalker
