"""Pauses: a process stands still and notices nothing, like a long stop-the-world collection."""

from typing import ClassVar

from nemesis.fault import AppLeaderFault, Proof


class PauseAppLeader(AppLeaderFault):
    """Freezes the app node that leads the election until its session has expired."""

    name = "pause-app-leader"
    summary = "freezes the app node that leads until its session has expired, then lets it go on"
    effect = "pause"
    outlasts_session = True
    evidence: ClassVar = ("new-leader-after-each", "writes-overlap-each-fault")

    def inject(self) -> None:
        """Freeze it."""
        self.app.container.pause()

    def observe(self) -> Proof | None:
        """The engine says paused, and on the engine's host no process of it can run."""
        if not self.app.container.state().paused:
            return None
        states = sorted({process["stat"] for process in self.app.container.processes()})
        # A frozen process waits uninterruptibly (D); with the second version of cgroups it shows
        # as sleeping (S). One that ran would show R.
        if not states or any(state.startswith("R") for state in states):
            return None
        return {"engine": "paused", "process_states": states}

    def heal(self) -> None:
        """Let it go on."""
        if self.app.container.state().paused:
            self.app.container.unpause()

    def observe_healed(self) -> Proof | None:
        """It runs and is not paused."""
        state = self.app.container.state()
        return {"engine": state.status} if state.running and not state.paused else None
