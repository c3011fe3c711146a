"""Every named fault: a small table that triggers it, and the same table without it, that doesn't."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.flags.registry import COLUMNS, FAULTS, find
from khaka.data.flags.store import flag_summary, read_flags, rows_out_of_totals, write_flags
from khaka.data.flags.table import BoothTable, CellFault, SeatFacts, make

SEAT = "S24-2017-AE|S24-2008-1"
COUNT = 24


def clean(count: int = COUNT) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A seat of booths in which everything adds up."""
    rng = np.random.default_rng(3)
    votes = pd.DataFrame(
        {"BJP": rng.integers(101, 300, count), "SP": rng.integers(101, 300, count), "BSP": rng.integers(21, 99, count),
         "INC": rng.integers(1, 9, count)}
    ).astype("float64")  # fmt: skip
    votes["BJP"] += (votes.sum(axis=1) % 10 == 0).astype(float)
    valid = votes.sum(axis=1)
    nota = pd.Series(rng.integers(1, 9, count)).astype("float64")
    polled = valid + nota
    rows = pd.DataFrame(
        {
            "election_id": "S24-2017-AE", "seat_id": "S24-2008-1", "booth_no": [str(n) for n in range(1, count + 1)],
            "station_name": [f"P.S. RAMPUR {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]],
            "electors": np.round(polled / 0.6) + np.arange(count) % 5, "polled": polled, "nota": nota, "valid": valid,
            "total": polled, "rejected": 0.0, "tendered": 0.0,
            "lat": 26.7 + 0.001 * np.arange(count), "lon": 80.4 + 0.001 * np.arange(count),
        }
    )  # fmt: skip
    rows["electors_male"] = np.floor(rows["electors"] * 0.55)
    rows["electors_female"] = rows["electors"] - rows["electors_male"]
    rows["electors_other"] = 0.0
    rows["polled_male"] = np.floor(polled * 0.52)
    rows["polled_female"] = polled - rows["polled_male"]
    rows["polled_other"] = 0.0
    return rows, votes


def good(facts: SeatFacts | None = None) -> BoothTable:
    rows, votes = clean()
    return make(rows, votes, {SEAT: facts} if facts else None)


def changed(place: int = 3, **cells: object) -> Callable[[], BoothTable]:
    """The clean seat with other cells in one row; names of parties are votes."""

    def table() -> BoothTable:
        rows, votes = clean()
        for name, value in cells.items():
            frame = votes if name in votes.columns else rows
            if isinstance(value, float | int) or value is None:
                frame[name] = frame[name].astype("float64")
            frame.loc[place, name] = value
        return make(rows, votes)

    return table


def whole(**columns: object) -> Callable[[], BoothTable]:
    """The clean seat with other columns."""

    def table() -> BoothTable:
        rows, votes = clean()
        for name, value in columns.items():
            (votes if name in votes.columns else rows)[name] = value
        return make(rows, votes)

    return table


def facts(**kinds: dict[str, float]) -> Callable[[], BoothTable]:
    return lambda: good(SeatFacts(**kinds))  # type: ignore[arg-type]


def cell(name: str) -> Callable[[], BoothTable]:
    return lambda: good(SeatFacts(cells=(CellFault(name, 7, "5", "BJP", "12x"),)))


def copied(first: int, second: int) -> Callable[[], BoothTable]:
    def table() -> BoothTable:
        rows, votes = clean()
        votes.loc[second] = votes.loc[first]
        for name in ("valid", "total", "polled", "nota"):
            rows.loc[second, name] = rows.loc[first, name]
        return make(rows, votes)

    return table


def fewer(*gone: int) -> Callable[[], BoothTable]:
    def table() -> BoothTable:
        rows, votes = clean()
        return make(rows.drop(index=list(gone)).reset_index(drop=True), votes.drop(index=list(gone)))

    return table


def two_seats() -> BoothTable:
    rows, votes = clean()
    other = rows.assign(seat_id="S24-2008-2")
    more = votes + 7.0
    more.loc[4] = votes.loc[4]
    return make(pd.concat([rows, other], ignore_index=True), pd.concat([votes, more], ignore_index=True))


def seats(*numbers: int) -> Callable[[], BoothTable]:
    def table() -> BoothTable:
        parts = [clean() for _ in numbers]
        rows = pd.concat([rows.assign(seat_id=f"S24-2008-{n}") for n, (rows, _) in zip(numbers, parts, strict=True)])
        votes = pd.concat([votes + 10 * at for at, (_, votes) in enumerate(parts)])
        return make(rows.reset_index(drop=True), votes)

    return table


def long_list() -> BoothTable:
    rows, votes = clean()
    rows = pd.concat([rows] * 5, ignore_index=True).head(99)
    votes = pd.concat([votes + at for at in range(5)], ignore_index=True).head(99)
    return make(rows.assign(booth_no=[str(n) for n in range(1, 100)]), votes)


def blank_end() -> BoothTable:
    rows, votes = clean()
    votes.loc[20:] = np.nan
    return make(rows, votes)


def shifted_row() -> BoothTable:
    rows, votes = clean()
    votes.loc[3] = [200.0, 150.0, 350.0, 5.0]
    rows.loc[3, ["valid", "total"]] = [5.0, 700.0]
    return make(rows, votes)


def summed_row() -> BoothTable:
    rows, votes = clean()
    votes.loc[COUNT - 1] = votes.loc[: COUNT - 2].sum()
    return make(rows, votes)


SUMS = clean()[1].sum().to_dict()
MORE = {name: value + 5 for name, value in SUMS.items()}

TRIGGERS: dict[str, Callable[[], BoothTable]] = {
    "votes_not_valid_total": changed(valid=900.0),
    "votes_near_valid_total": lambda: _plus("valid", 2),
    "votes_not_total": changed(total=1500.0),
    "votes_near_total": lambda: _plus("total", 2),
    "counted_above_polled": changed(polled=100.0),
    "counted_below_polled": changed(polled=1500.0),
    "counted_near_polled": lambda: _plus("polled", 1),
    "valid_above_total": changed(total=10.0),
    "sheet_total_differs": facts(printed_total={**SUMS, "SP": SUMS["SP"] + 1}),
    "grand_total_differs": facts(grand_total=MORE, postal={**dict.fromkeys(SUMS, 5.0), "BJP": 6.0}),
    "above_official": facts(official={**MORE, "BJP": SUMS["BJP"] - 1}),
    "below_official": facts(official={**MORE, "BJP": SUMS["BJP"] * 2}),
    "votes_above_electors": changed(electors=50.0),
    "polled_above_electors": changed(electors=50.0),
    "negative_count": changed(INC=-3.0),
    "rejected_above_polled": changed(rejected=5000.0),
    "nota_above_polled": changed(nota=5000.0),
    "tendered_above_polled": changed(tendered=5000.0),
    "electors_female_above_electors": changed(electors_female=9000.0),
    "polled_female_above_polled": changed(polled_female=9000.0),
    "electors_sexes_differ": changed(electors_male=10.0),
    "polled_sexes_differ": changed(polled_male=10.0),
    "electors_hundredfold": changed(electors=98700.0),
    "electors_too_many": changed(electors=6123.0),
    "electors_blank": changed(electors=np.nan),
    "electors_zero": changed(electors=0.0),
    "women_zero": changed(electors_female=0.0),
    "votes_zero": changed(BJP=0.0, SP=0.0, BSP=0.0, INC=0.0),
    "polled_zero": changed(polled=0.0),
    "no_vote": changed(BJP=0.0, SP=0.0, BSP=0.0, INC=0.0, polled=0.0, valid=0.0, total=0.0, nota=0.0),
    "votes_blank": changed(BJP=np.nan, SP=np.nan, BSP=np.nan, INC=np.nan),
    "cells_blank": changed(INC=np.nan),
    "turnout_full": lambda: _turnout(1.0),
    "turnout_tiny": changed(electors=20000.0),
    "turnout_unlike_seat": lambda: _turnout(0.98),
    "one_takes_all": changed(SP=0.0, BSP=0.0, INC=0.0),
    "nota_implausible": changed(nota=150.0),
    "rejected_implausible": changed(rejected=60.0),
    "tendered_implausible": changed(tendered=60.0),
    "votes_round": changed(BJP=100.0, SP=200.0, BSP=50.0, INC=10.0),
    "shares_for_votes": changed(BJP=0.4, SP=0.3, BSP=0.2, INC=0.1),
    "percentages_for_votes": changed(BJP=40.5, SP=30.5, BSP=20.0, INC=9.0),
    "votes_with_fraction": changed(BJP=200.5),
    "booth_number_twice": changed(booth_no="3"),
    "booth_number_gap": fewer(5, 6),
    "first_booth_missing": fewer(0),
    "booth_number_disorder": changed(booth_no="1"),
    "booth_number_far": changed(booth_no="999"),
    "auxiliary_alone": changed(booth_no="77A"),
    "list_cut_off": long_list,
    "votes_cut_off": blank_end,
    "seat_missing": seats(1, 2, 4),
    "name_blank": changed(station_name=""),
    "name_in_legacy_font": changed(station_name="izk0fo0 nghjiqj d{k ua0&1"),
    "name_damaged": changed(station_name="ा0पा० बर"),
    "name_is_number": changed(station_name="1,049"),
    "same_as_row_above": copied(2, 3),
    "same_row_again": copied(2, 9),
    "carried_over": two_seats,
    "electors_filled_down": lambda: _filled_down(),
    "total_among_booths": summed_row,
    "postal_among_booths": changed(station_name="Postal ballots"),
    "row_shifted": shifted_row,
    "columns_equal": lambda: whole(SP=clean()[1]["BJP"])(),
    "column_constant": whole(BSP=33.0),
    "column_is_serial": whole(INC=np.arange(1.0, COUNT + 1)),
    "place_zero": changed(lat=0.0),
    "place_swapped": changed(lat=80.4, lon=26.7),
    "place_outside": changed(lat=51.0, lon=7.0),
    "place_half": changed(lon=np.nan),
    "place_far": changed(lat=20.0),
    "place_shared": whole(lat=26.7, lon=80.4),
    **{
        name: cell(name)
        for name in (
            "cell_unreadable", "cell_decimal_comma", "cell_negative", "row_without_number", "row_repeated", "row_clash",
            "total_row_unmarked", "two_nota_columns", "nota_column_missing", "columns_swapped", "column_unmatched",
            "column_without_party", "candidate_without_column", "seat_unsure",
        )
    },
}  # fmt: skip


def _plus(column: str, more: int) -> BoothTable:
    rows, votes = clean()
    rows.loc[3, column] += more
    return make(rows, votes)


def _turnout(share: float) -> BoothTable:
    rows, votes = clean()
    rows.loc[3, "electors"] = np.round(rows.loc[3, "polled"] / share)
    return make(rows, votes)


def _filled_down() -> BoothTable:
    rows, votes = clean()
    rows.loc[4:8, "electors"] = rows.loc[4, "electors"]
    return make(rows, votes)


def test_a_clean_seat_has_no_fault() -> None:
    told = SeatFacts(
        printed_total=SUMS, grand_total=MORE, postal=dict.fromkeys(SUMS, 5.0), official=MORE, official_valid=1.0
    )
    found = find(good(told), file="sheet.csv")
    assert found.empty, found[["fault", "booth_no", "reason"]].head().to_dict("records")


def test_there_are_forty_faults_and_each_has_a_fixture() -> None:
    assert len(FAULTS) >= 40
    assert set(TRIGGERS) == set(FAULTS)
    assert all(fault.meaning and fault.severity in ("out", "note", "quarantined") for fault in FAULTS.values())


@pytest.mark.parametrize("name", sorted(TRIGGERS))
def test_each_fault_is_found_with_its_place_and_reason(name: str) -> None:
    found = find(TRIGGERS[name](), file="sheet.csv")
    own = found[found["fault"] == name]
    assert len(own), f"{name} is not among {sorted(set(found['fault']))}"
    assert list(found.columns) == list(COLUMNS)
    assert (own["file"] == "sheet.csv").all()
    assert own["reason"].str.len().gt(5).all()
    assert own["column"].notna().all()
    assert own["election_id"].eq("S24-2017-AE").all()
    assert own["severity"].eq(FAULTS[name].severity).all()
    assert len(own) <= COUNT * 2


@pytest.mark.parametrize("name", ["votes_not_valid_total", "votes_above_electors", "same_as_row_above"])
def test_a_row_fault_names_its_booth_and_row(name: str) -> None:
    found = find(TRIGGERS[name](), file="sheet.csv")
    own = found[found["fault"] == name]
    assert own[["booth_no", "row"]].to_numpy().tolist() == [["4", 3]]


def test_flags_are_stored_once_and_replaced_with_their_seat(tmp_path: Path) -> None:
    keys = pd.DataFrame({"election_id": ["S24-2017-AE"], "seat_id": ["S24-2008-1"]})
    bad = find(TRIGGERS["votes_not_valid_total"](), file="a.csv")
    first = write_flags(tmp_path, bad, seats=keys)
    content = (tmp_path / "flags.parquet").read_bytes()
    assert write_flags(tmp_path, bad, seats=keys) == first
    assert (tmp_path / "flags.parquet").read_bytes() == content
    other = keys.assign(seat_id="S24-2008-2")
    moved = find(TRIGGERS["votes_above_electors"](), file="b.csv").assign(seat_id="S24-2008-2")
    assert write_flags(tmp_path, moved, seats=other) == first + len(moved)
    assert write_flags(tmp_path, bad.iloc[:0], seats=keys) == len(moved)
    assert set(read_flags(tmp_path)["seat_id"]) == {"S24-2008-2"}


def test_only_faults_that_spoil_totals_keep_a_booth_out(tmp_path: Path) -> None:
    keys = pd.DataFrame({"election_id": ["S24-2017-AE"], "seat_id": ["S24-2008-1"]})
    assert rows_out_of_totals(tmp_path).empty
    assert flag_summary(tmp_path).empty
    write_flags(tmp_path, find(_plus("polled", 1), file="a.csv"), seats=keys)
    assert rows_out_of_totals(tmp_path).empty
    write_flags(tmp_path, find(TRIGGERS["votes_not_valid_total"](), file="a.csv"), seats=keys)
    out = rows_out_of_totals(tmp_path)
    assert out[["seat_id", "booth_no"]].to_numpy().tolist() == [["S24-2008-1", "4"]]
    assert "votes_not_valid_total" in out["faults"].iloc[0]
    summary = flag_summary(tmp_path)
    assert "votes_not_valid_total" in set(summary["fault"])
    assert summary["meaning"].str.len().gt(10).all()
