"""The client library of the app nodes: kazoo clients that record what they do, as JSON lines."""

from harness.client.connection import Answer, NotSent, RecordingClient, Refused, Reply, Unanswered
from harness.client.line import Line
from harness.client.process import Process
from harness.client.program import NodePlan, Program
from harness.client.recorder import Recorder

__all__ = [
    "Answer",
    "Line",
    "NodePlan",
    "NotSent",
    "Process",
    "Program",
    "Recorder",
    "RecordingClient",
    "Refused",
    "Reply",
    "Unanswered",
]
