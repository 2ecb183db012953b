"""The writer: one order for index, file and listeners; a full disk ends it in one sentence, for good."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.errors import SetupError
from harness.history import Event, HistoryWriter, read_history

FULL_DISK = """
import resource, sys
from pathlib import Path
from harness.errors import SetupError
from harness.history import HistoryWriter

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
writer = HistoryWriter(Path(sys.argv[1]))
heard = []
writer.listen(heard.append)
written = 0
said = []
for _ in range(40):
    try:
        writer.write(time=written, type="event", f="tick", process="harness")
        written += 1
    except SetupError as error:
        said.append(str(error))
assert len(heard) == written, "a listener heard of an event that is not in the file"
assert writer.failure == said[0]
print(written, len(said), len(set(said)))
print(said[0])
"""


def test_many_threads_make_one_dense_order(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path / "history.jsonl")
    heard: list[Event] = []
    writer.listen(heard.append)

    def work(number: int) -> None:
        for turn in range(100):
            writer.write(time=turn, type="event", f="tick", process=f"p{number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    history = read_history(tmp_path / "history.jsonl")
    assert len(history) == 800
    assert heard == list(history.events)
    for number in range(8):
        assert [e.time for e in heard if e.process == f"p{number}"] == list(range(100))


def test_an_event_is_on_disk_before_write_returns(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    writer = HistoryWriter(path)
    event = writer.write(time=5, type="event", f="phase", process="harness", value="apps")
    assert list(read_history(path).events) == [event]
    writer.close()
    writer.close()


def test_a_listener_hears_only_of_what_comes_after_it(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path / "history.jsonl")
    writer.write(time=1, type="event", f="before")
    heard: list[str] = []
    writer.listen(lambda event: heard.append(event.f))
    writer.listen(lambda event: heard.append(event.f.upper()))
    writer.write(time=2, type="event", f="after")
    writer.close()
    assert heard == ["after", "AFTER"]


def test_an_existing_history_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b"precious\n")
    with pytest.raises(SetupError, match=r"^cannot write the history .*history\.jsonl: File exists\.$"):
        HistoryWriter(path)
    assert path.read_bytes() == b"precious\n"


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"cannot write the history .*: No such file or directory\.$"):
        HistoryWriter(tmp_path / "absent" / "history.jsonl")


def test_a_full_disk_is_one_sentence_and_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True, timeout=30
    )
    counts, sentence = done.stdout.splitlines()
    written, failed, sentences = map(int, counts.split())
    assert written > 0
    assert failed == 40 - written
    assert sentences == 1
    assert sentence == (
        f"cannot write the history {path}: File too large; "
        "free some space or choose another place with --runs-dir."
    )
    history = read_history(path)
    assert len(history) == written
