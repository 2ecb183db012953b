"""The client library of the app nodes: kazoo clients that record what they do, as JSON lines."""

from harness.client.call import Answer, Call, NotSent, Outcome, Refused, Reply, Unanswered
from harness.client.crew import Crew, Member
from harness.client.line import Line
from harness.client.operation import Operation
from harness.client.process import Process
from harness.client.program import NodePlan, Program
from harness.client.recorder import Recorder
from harness.client.recording_client import RecordingClient

__all__ = [
    "Answer",
    "Call",
    "Crew",
    "Line",
    "Member",
    "NodePlan",
    "NotSent",
    "Operation",
    "Outcome",
    "Process",
    "Program",
    "Recorder",
    "RecordingClient",
    "Refused",
    "Reply",
    "Unanswered",
]
