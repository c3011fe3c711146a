"""The record: append-only on both databases, chained, bound to what was shown."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from khaka.app.review.store import events as ev
from khaka.app.review.store.chain import START, Anchor, entry_hash
from khaka.app.review.store.database import Database
from khaka.app.review.store.ledger import Ledger
from khaka.app.review.store.record import Who, check_record, entries, head, record, unchanged_since
from khaka.app.review.telling import Stale

WHO = Who("asha", "state")
PLACE = {"who": WHO, "election_id": "S24-2027-AE", "seat_id": "S24-2008-1"}


def choose(database: Database, whom: str, **more: object) -> int:
    return record(database, ev.Chosen(aspirant_id=whom, first_name_id="A1"), **PLACE, **more)[-1].seq  # type: ignore[arg-type]


def test_entries_come_back_as_they_were_written_and_chained(database: Database) -> None:
    record(database, ev.Noted(text="सुनिए"), ev.Noted(text="second"), **PLACE)
    choose(database, "A1", version="v" * 64)
    found = list(entries(database))
    assert [entry.seq for entry in found] == [1, 2, 3]
    assert [entry.previous for entry in found] == [START, found[0].hash, found[1].hash]
    assert all(entry.hash == entry_hash(entry) for entry in found)
    assert ev.decode(found[0].kind, found[0].body) == ev.Noted(text="सुनिए")
    assert head(database) == Anchor(3, found[2].hash)
    assert check_record(database, [Anchor(2, found[1].hash)]).whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET body = '{}' WHERE seq = 1",
        "UPDATE record SET actor = 'ravi'",
        "DELETE FROM record WHERE seq = 2",
        "DELETE FROM record",
        "INSERT INTO record SELECT seq + 5, at, actor, role, kind, election_id, seat_id, version, body, previous, 'x' "
        "FROM record WHERE seq = 2",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(database: Database, statement: str) -> None:
    record(database, ev.Noted(text="one"), ev.Noted(text="two"), **PLACE)
    before = list(entries(database))
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.exec_driver_sql(statement)
    assert list(entries(database)) == before


def test_sqlite_does_not_replace_a_row_and_postgresql_does_not_truncate(database: Database) -> None:
    record(database, ev.Noted(text="one"), **PLACE)
    statement = "INSERT OR REPLACE INTO record SELECT * FROM record" if database.is_sqlite else "TRUNCATE record"
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.exec_driver_sql(statement)
    assert head(database).count == 1


def test_a_decision_on_a_seat_that_moved_on_is_refused_and_names_who_moved_it(database: Database) -> None:
    seen = choose(database, "A1")
    check = unchanged_since("S24-2027-AE", "S24-2008-1", seen)
    record(database, ev.Held(), who=Who("ravi", "state"), election_id="S24-2027-AE", seat_id="S24-2008-1", check=check)
    with pytest.raises(Stale, match="ravi decided in S24-2008-1"):
        choose(database, "A2", check=check)
    assert head(database).count == 2


def test_a_note_or_another_seat_does_not_make_a_page_stale(database: Database) -> None:
    seen = choose(database, "A1")
    record(database, ev.Noted(text="quite"), **PLACE)
    record(database, ev.Held(), who=WHO, election_id="S24-2027-AE", seat_id="S24-2008-2")
    assert choose(database, "A2", check=unchanged_since("S24-2027-AE", "S24-2008-1", seen)) == 4


def test_what_fails_half_way_writes_nothing(database: Database) -> None:
    def refuse(_: object) -> None:
        raise Stale("no")

    with pytest.raises(Stale):
        record(database, ev.Noted(text="one"), **PLACE, check=refuse)  # type: ignore[arg-type]
    assert head(database).count == 0


def test_opening_the_same_database_again_keeps_what_is_there(database: Database) -> None:
    choose(database, "A1")
    again = Database(database.url.render_as_string(hide_password=False))
    assert head(again) == head(database)
    again.close()


def test_the_ledger_reads_only_what_is_new_and_ends_where_a_fresh_one_does(database: Database) -> None:
    ledger = Ledger(database, "S24-2027-AE")
    assert ledger.seat("S24-2008-1").status == "open"
    steps: list[tuple[ev.Event, str]] = [
        (ev.Shortlisted(aspirant_ids=("A1", "A2")), "shortlisted"),
        (ev.Held(reason="ask the district"), "held"),
        (ev.Chosen(aspirant_id="A2", first_name_id="A1", reason="trusted"), "chosen"),
        (ev.Confirmed(of=3), "confirmed"),
        (ev.Substituted(aspirant_id="A1"), "confirmed"),
        (ev.ListMade(number=1, title="first", names=(("S24-2008-1", "A2"),)), "listed"),
        (ev.ListReleased(number=1), "released"),
        (ev.Swapped(number=1, out_id="A2", in_id="A1", reason="withdrew"), "released"),
    ]
    for event, status in steps:
        record(database, event, **PLACE)
        assert ledger.seat("S24-2008-1").status == status
    assert ledger.seat("S24-2008-1").aspirant_id == "A1"
    assert ledger.lists()[0].names["S24-2008-1"] == "A1"
    fresh = Ledger(database, "S24-2027-AE")
    assert fresh.status_of_seats() == ledger.status_of_seats()
    assert fresh.lists() == ledger.lists()


def test_a_later_stage_overwrites_nothing(database: Database) -> None:
    ledger = Ledger(database, "S24-2027-AE")
    for stage, names in (("dcc", ("A2", "A1")), ("state", ("A1",)), ("dcc", ("A1", "A2"))):
        event = ev.StageRecorded(stage=stage, held_on="2027-01-05", aspirant_ids=names, dissent="one member for A2")
        record(database, event, **PLACE)
    stages = ledger.seat("S24-2008-1").stages
    assert [(one.stage, one.aspirant_ids) for one in stages] == [
        ("dcc", ("A2", "A1")), ("state", ("A1",)), ("dcc", ("A1", "A2"))
    ]  # fmt: skip


def test_a_swap_of_a_confirmed_name_asks_for_a_new_confirmation(database: Database) -> None:
    ledger = Ledger(database, "S24-2027-AE")
    of = choose(database, "A1")
    record(database, ev.Confirmed(of=of), **PLACE)
    choose(database, "A2")
    stands = ledger.seat("S24-2008-1")
    assert (stands.status, stands.confirmed_by) == ("chosen", "")
    record(database, ev.Confirmed(of=of), **PLACE)  # of the choice before: does not confirm this one
    assert ledger.seat("S24-2008-1").confirmed_by == ""
