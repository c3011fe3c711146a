"""Lineage of booths: renamed, renumbered, split, merged, written in another script; never by number, never by votes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.data.lineage import build_lineage, lineages, match_rates, update_lineage
from khaka.data.store import TableStore

VILLAGES = (
    "RAMPUR", "KHANPUR", "BELGHAT", "SIKRI", "MANDAULA", "NAURASPUR", "ALIPUR", "PACHAYARA", "BHITHAULI", "SUPAULI",
)  # fmt: skip
HINDI = ("रामपुर", "खानपुर", "बेलघाट", "सीकरी", "मंडौला", "नौरसपुर", "अलीपुर", "पचायरा", "भिठौली", "सुपौली")
ELECTORS = (912, 1150, 640, 1310, 780, 1020, 555, 1405, 870, 990)


def booths(
    rows: list[tuple[str, str, int | None]], election: str = "S24-2017-AE", seat: str = "S24-2008-9"
) -> pd.DataFrame:
    """Booths from (number, name, electors)."""
    return pd.DataFrame({
        "election_id": election, "seat_id": seat, "booth_no": [row[0] for row in rows],
        "station_name": [row[1] for row in rows], "electors": pd.array([row[2] for row in rows], dtype="Int64"),
    })  # fmt: skip


def before() -> pd.DataFrame:
    """Ten villages with a school each, numbered 1 to 10."""
    return booths([(str(at + 1), f"P.P. {name}", ELECTORS[at]) for at, name in enumerate(VILLAGES)])


def after(rows: list[tuple[str, str, int | None]]) -> pd.DataFrame:
    return booths(rows, "S24-2022-AE")


def pairs(lineage: pd.DataFrame) -> set[tuple[str, str]]:
    linked = lineage.dropna(subset=["from_booth_no", "to_booth_no"])
    return set(zip(linked["from_booth_no"], linked["to_booth_no"], strict=True))


SAME = {(str(n), str(n)) for n in range(1, 11)}


def test_renamed_schools_keep_their_booths() -> None:
    names = [(str(at + 1), f"PRIMARY SCHOOL {name}", ELECTORS[at] + 12) for at, name in enumerate(VILLAGES)]
    found = build_lineage(before(), after(names))
    assert pairs(found) == SAME
    assert set(found["kind"]) == {"one"}
    assert found["confidence"].min() > 0.9


def test_a_list_in_devanagari_continues_one_in_latin_letters() -> None:
    names = [(str(at + 1), f"प्रा0वि0 {name} क0नं0 1", None) for at, name in enumerate(HINDI)]
    assert pairs(build_lineage(before().assign(electors=pd.NA), after(names))) == SAME


def test_a_list_in_krutidev_continues_one_in_latin_letters() -> None:
    font = ("jkeiqj", "[kkuiqj", "csy?kkV", "lhdjh", "eaMkSyk", "ukSjliqj", "vyhiqj", "ipk;jk", "fHkBkSyh", "lqikSyh")
    names = [(str(at + 1), f"izk0fo0 {name}", None) for at, name in enumerate(font)]
    assert pairs(build_lineage(before().assign(electors=pd.NA), after(names))) == SAME


def test_numbers_mean_nothing_when_a_block_of_the_list_moves() -> None:
    order = [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]
    names = [(str(at + 1), f"P.V. {VILLAGES[old]}", ELECTORS[old] + 9) for at, old in enumerate(order)]
    assert pairs(build_lineage(before(), after(names))) == {(str(old + 1), str(at + 1)) for at, old in enumerate(order)}


def test_without_any_name_the_electors_and_the_order_tell() -> None:
    names = [(str(at + 2), "9 - Some Seat", electors + 10) for at, electors in enumerate(ELECTORS)]
    found = build_lineage(before(), after([("1", "9 - Some Seat", 300), *names]))
    assert pairs(found) >= {(str(n), str(n + 1)) for n in range(1, 11)}


def test_a_booth_over_the_ceiling_is_split_by_electors() -> None:
    rows = [(str(at + 1), f"P.P. {name}", ELECTORS[at]) for at, name in enumerate(VILLAGES)]
    rows[7:8] = [("8", "P.P. PACHAYARA R.N.1", 800), ("8A", "P.P. PACHAYARA R.N.2", 600)]
    found = build_lineage(before(), after(rows))
    split = found[found["kind"] == "split"]
    assert pairs(split) == {("8", "8"), ("8", "8A")}
    assert split["weight_from"].tolist() == pytest.approx([800 / 1400, 600 / 1400])
    assert split["weight_to"].tolist() == [1.0, 1.0]
    assert pairs(found) == SAME | {("8", "8A")}


def test_two_booths_that_became_one_are_a_merge() -> None:
    rows = [(str(at + 1), f"P.P. {name}", ELECTORS[at]) for at, name in enumerate(VILLAGES)]
    parts = before().to_dict("records")
    parts[2:3] = [
        {**parts[2], "booth_no": "3", "station_name": "P.P. BELGHAT R.N.1", "electors": 400},
        {**parts[2], "booth_no": "3A", "station_name": "P.P. BELGHAT R.N.2", "electors": 240},
    ]
    found = build_lineage(pd.DataFrame(parts), after(rows))
    merge = found[found["kind"] == "merge"]
    assert pairs(merge) == {("3", "3"), ("3A", "3")}
    assert merge["weight_to"].tolist() == pytest.approx([400 / 640, 240 / 640])
    assert merge["weight_from"].tolist() == [1.0, 1.0]


def test_a_new_building_is_new_and_a_shut_one_closed() -> None:
    names = [f"P.P. {name}" for name in VILLAGES]
    rows = list(zip(names, ELECTORS, strict=True))
    rows.insert(3, ("JANTA INTER COLLEGE ZAHIDGANJ", 350))
    del rows[8]  # PACHAYARA, number 8 before
    found = build_lineage(before(), after([(str(at + 1), *row) for at, row in enumerate(rows)])).set_index("kind")
    assert found.loc["new", "to_booth_no"] == "4"
    assert found.loc["closed", "from_booth_no"] == "8"
    assert pd.isna(found.loc["new", "from_booth_no"])
    assert found.loc["new", ["weight_from", "weight_to"]].tolist() == [0.0, 1.0]
    assert found.loc["closed", ["weight_from", "weight_to"]].tolist() == [1.0, 0.0]
    assert len(found.loc["one"]) == 9


def test_rooms_of_one_building_are_told_apart_by_number_and_electors() -> None:
    size = {1: 1240, 2: 655, 3: 980, 4: 820}
    rooms = [(str(n), f"INTER COLLEGE DADRI ROOM NO. {n}", size[n]) for n in size]
    turned = [(str(5 - n), f"INTER COLLEGE DADRI R.N.{n}", size[n] + 15) for n in size]
    rest = [(str(at + 11), f"P.P. {name}", ELECTORS[at]) for at, name in enumerate(VILLAGES)]
    found = build_lineage(booths(rooms + rest), after(turned + rest))
    assert pairs(found) >= {("1", "4"), ("2", "3"), ("3", "2"), ("4", "1")}


def test_coordinates_alone_are_enough() -> None:
    place = np.linspace(0.0, 0.09, 10)
    one = before().assign(station_name=None, electors=pd.NA, lat=26.0 + place, lon=80.0)
    turned = one.assign(election_id="S24-2022-AE", booth_no=[str(n) for n in range(10, 0, -1)])
    assert pairs(build_lineage(one, turned)) == {(str(n), str(11 - n)) for n in range(1, 11)}


def test_votes_are_never_looked_at() -> None:
    one, two = before(), after([(str(n), f"P.V. {VILLAGES[n - 1]}", None) for n in range(1, 11)])
    counted = [
        side.assign(votes_polled=value, votes_polled_female=value, nota=value, rejected=value, BJP=value)
        for side, value in ((one, np.arange(10)), (two, np.arange(10)[::-1]))
    ]
    pd.testing.assert_frame_equal(build_lineage(*counted), build_lineage(one, two))


def test_seats_that_only_one_election_has_are_left_out() -> None:
    other = booths([("1", "P.P. RAMPUR", 900)], "S24-2022-AE", "S24-2008-10")
    assert build_lineage(before(), other).empty
    assert list(build_lineage(before(), other).columns) == list(build_lineage(before(), after([("1", "A", 9)])).columns)


def test_a_renumbered_seat_is_the_same_place() -> None:
    one = before().assign(election_id="S01-2009-AE", seat_id="S01-2008-120")
    two = before().assign(election_id="S01-2019-AE", seat_id="S01-2014-1")
    found = build_lineage(one, two)
    assert pairs(found) == SAME
    assert set(found["to_seat_id"]) == {"S01-2014-1"}


def test_several_elections_on_a_side_or_a_booth_twice_are_refused() -> None:
    with pytest.raises(KhakaError, match="several elections"):
        build_lineage(pd.concat([before(), after([("1", "A", 9)])]), after([("1", "A", 9)]))
    with pytest.raises(KhakaError, match="twice"):
        build_lineage(before(), after([("1", "A", 9), ("1", "B", 9)]))


NAMES = st.sampled_from(["", *(f"P.P. {name}" for name in VILLAGES), *(f"प्रा0वि0 {name} क0नं0 2" for name in HINDI)])
LISTS = st.lists(st.tuples(NAMES, st.one_of(st.none(), st.integers(1, 2000))), min_size=1, max_size=12)


def numbered(rows: list[tuple[str, int | None]]) -> list[tuple[str, str, int | None]]:
    return [(str(at + 1), name, electors) for at, (name, electors) in enumerate(rows)]


@settings(max_examples=80, deadline=None)
@given(LISTS, LISTS, st.randoms(use_true_random=False))
def test_weights_conserve_both_sides_and_the_order_of_rows_never_shows(one: list, two: list, random: object) -> None:
    earlier, later = booths(numbered(one)), after(numbered(two))
    found = build_lineage(earlier, later)
    out = found.dropna(subset=["from_booth_no"]).groupby("from_booth_no")["weight_from"].sum()
    into = found.dropna(subset=["to_booth_no"]).groupby("to_booth_no")["weight_to"].sum()
    assert set(out.index) == set(earlier["booth_no"])
    assert set(into.index) == set(later["booth_no"])
    assert out.to_numpy() == pytest.approx(1.0)
    assert into.to_numpy() == pytest.approx(1.0)
    assert found["confidence"].between(0, 0.999).all()
    shuffled = [side.iloc[random.sample(range(len(side)), len(side))] for side in (earlier, later)]  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(build_lineage(*shuffled), found)


@settings(max_examples=40, deadline=None)
@given(LISTS, LISTS)
def test_the_kind_says_how_many_partners_each_side_has(one: list, two: list) -> None:
    found = build_lineage(booths(numbered(one)), after(numbered(two)))
    linked = found.dropna(subset=["from_booth_no", "to_booth_no"])
    successors = linked.groupby("from_booth_no")["to_booth_no"].transform("size")
    predecessors = linked.groupby("to_booth_no")["from_booth_no"].transform("size")
    assert ((linked["kind"] == "split") == (successors > 1)).all()
    assert ((linked["kind"] == "merge") == ((successors == 1) & (predecessors > 1))).all()
    assert (found.loc[found["from_booth_no"].isna(), "kind"] == "new").all()
    assert (found.loc[found["to_booth_no"].isna(), "kind"] == "closed").all()


def stored(folder: Path, *elections: str) -> TableStore:
    store = TableStore(folder)
    for election in elections:
        store.write("booths", before().assign(election_id=election))
    return store


def test_consecutive_elections_of_a_place_are_linked_and_by_elections_stay_aside(tmp_path: Path) -> None:
    store = stored(tmp_path, "S24-2022-AE", "S24-2014-LS", "S24-2017-AE", "S24-2019-BYE1")
    found = lineages(store)
    assert set(zip(found["from_election"], found["to_election"], strict=True)) == {
        ("S24-2014-LS", "S24-2017-AE"), ("S24-2017-AE", "S24-2022-AE"), ("S24-2017-AE", "S24-2019-BYE1"),
    }  # fmt: skip
    rates = match_rates(found)
    assert rates["linked"].tolist() == [1.0] * 3
    assert rates["booths"].tolist() == [10] * 3


def test_the_lineage_is_kept_in_a_file_until_the_booths_change(tmp_path: Path) -> None:
    store, path = stored(tmp_path / "tables", "S24-2014-LS", "S24-2017-AE"), tmp_path / "lineage.parquet"
    first = update_lineage(store, path)
    made = path.stat().st_mtime_ns
    pd.testing.assert_frame_equal(update_lineage(store, path), first)
    assert path.stat().st_mtime_ns == made
    pd.testing.assert_frame_equal(pd.read_parquet(path), first, check_dtype=False)
    store.write("booths", before().assign(election_id="S24-2022-AE"))
    assert len(update_lineage(store, path)) == 2 * len(first)


def test_a_workspace_with_one_election_has_an_empty_lineage(tmp_path: Path) -> None:
    found = update_lineage(stored(tmp_path / "tables", "S24-2017-AE"), tmp_path / "lineage.parquet")
    assert found.empty
    assert (tmp_path / "lineage.parquet").exists()
