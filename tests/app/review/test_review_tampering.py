"""10,000 random tamperings of the record, found by a second implementation that shares no code with the product.

The second implementation reads the database with sqlite3 alone and knows only what the documentation of the chain
says: SHA-256 over the canonical JSON of all fields but the hash, `previous` linking each entry to the one before,
`seq` 1, 2, 3 ..., and an anchor "count, hash of that entry" kept outside.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from khaka.app.cli import khaka
from khaka.app.review.store import events as ev
from khaka.app.review.store.anchors import keep_anchor, parse_anchors
from khaka.app.review.store.chain import Anchor, Entry, verify
from khaka.app.review.store.database import Database, open_database
from khaka.app.review.store.record import Who, check_record, entries, head, record
from khaka.data.workspace import Workspace, init_workspace

FIELDS = ("seq", "at", "actor", "role", "kind", "election_id", "seat_id", "version", "body", "previous", "hash")
Row = dict[str, object]
TAMPERINGS = 10_000


def write_some(database: Database, number: int = 24) -> None:
    rng = random.Random(3)
    for step in range(number):
        who = Who(rng.choice(["asha", "ravi"]), "state")
        place = {"election_id": "S24-2027-AE", "seat_id": f"S24-2008-{1 + step % 5}", "version": "ab" * 32}
        event: ev.Event = ev.Chosen(aspirant_id=f"A{step}", first_name_id="A1", reason=f"कारण {step}")
        if step % 4 == 3:
            event = ev.Noted(text=f"note {step}")
        record(database, event, who=who, **place)


# -- the second implementation ---------------------------------------------------------------------------------------


def second_hash(row: Row) -> str:
    content = {name: row[name] for name in FIELDS if name != "hash"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def second_finds_fault(rows: list[Row], count: int, digest: str) -> bool:
    before = "0" * 64
    for place, row in enumerate(rows, 1):
        if row["seq"] != place or row["previous"] != before or row["hash"] != second_hash(row):
            return True
        before = str(row["hash"])
    return len(rows) < count or (count > 0 and rows[count - 1]["hash"] != digest)


def raw_rows(path: Path) -> list[Row]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(f"SELECT {', '.join(FIELDS)} FROM record ORDER BY seq").fetchall()
    return [dict(zip(FIELDS, row, strict=True)) for row in found]


# -- forgers ---------------------------------------------------------------------------------------------------------


def sealed_again(rows: list[Row], start: int) -> None:
    """What a forger with the program would do: number and link everything anew from some entry on."""
    for place in range(start, len(rows)):
        rows[place]["seq"] = place + 1
        rows[place]["previous"] = rows[place - 1]["hash"] if place else "0" * 64
        rows[place]["hash"] = second_hash(rows[place])


def another(value: object, rng: random.Random) -> object:
    text = str(value)
    if not text:
        return "x"
    place = rng.randrange(len(text))
    return text[:place] + rng.choice([sign for sign in "0a1bX" if sign != text[place]]) + text[place + 1 :]


def edit(rows: list[Row], rng: random.Random) -> None:
    row, field = rng.choice(rows), rng.choice(FIELDS)
    row[field] = int(str(row[field])) + rng.choice([-1, 1, 7]) if field == "seq" else another(row[field], rng)


def delete(rows: list[Row], rng: random.Random) -> None:
    del rows[rng.randrange(len(rows))]


def delete_and_renumber(rows: list[Row], rng: random.Random) -> None:
    place = rng.randrange(len(rows))
    del rows[place]
    for later, row in enumerate(rows):
        row["seq"] = later + 1


def reorder(rows: list[Row], rng: random.Random) -> None:
    one, other = rng.sample(range(len(rows)), 2)
    for field in FIELDS[1:] if rng.random() < 0.5 else ("at", "actor", "body"):
        rows[one][field], rows[other][field] = rows[other][field], rows[one][field]
    if rows[one]["body"] == rows[other]["body"] and rows[one]["at"] == rows[other]["at"]:
        delete(rows, rng)


def truncate(rows: list[Row], rng: random.Random) -> None:
    del rows[rng.randrange(len(rows)) :]


def insert(rows: list[Row], rng: random.Random) -> None:
    place = rng.randrange(len(rows))
    rows.insert(place, {**rows[place], "body": '{"text":"never said"}'})
    for later, row in enumerate(rows):
        row["seq"] = later + 1


def rewrite(rows: list[Row], rng: random.Random) -> None:
    place = rng.randrange(len(rows))
    rows[place]["body"] = another(rows[place]["body"], rng)
    sealed_again(rows, place)


def cut_and_rewrite(rows: list[Row], rng: random.Random) -> None:
    place = rng.randrange(len(rows))
    del rows[place]
    rows += [dict(rows[-1]) for _ in range(rng.randrange(3))] if rows else []
    sealed_again(rows, 0 if place == 0 else place - 1)


FORGERS: tuple[Callable[[list[Row], random.Random], None], ...] = (
    edit, delete, delete_and_renumber, reorder, truncate, insert, rewrite, cut_and_rewrite,
)  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("record") / "record.db"
    database = Database(f"sqlite:///{path}")
    write_some(database)
    database.close()
    return path


def test_both_implementations_find_the_untouched_record_whole(written: Path) -> None:
    rows = raw_rows(written)
    anchor = Anchor(len(rows), str(rows[-1]["hash"]))
    assert not second_finds_fault(rows, anchor.count, anchor.head)
    assert verify([Entry(**row) for row in rows], [anchor]).whole  # type: ignore[arg-type]
    assert all(second_hash(row) == row["hash"] for row in rows)


def test_every_one_of_10000_random_tamperings_is_found_by_both(written: Path) -> None:
    original = raw_rows(written)
    count, digest = len(original), str(original[-1]["hash"])
    rng = random.Random(20270110)
    done = dict.fromkeys((forger.__name__ for forger in FORGERS), 0)
    for number in range(TAMPERINGS):
        forger = FORGERS[number % len(FORGERS)]
        rows = [dict(row) for row in original]
        forger(rows, rng)
        if rows == original:  # nothing was touched after all
            continue
        done[forger.__name__] += 1
        assert second_finds_fault(rows, count, digest), (number, forger.__name__)
        verdict = verify([Entry(**row) for row in rows], [Anchor(count, digest)])  # type: ignore[arg-type]
        assert not verdict.whole, (number, forger.__name__)
    assert sum(done.values()) == TAMPERINGS
    assert min(done.values()) > 1000


def test_without_an_anchor_a_cut_and_a_full_rewrite_stay_unseen_and_that_is_why_there_is_one(written: Path) -> None:
    original = raw_rows(written)
    rows = [dict(row) for row in original[:-3]]
    assert not second_finds_fault(rows, 0, "")
    rows[5]["actor"] = "someone else"
    sealed_again(rows, 5)
    assert verify([Entry(**row) for row in rows]).whole  # type: ignore[arg-type]
    assert not verify([Entry(**row) for row in rows], [Anchor(len(original), str(original[-1]["hash"]))]).whole  # type: ignore[arg-type]


TRIGGERS = ("record_no_update", "record_no_delete", "record_in_order")
STATEMENTS = (
    "UPDATE record SET body = '{}' WHERE seq = 7",
    "UPDATE record SET at = '2027-01-01T00:00:00.000+00:00' WHERE seq = 24",
    "DELETE FROM record WHERE seq = 12",
    "DELETE FROM record WHERE seq > 20",
    "DELETE FROM record",
    "UPDATE record SET seq = seq + 100 WHERE seq > 3",
    "UPDATE record SET body = x'ff00' WHERE seq = 2",
    "UPDATE record SET body = CAST(x'80' AS TEXT) WHERE seq = 2",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_who_gets_past_the_triggers_with_a_file_is_found_on_the_real_database(
    written: Path, tmp_path: Path, statement: str
) -> None:
    shutil.copy(written, tmp_path / "record.db")
    database = Database(f"sqlite:///{tmp_path / 'record.db'}")
    anchor = head(database)
    with sqlite3.connect(tmp_path / "record.db") as connection:
        for trigger in TRIGGERS:
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)
    verdict = check_record(database, [anchor])
    database.close()
    assert not verdict.whole
    assert verdict.faults


def test_khaka_audit_verify_says_whole_keeps_an_anchor_and_finds_a_touched_record(
    workspace: Workspace, tmp_path: Path
) -> None:
    database = open_database(workspace)
    write_some(database, 6)
    outside = tmp_path / "usb.txt"
    outside.write_text(f"printed on 10 January\nanchor {head(database)}\n", encoding="utf-8")
    database.close()
    command = ["--workspace", str(workspace.root), "audit", "verify", "--anchor", str(outside)]
    whole = CliRunner().invoke(khaka, command, standalone_mode=False)
    assert whole.return_value == 0
    assert "The record is whole" in whole.output
    assert len(list((workspace.root / "anchors").glob("*.txt"))) == 1
    with sqlite3.connect(workspace.root / "review" / "record.db") as connection:
        connection.execute("DROP TRIGGER record_no_delete")
        connection.execute("DELETE FROM record WHERE seq = (SELECT MAX(seq) FROM record)")
    for file in (workspace.root / "anchors").iterdir():
        file.unlink()  # the forger reaches the workspace, not the copy outside
    touched = CliRunner().invoke(khaka, command, standalone_mode=False)
    assert touched.return_value == 1
    assert "is missing" in touched.output


def test_a_workspace_without_a_record_is_told_so_and_stays_as_it_is(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path / "bare", state="S24", party="INC")
    there = sorted(workspace.root.rglob("*"))
    command = ["--workspace", str(workspace.root), "audit", "verify"]
    answer = CliRunner().invoke(khaka, command, standalone_mode=False)
    assert answer.return_value == 1
    assert "There is no record" in answer.output
    outside = tmp_path / "usb.txt"
    outside.write_text(f"anchor 7 {'a' * 64}\n", encoding="utf-8")
    answer = CliRunner().invoke(khaka, [*command, "--anchor", str(outside)], standalone_mode=False)
    assert answer.return_value == 1
    assert "it had 7 entries" in answer.output
    assert sorted(workspace.root.rglob("*")) == there


def test_an_anchor_is_written_once_and_read_back(workspace: Workspace) -> None:
    database = open_database(workspace)
    first = keep_anchor(workspace, head(database))
    assert keep_anchor(workspace, head(database)) == first
    assert first is not None
    assert parse_anchors(first.read_text(encoding="utf-8")) == (head(database),)
    assert len(list(entries(database))) == head(database).count
    database.close()
