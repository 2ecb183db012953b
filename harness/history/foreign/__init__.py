"""Histories of other systems: Jepsen's EDN and porcupine's logs, read, and EDN written."""

from harness.history.foreign.edn_history import read_edn
from harness.history.foreign.edn_writer import write_edn
from harness.history.foreign.formats import Foreign, read_any
from harness.history.foreign.porcupine_log import read_porcupine_log

__all__ = ["Foreign", "read_any", "read_edn", "read_porcupine_log", "write_edn"]
