"""The client library of the app nodes: kazoo clients that record what they do, as JSON lines."""

from harness.client.belief import Belief
from harness.client.call import Answer, Call, NotSent, Outcome, Refused, Reply, Unanswered
from harness.client.cast import Cast, Casting, cast
from harness.client.crew import Crew, Member
from harness.client.deeds import Deeds, Undone
from harness.client.hearer import Hearer
from harness.client.line import Line
from harness.client.operation import Operation
from harness.client.participant import BROKEN, Participant
from harness.client.process import Process
from harness.client.program import NodePlan, Program
from harness.client.recipe import Recipe
from harness.client.recorder import Recorder
from harness.client.recording_client import RecordingClient

__all__ = [
    "BROKEN",
    "Answer",
    "Belief",
    "Call",
    "Cast",
    "Casting",
    "Crew",
    "Deeds",
    "Hearer",
    "Line",
    "Member",
    "NodePlan",
    "NotSent",
    "Operation",
    "Outcome",
    "Participant",
    "Process",
    "Program",
    "Recipe",
    "Recorder",
    "RecordingClient",
    "Refused",
    "Reply",
    "Unanswered",
    "Undone",
    "cast",
]
