"""One district's new data, with the real commands: its seats are done again, and the bytes are those of a full run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from khaka.app.cli import main
from khaka.data.durable import sha256
from khaka.scoring import batch
from khaka.training.prediction import Prediction

pytestmark = pytest.mark.slow

ELECTION, DAY = "S24-2027-AE", "2027-01-10"


def khaka(*words: object) -> None:
    assert main(["--quiet", *map(str, words)]) == 0


def score(root: Path) -> None:
    khaka("score", "--election", ELECTION, "--as-of", DAY, "--workspace", root)


def results(root: Path) -> dict[str, str]:
    folder = root / "results" / ELECTION / DAY
    return {path.name: sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up state of four districts, scored once."""
    folder = tmp_path_factory.mktemp("changed")
    khaka("simulate", folder / "made", "--seats", 24, "--booths-per-seat", 6, "--elections", 3, "--seed", 5)
    khaka("init", "--state", "S24", "--party", "NEEM", "--workspace", folder / "ws")
    khaka("ingest", folder / "made" / "tables", "--workspace", folder / "ws")
    khaka("train", "--as-of", DAY, "--workspace", folder / "ws")
    score(folder / "ws")
    return folder


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Seats that were worked out."""
    seats: set[str] = set()
    plain = batch._made

    def noted(prediction: Prediction, judged: pd.DataFrame, rows: slice) -> object:
        seats.update(prediction.people["seat_id"].iloc[rows].astype("str"))
        return plain(prediction, judged, rows)

    monkeypatch.setattr(batch, "_made", noted)
    return seats


def district(folder: Path) -> set[str]:
    seats = pd.read_parquet(folder / "made" / "tables" / "seats.parquet")
    return set(seats.loc[seats["district"] == seats["district"].iloc[0], "seat_id"])


def visits(folder: Path, seats: set[str]) -> pd.DataFrame:
    """Return three further records of field work of each of the seats' aspirants, a day after earlier ones."""
    tables = folder / "made" / "tables"
    people = pd.read_parquet(tables / "aspirants.parquet")
    own = people.loc[(people["election_id"] == ELECTION) & people["seat_id"].isin(seats), "aspirant_id"]
    rows = pd.read_parquet(tables / "activity.parquet")
    rows = rows[rows["aspirant_id"].isin(own)].groupby("aspirant_id").head(3)
    later = {name: pd.to_datetime(rows[name], utc=True) + pd.Timedelta("31h") for name in ("started_at", "received_at")}
    return rows.assign(
        event_id="new-" + rows["event_id"], photo_hash=None, lat=rows["lat"] + 0.00001234,
        attendance=rows["attendance"] + 3, **later,
    )  # fmt: skip


def test_a_districts_new_records_have_its_seats_done_again(made: Path, done: set[str], tmp_path: Path) -> None:
    root, own = made / "ws", district(made)
    before = pd.read_parquet(root / "results" / ELECTION / DAY / "explanations.parquet")
    visits(made, own).to_csv(tmp_path / "from-the-district.csv", index=False)
    khaka("ingest", tmp_path / "from-the-district.csv", "--workspace", root)
    score(root)
    after = pd.read_parquet(root / "results" / ELECTION / DAY / "explanations.parquet")
    # a record in doubt changes no presence: a seat with none but such stays as it is
    others = {seat for seat, rows in before.groupby("seat_id") if not rows.equals(after[after["seat_id"] == seat])}
    assert len(others) >= 3
    assert done == others
    assert others <= own

    # the same tables with nothing kept from before: all seats, and the same bytes
    again = tmp_path / "again"
    shutil.copytree(root, again, ignore=lambda _, names: [name for name in ("cache", "results") if name in names])
    done.clear()
    score(again)
    assert len(done) == 24
    assert results(again) == results(root)


def test_a_newcomer_has_one_seat_done_again(made: Path, done: set[str], tmp_path: Path) -> None:
    root = made / "ws"
    score(root)
    done.clear()
    people = pd.read_parquet(made / "made" / "tables" / "aspirants.parquet")
    one = people[people["election_id"] == ELECTION].head(1).copy()
    blank = ["person_id", "name", "name_hi", "family_id", "applied_at"]
    one[blank] = None
    one["aspirant_id"], seat = "newcomer-1", str(one["seat_id"].iloc[0])
    one.to_csv(tmp_path / "newcomer.csv", index=False)
    khaka("ingest", tmp_path / "newcomer.csv", "--workspace", root)
    score(root)
    assert done == {seat}
