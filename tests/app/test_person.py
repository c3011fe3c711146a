"""A made-up state of three seats: one aspirant asks for the own record, has it corrected, and has it erased."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pandas as pd
import pytest

from khaka.app.assign_job import assign_job, completion_table
from khaka.app.erase_job import erase_job
from khaka.app.person_job import correct_job, export_job
from khaka.app.presence_job import presence_job
from khaka.data import people_log
from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.workspace import Workspace, init_workspace

DAY = dt.date(2027, 1, 10)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    simulate(folder, world="gamed_activity", seats=3, booths_per_seat=12, elections=3, events=900, seed=4)
    return folder


@pytest.fixture
def workspace(state: Path, tmp_path: Path) -> Workspace:
    workspace = init_workspace(tmp_path / "ws", state="S24", party="NEEM")
    ingest([state / "tables"], workspace_root=workspace.root, store=workspace.store)
    return workspace


def one(workspace: Workspace) -> tuple[str, str]:
    rows = workspace.store.read("aspirants")
    row = rows[(rows["election_id"] == "S24-2027-AE") & rows["person_id"].notna()].iloc[0]
    return str(row["aspirant_id"]), str(row["person_id"])


def text_of(folder: Path) -> str:
    whole = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()))
    return re.sub(r"<style>.*?</style>", "", whole, flags=re.DOTALL)


def test_an_export_says_what_counted_and_why_and_nothing_of_others(workspace: Workspace, tmp_path: Path) -> None:
    aspirant, _ = one(workspace)
    files = export_job(workspace, aspirant, out=tmp_path / "out", as_of=DAY, by="clerk")
    assert [path.name for path in files] == ["record.json", "events.csv", "record_en.html", "record_hi.html"]
    record = json.loads(files[0].read_text(encoding="utf-8"))
    events = workspace.store.read("activity")
    own = events[events["aspirant_id"] == aspirant]
    assert {event["event_id"] for event in record["events"]} >= set(own["event_id"])
    refused = [event for event in record["events"] if event["verdict"] != "verified"]
    assert all(event["counted"] == "no" and event["why_en"] and event["why_hi"] for event in refused)
    out = text_of(tmp_path / "out")
    ratings = workspace.store.read("ratings")
    for secret in (*own["witness_id"].dropna(), *ratings["rater_id"].dropna().unique()):
        assert f'"{secret}"' not in out
        assert f">{secret}<" not in out
    for word in ("rating", "rater", "witness", "score", "win_probability", "margin", "साक्षी", "आकलन क्रम", "nominated"):
        assert word not in out.lower()


def test_every_export_and_correction_is_a_line_of_a_chain_that_shows_tampering(
    workspace: Workspace, tmp_path: Path
) -> None:
    aspirant, _ = one(workspace)
    export_job(workspace, aspirant, out=tmp_path / "out", as_of=DAY)
    correct_job(
        workspace, aspirant, table="aspirants", event_id=None, values={"education": "doctorate"}, reason="degree seen"
    )
    lines = people_log.read(workspace.root)
    assert [line["action"] for line in lines] == ["exported", "corrected"]
    assert aspirant not in (workspace.root / people_log.LOG).read_text(encoding="utf-8")
    path = workspace.root / people_log.LOG
    path.write_text(path.read_text(encoding="utf-8").replace("corrected", "confirmed"), encoding="utf-8")
    with pytest.raises(KhakaError, match="line 2 was changed"):
        people_log.read(workspace.root)


def test_a_correction_changes_one_cell_and_needs_a_reason_and_a_right_value(workspace: Workspace) -> None:
    aspirant, _ = one(workspace)
    before = workspace.store.read("aspirants").set_index("aspirant_id")
    values = {"education": "doctorate"}
    correct_job(workspace, aspirant, table="aspirants", event_id=None, values=values, reason="degree seen")
    after = workspace.store.read("aspirants").set_index("aspirant_id")
    assert after.loc[aspirant, "education"] == "doctorate"
    pd.testing.assert_frame_equal(after.drop(index=aspirant), before.drop(index=aspirant))
    pd.testing.assert_series_equal(after.loc[aspirant].drop("education"), before.loc[aspirant].drop("education"))
    events = workspace.store.read("activity")
    event = str(events.loc[(events["aspirant_id"] == aspirant) & events["booth_no"].notna(), "event_id"].iloc[0])
    correct_job(workspace, aspirant, table="activity", event_id=event, values={"booth_no": "3"}, reason="wrong number")
    new = workspace.store.read("activity").set_index("event_id")
    assert new.loc[event, "booth_no"] == "3"
    assert new.loc[event, "lat"] == events.set_index("event_id").loc[event, "lat"]
    for values, reason, words in (
        ({"education": "doctorate"}, " ", "needs its reason"),
        ({"education": "clever"}, "x", "'clever' is no education"),
        ({"nominated": "true"}, "x", "can't be corrected"),
    ):
        with pytest.raises(KhakaError, match=words):
            correct_job(workspace, aspirant, table="aspirants", event_id=None, values=values, reason=reason)
    with pytest.raises(KhakaError, match="has no event 'other'"):
        correct_job(workspace, aspirant, table="activity", event_id="other", values={"booth_no": "3"}, reason="x")


def test_an_erased_person_is_in_no_table_and_is_not_brought_in_again(workspace: Workspace, state: Path) -> None:
    aspirant, person = one(workspace)
    assign_job(workspace, election_id="S24-2027-AE", as_of=DAY, per_aspirant=3, seed=1, days=20)
    presence_job(workspace, election_id="S24-2027-AE", as_of=DAY)
    correct_job(workspace, aspirant, table="aspirants", event_id=None, values={"name": "X"}, reason="a secret reason")
    before = workspace.store.read("activity")
    others = len(before[before["aspirant_id"] != aspirant])
    done = erase_job(workspace, person)
    assert {"activity", "aspirants", "assignments"} <= set(done.rows)
    assert done.files == 9  # ledger, booths, days, aspirants, and five files of assignments
    for table in ("aspirants", "ratings", "activity", "assignments", "stage_names"):
        assert aspirant not in set(workspace.store.read(table)["aspirant_id"])
        assert workspace.store.intact(table) is not None
    assert len(workspace.store.read("activity")) == others - _of_person(before, workspace, aspirant)
    assert all(not name.startswith(("tables/a", "results", "people", "quarantine", "cache")) for name in done.remains)
    assert "secret" not in (workspace.root / people_log.REASONS).read_text(encoding="utf-8")
    assert aspirant not in (workspace.root / people_log.LOG).read_text(encoding="utf-8")
    with pytest.raises(KhakaError, match="was erased on request"):
        export_job(workspace, aspirant, out=workspace.root / "out")
    # the same person in a file that nobody has read yet
    again = read_parquet(state / "tables" / "activity.parquet").to_pandas()
    fresh = workspace.root / "late.csv"
    again[again["aspirant_id"] == aspirant].head(3).assign(event_id=["n1", "n2", "n3"]).to_csv(fresh, index=False)
    report = ingest([fresh], workspace_root=workspace.root, store=workspace.store, as_format="activity")
    assert aspirant not in set(workspace.store.read("activity")["aspirant_id"])
    assert "erased on request" in report.files[0].reason
    fresh.unlink()


def _of_person(before: pd.DataFrame, workspace: Workspace, aspirant: str) -> int:
    """Events of the same person's earlier applications, which are erased as well."""
    left = set(workspace.store.read("aspirants")["aspirant_id"])
    return int((~before["aspirant_id"].isin(left) & (before["aspirant_id"] != aspirant)).sum())


def test_files_of_presence_and_assignments_are_written_and_agree(workspace: Workspace) -> None:
    done = presence_job(workspace, election_id="S24-2027-AE", as_of=DAY)
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "aspirants.csv", "booth_team.csv", "booths.parquet", "checks.csv", "days.parquet", "ledger.parquet",
    ]  # fmt: skip
    rows = read_parquet(done.folder / "ledger.parquet").to_pandas()
    assert len(rows) == done.rows
    booths = read_parquet(done.folder / "booths.parquet").to_pandas()
    reached = booths[booths["status"] == "reached"].groupby("aspirant_id").size()
    listed = workspace.store.read("booths", elections=["S24-2027-AE"]).groupby("seat_id").size()
    seats = booths.groupby("aspirant_id")["seat_id"].first()
    shares = (reached / seats.map(listed)).dropna()
    assert (shares - done.features["presence_booths"].reindex(shares.index)).abs().max() < 1e-9
    days = read_parquet(done.folder / "days.parquet").to_pandas()
    posts = int(rows["post"].sum())
    assert days[["verified", "doubtful", "refused"]].to_numpy().sum() == len(rows) - posts
    given = assign_job(workspace, election_id="S24-2027-AE", as_of=DAY, per_aspirant=4, seed=1, days=20)
    assert sorted(path.suffix for path in given.files) == [".csv", ".csv", ".csv", ".html", ".xlsx"]
    assert all(path.stat().st_size > 100 for path in given.files)
    again = assign_job(workspace, election_id="S24-2027-AE", as_of=DAY, per_aspirant=4, seed=1, days=20)
    pd.testing.assert_frame_equal(given.rows, again.rows)
    table = completion_table(workspace, election_id="S24-2027-AE", as_of=DAY)
    assert set(table["status"]) <= {"assigned", "not assigned"}
