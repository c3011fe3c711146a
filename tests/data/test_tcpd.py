from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.readers import tcpd
from khaka.data.readers.base import Options, Reading
from khaka.data.readers.sheet import open_sheet

RESULT_COLUMNS = (
    "Position", "Votes", "Valid_Votes", "Vote_Share_Percentage", "Margin", "Margin_Percentage", "ENOP", "Deposit_Lost",
    "Turnout_Percentage", "N_Cand", "Contested", "No_Terms", "last_poll", "Incumbent", "Recontest", "Last_Party",
    "Last_Party_ID", "Last_Constituency_Name", "Same_Constituency", "Same_Party", "Turncoat",
)  # fmt: skip

ROWS = [
    # Bihar voted twice in 2005; one by-election; a NOTA row without a party; two namesakes
    ("Bihar", 13, 7, 2005, 2, 3, 0, "A", "M", "RJD", "900", "40", "GEN", "5000", "X", "GEN", "AEBR1", "10th Pass"),
    ("Bihar", 13, 7, 2005, 2, 3, 0, "B", "F", "JD(U)", "800", "41", "SC", "5000", "X", "GEN", "AEBR2", "Others"),
    ("Bihar", 14, 7, 2005, 2, 3, 0, "A", "M", "RJD", "700", "40", "GEN", "5100", "X", "GEN", "AEBR1", "10th Pass"),
    ("Bihar", 15, 7, 2010, 11, 4, 0, "A", "M", "RJD", "600", "45", "GEN", "5200", "X", "SC", "AEBR1", "10th Pass"),
    ("Bihar", 15, 7, 2010, 11, 4, 0, "C", "M", "IND", "60", "30", "GEN", "5200", "X", "SC", "AEBR3", ""),
    ("Bihar", 15, 7, 2010, 11, 4, 0, "C", "M", "IND", "50", "50", "GEN", "5200", "X", "SC", "AEBR4", ""),
    ("Bihar", 15, 7, 2010, 11, 4, 0, "None of the Above", "", "NOTA", "44", "", "", "5200", "X", "SC", "", ""),
    ("Bihar", 15, 9, 2012, "", 4, 1, "D", "(SC)", "AAP", "10", "4", "", "5300", "Y", "GEN", "", "Doctorate"),
    ("Bihar", 15, 9, 2012, "", 4, 1, "NOTA", "", "", "5", "", "", "5300", "Y", "GEN", "", ""),
]  # fmt: skip
COLUMNS = [
    "State_Name", "Assembly_No", "Constituency_No", "Year", "month", "DelimID", "Poll_No", "Candidate", "Sex", "Party",
    "Votes", "Age", "Candidate_Type", "Electors", "Constituency_Name", "Constituency_Type", "pid", "MyNeta_education",
]  # fmt: skip


def _read(path: Path) -> dict[str, pd.DataFrame]:
    sheet = open_sheet(path)
    assert tcpd.recognises(sheet)
    reading = tcpd.read(sheet, Options())
    assert isinstance(reading, Reading)
    return {piece.table: piece.frame for piece in reading.pieces}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "anything.csv"
    pd.DataFrame(ROWS, columns=COLUMNS).to_csv(path, index=False)
    return path


def test_elections_are_named_by_year_assembly_and_poll(small: Path) -> None:
    elections = _read(small)["elections"].set_index("election_id")
    assert sorted(elections.index) == ["S04-2005-AE", "S04-2005-AE2", "S04-2010-AE", "S04-2012-BYE1"]
    assert elections.loc["S04-2012-BYE1", "kind"] == "BYE"
    assert str(elections.loc["S04-2012-BYE1", "result_date"].date()) == "2012-12-31"


def test_bihars_second_poll_of_2005_is_known_when_it_comes_alone(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    pd.DataFrame([ROWS[2]], columns=COLUMNS).to_csv(path, index=False)
    assert _read(path)["elections"]["election_id"].tolist() == ["S04-2005-AE2"]


def test_nota_is_neither_a_nominee_nor_a_valid_vote(small: Path) -> None:
    tables = _read(small)
    assert not tables["nominees"]["name"].str.upper().str.contains("NOTA|NONE").any()
    seats = tables["seat_elections"].set_index("election_id")
    assert seats.loc["S04-2010-AE", ["valid_votes", "nota", "electors"]].tolist() == [710, 44, 5200]
    assert seats.loc["S04-2012-BYE1", ["valid_votes", "nota"]].tolist() == [10, 5]
    assert pd.isna(seats.loc["S04-2005-AE", "nota"])


def test_values_of_the_file_become_those_of_the_contract(small: Path) -> None:
    nominees = _read(small)["nominees"].set_index(["election_id", "name"])
    first = nominees.loc[("S04-2005-AE", "A")]
    assert first[["seat_id", "person_id", "party", "sex", "age", "category", "education", "votes"]].tolist() == [
        "S04-1976-7", "AEBR1", "RJD", "M", 40.0, "GEN", "10th", 900,
    ]  # fmt: skip
    assert pd.isna(nominees.loc[("S04-2005-AE", "B"), "education"])
    by_election = nominees.loc[("S04-2012-BYE1", "D")]
    assert by_election[["education", "party_as_published"]].tolist() == ["doctorate", "AAP"]
    assert by_election[["sex", "age"]].isna().all()


def test_namesakes_get_ids_of_their_own(small: Path) -> None:
    nominees = _read(small)["nominees"]
    assert not nominees.duplicated(["election_id", "seat_id", "nominee_id"]).any()
    assert nominees["nominee_id"].str.fullmatch(r"[0-9a-f]{12}").all()


def _same_but_for_results(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    results = {"nominees": ["votes"], "seat_elections": ["valid_votes", "nota"]}
    keys = {
        "nominees": ["election_id", "seat_id", "nominee_id"], "seats": ["seat_id"], "elections": ["election_id"],
        "seat_elections": ["election_id", "seat_id"],
    }  # fmt: skip
    for table, key in keys.items():
        pair = [
            tables[table].drop(columns=results.get(table, [])).sort_values(key, ignore_index=True)
            for tables in (left, right)
        ]
        pd.testing.assert_frame_equal(pair[0], pair[1])


def _spoilt(path: Path, target: Path, *, drop: bool) -> None:
    """Write the file shuffled, its result columns blank or gone."""
    rows = pd.read_csv(path, dtype="str", keep_default_na=False).sample(frac=1, random_state=7)
    there = [name for name in RESULT_COLUMNS if name in rows.columns]
    if drop:
        rows = rows.drop(columns=there)
    else:
        rows[there] = ""
    rows.to_csv(target, index=False)


@pytest.mark.parametrize("drop", [False, True])
def test_blank_or_missing_result_columns_and_another_order_change_nothing_else(
    small: Path, tmp_path: Path, drop: bool
) -> None:
    other = tmp_path / "other.csv"
    _spoilt(small, other, drop=drop)
    spoilt = _read(other)
    _same_but_for_results(_read(small), spoilt)
    assert spoilt["nominees"]["votes"].isna().all()
    assert spoilt["seat_elections"]["valid_votes"].isna().all()


@pytest.mark.real
@pytest.mark.parametrize("name", ["Haryana_AE", "Chhattisgarh_GA", "Karnataka_GA"])
def test_real_files_shuffled_and_blanked_give_the_same_ids_and_cells(
    real_data: Path, tmp_path: Path, name: str
) -> None:
    path = real_data / f"results/{name}.csv.gz"
    other = tmp_path / "other.csv"
    _spoilt(path, other, drop=True)
    _same_but_for_results(_read(path), _read(other))


@pytest.mark.real
def test_uttar_pradesh_2017_has_its_403_seats_and_the_files_own_totals(real_data: Path) -> None:
    path = real_data / "results/Uttar_Pradesh_AE.csv.gz"
    tables = _read(path)
    seats = tables["seat_elections"].query("election_id == 'S24-2017-AE'").set_index("seat_id")
    assert len(seats) == 403
    raw = pd.read_csv(path, usecols=["Year", "Poll_No", "Constituency_No", "Votes", "Party", "Valid_Votes"])
    raw = raw[(raw["Year"] == 2017) & (raw["Poll_No"] == 0)]
    own = raw[raw["Party"] != "NOTA"].groupby("Constituency_No")["Votes"].sum()
    got = seats["valid_votes"].set_axis(seats.index.str.split("-").str[2].astype(int)).sort_index()
    np.testing.assert_array_equal(got.to_numpy(dtype="int64"), own.to_numpy(dtype="int64"))
    elections = tables["elections"].set_index("election_id")["result_date"]
    assert str(elections["S24-2017-AE"].date()) == "2017-03-11"
    assert set(tables["seat_elections"].query("election_id == 'S24-1996-AE'")["seat_id"].str[:8]) == {"S24-1996"}


@pytest.mark.real
def test_no_leaking_column_gets_through(real_data: Path) -> None:
    tables = _read(real_data / "results/Himachal_Pradesh_AE.csv.gz")
    for frame in tables.values():
        assert not {name.lower() for name in frame.columns} & {name.lower() for name in RESULT_COLUMNS} - {
            "votes",
            "valid_votes",
        }


def test_a_missing_column_and_a_wrong_state_are_one_clear_sentence(small: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(small, dtype="str", keep_default_na=False)
    path = tmp_path / "x.csv"
    rows.drop(columns="DelimID").to_csv(path, index=False)
    with pytest.raises(KhakaError, match="no column DelimID"):
        tcpd.read(open_sheet(path), Options())
    rows.assign(State_Name="Ruritania").to_csv(path, index=False)
    with pytest.raises(KhakaError, match="'Ruritania', no state of India"):
        tcpd.read(open_sheet(path), Options())


def test_a_row_with_a_year_that_is_none_is_quarantined_and_the_rest_is_read(small: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(small, dtype="str", keep_default_na=False)
    rows.loc[0, "Year"] = "MMV"
    path = tmp_path / "x.csv.gz"
    with gzip.open(path, "wt") as handle:
        rows.to_csv(handle, index=False)
    reading = tcpd.read(open_sheet(path), Options())
    fault = reading.faults[reading.faults["severity"] == "quarantined"]
    assert fault[["row", "column", "value"]].to_numpy().tolist() == [[2, "Year", "MMV"]]
    assert len(reading.pieces[3].frame) == 6
