"""The text of a history file."""

from pathlib import Path

from harness.errors import HistoryError


def read_text(path: Path) -> str:
    """Read a file; raises HistoryError where there is none, or where it is no text or empty."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise HistoryError(f"{path}, line {line}: not a text in UTF-8 ({error.reason}).") from error
    if not text.strip():
        raise HistoryError(f"{path} is empty; name a history.")
    return text
