"""Several processes decide at once, one is killed: nothing that was acknowledged is lost, the chain stays whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter

from khaka.app.review.store import events as ev
from khaka.app.review.store.database import Database
from khaka.app.review.store.record import Who, check_record, entries, record

WRITER = """
import sys
from khaka.app.review.store import events as ev
from khaka.app.review.store.database import Database
from khaka.app.review.store.record import Who, record
url, name, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
database = Database(url)
print("ready", flush=True)
sys.stdin.readline()
for step in range(number):
    entry = record(
        database, ev.Noted(text=f"{name} {step}"), who=Who(name, "state"), election_id="E", seat_id="S"
    )[-1]
    print(entry.seq, step, flush=True)
"""


def start(url: str, name: str, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_processes_that_start_and_decide_at_once_lose_nothing(database_url: str) -> None:
    # the database does not exist yet: its schema is made by whoever comes first
    writers = [start(database_url, name, 40) for name in ("asha", "ravi", "sita", "omar")]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        go(process)
    outputs = [process.communicate(timeout=600)[0] for process in writers]
    assert all(process.returncode == 0 for process in writers)
    database = Database(database_url)
    found = list(entries(database))
    assert [entry.seq for entry in found] == list(range(1, 161))
    assert Counter(entry.actor for entry in found) == dict.fromkeys(("asha", "ravi", "sita", "omar"), 40)
    acknowledged = {int(line.split()[0]) for output in outputs for line in output.splitlines()}
    assert acknowledged == set(range(1, 161))
    for name in ("asha", "ravi", "sita", "omar"):  # each one's own order is kept
        own = [ev.decode(entry.kind, entry.body) for entry in found if entry.actor == name]
        assert own == [ev.Noted(text=f"{name} {step}") for step in range(40)]
    assert check_record(database).whole
    database.close()


def test_no_acknowledged_decision_is_lost_when_a_process_is_killed(database_url: str) -> None:
    Database(database_url).close()
    victim, other = start(database_url, "victim", 100_000), start(database_url, "other", 30)
    acknowledged: list[tuple[int, int]] = []
    for process in (victim, other):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        go(process)
    assert victim.stdout is not None
    for _ in range(60):
        seq, step = victim.stdout.readline().split()
        acknowledged.append((int(seq), int(step)))
    victim.send_signal(signal.SIGKILL)
    rest = victim.communicate(timeout=600)[0]
    acknowledged += [
        (int(line.split()[0]), int(line.split()[1])) for line in rest.splitlines() if len(line.split()) == 2
    ]
    other.communicate(timeout=600)
    assert other.returncode == 0  # no lock is left behind
    database = Database(database_url)
    found = {entry.seq: entry for entry in entries(database)}
    for seq, step in acknowledged:
        assert ev.decode(found[seq].kind, found[seq].body) == ev.Noted(text=f"victim {step}")
    assert check_record(database).whole
    assert record(database, ev.Noted(text="after"), who=Who("x", "state"))[-1].seq == len(found) + 1
    database.close()
