"""A made-up state repeats byte for byte, fits the contract, adds up, and keeps its truth to itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from khaka.data.errors import KhakaError
from khaka.data.schema import TABLES
from khaka.data.simulate import WorldInfo, kinds, load_world, simulate

SMALL = {"seats": 9, "booths_per_seat": 12, "elections": 3, "events": 4000}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WorldInfo]:
    """A small plain state: 9 seats, about 12 booths each, 3 assembly and 2 Lok Sabha polls."""
    out = tmp_path_factory.mktemp("simulate") / "state"
    return out, simulate(out, seed=5, **SMALL)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def tables(state: tuple[Path, WorldInfo]) -> dict[str, pd.DataFrame]:
    """Every table of the small state by name, boundaries apart."""
    return {name: pd.read_parquet(state[0] / "tables" / f"{name}.parquet") for name in TABLES if name != "boundaries"}


@pytest.fixture(scope="module")
def truth(state: tuple[Path, WorldInfo]) -> pd.DataFrame:
    return pd.read_parquet(state[0] / "truth" / "truth.parquet")


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_in_every_file(state: tuple[Path, WorldInfo], tmp_path: Path) -> None:
    simulate(tmp_path / "again", seed=5, **SMALL)  # type: ignore[arg-type]
    assert digests(state[0]) == digests(tmp_path / "again")


def test_another_seed_gives_another_state(state: tuple[Path, WorldInfo], tmp_path: Path) -> None:
    simulate(tmp_path / "other", seed=6, **SMALL)  # type: ignore[arg-type]
    ours, theirs = digests(state[0]), digests(tmp_path / "other")
    assert ours.keys() == theirs.keys()
    same = {name for name in ours if ours[name] == theirs[name]}
    assert same <= {"tables/elections.parquet"}  # the calendar is the same in every state


def test_world_json_names_state_party_election_and_date(state: tuple[Path, WorldInfo]) -> None:
    world = json.loads((state[0] / "world.json").read_text(encoding="utf-8"))
    assert {key: world[key] for key in ("state", "party", "election_id", "as_of")} == {
        "state": "S24", "party": "NEEM", "election_id": "S24-2027-AE", "as_of": "2027-01-10",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in TABLES if name != "boundaries"])
def test_every_table_satisfies_its_contract(name: str, tables: dict[str, pd.DataFrame]) -> None:
    table, frame = TABLES[name], tables[name]
    assert len(frame) > 0
    assert not frame.duplicated(list(table.key)).any()
    for column in table.columns:
        values = frame[column.name].dropna()
        assert not (column.required and frame[column.name].isna().any()), column.name
        if column.allowed:
            assert set(values) <= set(column.allowed), column.name
        if column.pattern:
            assert values.astype(str).str.match(column.pattern).all(), column.name
        if column.low is not None:
            assert (values >= column.low).all(), column.name
        if column.high is not None:
            assert (values <= column.high).all(), column.name


def test_foreign_keys_hold(tables: dict[str, pd.DataFrame]) -> None:
    seats, polls = set(tables["seats"]["seat_id"]), set(tables["elections"]["election_id"])
    for name, frame in tables.items():
        for column in ("seat_id", "residence_seat_id"):
            if column in frame:
                assert set(frame[column].dropna()) <= seats, (name, column)
        if "election_id" in frame:
            assert set(frame["election_id"]) <= polls, name
    aspirants = tables["aspirants"].set_index("aspirant_id")
    for name in ("ratings", "stage_names", "activity", "assignments"):
        where = aspirants.loc[tables[name]["aspirant_id"], "seat_id"]
        assert (where.to_numpy() == tables[name]["seat_id"].to_numpy()).all(), name
    key = ["election_id", "seat_id", "booth_no"]
    booths = pd.MultiIndex.from_frame(tables["booths"][key])
    for name in ("booth_votes", "booth_team", "assignments"):
        assert pd.MultiIndex.from_frame(tables[name][key]).isin(booths).all(), name
    activity = tables["activity"].join(aspirants["election_id"], on="aspirant_id").dropna(subset=["booth_no"])
    assert pd.MultiIndex.from_frame(activity[key]).isin(booths).all()


def test_votes_add_up_from_booths_to_seats(tables: dict[str, pd.DataFrame]) -> None:
    key = ["election_id", "seat_id"]
    seats = tables["seat_elections"].dropna(subset=["valid_votes"]).set_index(key).sort_index()
    nominees, booths, votes = tables["nominees"], tables["booths"], tables["booth_votes"]
    counted = nominees.dropna(subset=["votes"])
    assert (counted.groupby(key)["votes"].sum() == seats["valid_votes"]).all()
    in_booths = votes.groupby(key)["votes"].sum()
    postal_valid = seats["valid_votes"] - in_booths
    assert ((postal_valid >= 0) & (postal_valid <= seats["postal_votes"])).all()
    polled = booths.dropna(subset=["votes_polled"]).groupby(key)[["votes_polled", "nota", "rejected"]].sum()
    assert (polled["votes_polled"] + seats["postal_votes"] == seats["votes_polled"]).all()
    assert (seats["valid_votes"] + seats["nota"] + polled["rejected"] == seats["votes_polled"]).all()
    assert (seats["votes_polled"] <= seats["electors"]).all()


def test_each_booth_counts_what_was_polled_in_it(tables: dict[str, pd.DataFrame]) -> None:
    key = ["election_id", "seat_id", "booth_no"]
    booths = tables["booths"].dropna(subset=["votes_polled"]).set_index(key).sort_index()
    valid = tables["booth_votes"].groupby(key)["votes"].sum()
    assert (valid + booths["nota"] + booths["rejected"] == booths["votes_polled"]).all()
    assert (booths["votes_polled"] <= booths["electors"]).all()
    assert (booths["votes_polled_female"] <= booths["votes_polled"]).all()


def test_shares_of_communities_fill_a_seat_but_for_sampling_error(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["demographics"]
    shares = rows[rows["measure"].str.startswith("community:")]
    total = shares.groupby("unit_id")["value"].sum()
    error = shares.groupby("unit_id")["standard_error"].agg(np.linalg.norm)
    assert ((total - 1).abs() <= 4 * error).all()
    assert set(tables["aspirants"]["community"]) <= set(shares["measure"].str.removeprefix("community:"))


def test_the_coming_election_shows_nominees_of_rivals_and_no_result(
    state: tuple[Path, WorldInfo], tables: dict[str, pd.DataFrame]
) -> None:
    info = state[1]
    nominees = tables["nominees"][tables["nominees"]["election_id"] == info.election_id]
    assert nominees["votes"].isna().all()
    assert info.party not in set(nominees["party"])
    assert info.election_id not in set(tables["booth_votes"]["election_id"])
    coming = tables["seat_elections"][tables["seat_elections"]["election_id"] == info.election_id]
    assert coming[["votes_polled", "valid_votes", "nota", "postal_votes"]].isna().all(axis=None)
    aspirants = tables["aspirants"][tables["aspirants"]["election_id"] == info.election_id]
    assert aspirants["nominated"].isna().all()
    assert aspirants["decided_at"].isna().all()


def test_nothing_is_dated_after_the_as_of_date_but_the_calendar(
    state: tuple[Path, WorldInfo], tables: dict[str, pd.DataFrame]
) -> None:
    end = pd.Timestamp(state[1].as_of, tz="Asia/Kolkata") + pd.Timedelta(days=1)
    for name, frame in tables.items():
        for column in frame.select_dtypes(include="datetimetz"):
            assert (frame[column].dropna() < end).all(), (name, column)
    assert (pd.to_datetime(tables["aspirants"]["party_since"]) < end.tz_localize(None)).all()


def test_every_rating_is_older_than_the_decision(tables: dict[str, pd.DataFrame]) -> None:
    decided = tables["aspirants"].set_index("aspirant_id")["decided_at"]
    rated = tables["ratings"].join(decided, on="aspirant_id").dropna(subset=["decided_at"])
    assert len(rated) > 0
    assert (rated["rated_at"] < rated["decided_at"]).all()


def test_no_column_of_the_tables_tells_the_truth(tables: dict[str, pd.DataFrame], truth: pd.DataFrame) -> None:
    by_id = truth.set_index("aspirant_id")
    for name, frame in tables.items():
        assert not {"true_margin", "party_swing", "eligible", "gamed"} & set(frame.columns), name
        if "aspirant_id" not in frame:
            continue
        rows = frame[frame["aspirant_id"].isin(by_id.index)]
        for column in rows.select_dtypes(include="number"):
            known = rows.groupby("aspirant_id")[column].mean().dropna()
            if len(known) > 20 and known.nunique() > 3:
                with_truth = abs(np.corrcoef(known, by_id.loc[known.index, "true_margin"])[0, 1])
                assert with_truth < 0.8, (name, column)


def test_the_order_of_aspirants_does_not_tell_the_choice(truth: pd.DataFrame) -> None:
    place = np.arange(len(truth)) / len(truth)
    assert abs(np.corrcoef(place, truth["nominated"])[0, 1]) < 0.35
    assert (truth["aspirant_id"] == sorted(truth["aspirant_id"])).all()


def test_a_chosen_aspirant_is_the_nominee_by_person_id(
    tables: dict[str, pd.DataFrame], state: tuple[Path, WorldInfo]
) -> None:
    chosen = tables["aspirants"][tables["aspirants"]["nominated"].eq(True)]
    nominees = tables["nominees"]
    own = nominees[(nominees["party"] == state[1].party) & nominees["election_id"].str.endswith("AE")]
    key = ["election_id", "seat_id", "person_id"]
    assert set(map(tuple, chosen[key].to_numpy())) == set(map(tuple, own[key].to_numpy()))


def test_every_seat_has_one_eligible_nominee(truth: pd.DataFrame) -> None:
    assert (truth.groupby("seat_id")["nominated"].sum() == 1).all()
    assert truth.loc[truth["nominated"], "eligible"].all()


def test_seats_fill_the_state_without_overlap_and_hold_their_booths(
    state: tuple[Path, WorldInfo], tables: dict[str, pd.DataFrame]
) -> None:
    features = json.loads((state[0] / "tables" / "boundaries.geojson").read_text(encoding="utf-8"))["features"]
    shapes = {f["properties"]["seat_id"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in features}
    assert set(shapes) == set(tables["seats"]["seat_id"])
    assert all(shape.is_valid for shape in shapes.values())
    total = sum(shape.area for shape in shapes.values())
    assert shapely.union_all(list(shapes.values())).area == pytest.approx(total, rel=1e-4)
    booths = tables["booths"].dropna(subset=["lat"])
    rows = booths[["seat_id", "lon", "lat"]].to_numpy()
    inside = [shapes[seat].buffer(0.003).contains(shapely.Point(x, y)) for seat, x, y in rows]
    assert np.mean(inside) == 1.0


def test_booth_numbers_drift_and_places_stay(state: tuple[Path, WorldInfo]) -> None:
    places = pd.read_parquet(state[0] / "truth" / "places.parquet")
    first = places[places["election_id"] == "S24-2017-AE"]
    last = places[places["election_id"] == "S24-2022-AE"]
    joined = first.merge(last, on=["seat_id", "booth_no"], suffixes=("", "_later"))
    assert 0.02 < (joined["place"] == joined["place_later"]).mean() < 0.7
    assert set(first["place"]) == set(last["place"])
    assert (last.groupby("place").size() == 2).any()


def test_pages_of_the_parquet_files_carry_checksums(state: tuple[Path, WorldInfo]) -> None:
    for path in (state[0] / "tables").glob("*.parquet"):
        pq.read_table(path, page_checksum_verification=True)
    damaged = bytearray((state[0] / "tables" / "booth_votes.parquet").read_bytes())
    damaged[400] ^= 0xFF
    broken = state[0].parent / "broken.parquet"
    broken.write_bytes(bytes(damaged))
    with pytest.raises(OSError, match=r"(?i)crc|checksum|page|data"):
        pq.read_table(broken, page_checksum_verification=True)


def test_asked_numbers_of_aspirants_and_events_are_kept(tables: dict[str, pd.DataFrame], truth: pd.DataFrame) -> None:
    assert len(truth) == 6 * 9
    assert 0.7 * 4000 < len(tables["activity"]) < 1.3 * 4000


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ({"seats": 2}, "--seats is 2"),
        ({"seats": 10, "aspirants": 9}, "--aspirants is 9, fewer than the 10 seats"),
        ({"elections": 2}, "--elections is 2"),
        ({"booths_per_seat": 4}, "--booths-per-seat is 4"),
        ({"parties": 11}, "parties is 11"),
        ({"seed": -1}, "--seed is -1"),
        ({"events": 0}, "events is 0"),
        ({"world": "sunny"}, "no kind of world called 'sunny'; there are: plain, dishonest_ratings"),
    ],
)
def test_impossible_sizes_are_refused_and_leave_nothing(sizes: dict[str, int], says: str, tmp_path: Path) -> None:
    with pytest.raises(KhakaError, match=says):
        simulate(tmp_path / "out", **sizes)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_folder_with_other_things_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(KhakaError, match="not a made-up state"):
        simulate(tmp_path, **SMALL)  # type: ignore[arg-type]
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_kinds_may_be_spelt_with_hyphens() -> None:
    assert set(kinds()) == {
        "plain", "dishonest_ratings", "turned_dishonest", "confounded", "gamed_activity", "no_activity_effect",
        "landslide", "tight_race",
    }  # fmt: skip
    assert load_world("tight-race") == load_world("tight_race")


def test_some_families_ask_for_two_tickets(tables: dict[str, pd.DataFrame]) -> None:
    sizes = tables["aspirants"].drop_duplicates("person_id")["family_id"].dropna().value_counts()
    assert sizes.max() == 2
