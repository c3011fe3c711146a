"""Figures brought from one map to another: totals conserved, errors that mean something."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.data.errors import KhakaError
from khaka.data.places.areal import bring_mean, bring_total, overlay
from khaka.data.places.estimates import is_total, seat_estimates
from khaka.data.places.polygons import Map


def grid(columns: int, rows: int, *, level: str = "seat", west: float = 80.0, width: float = 0.6) -> Map:
    """Cut one rectangle into columns and rows, numbered row by row from the south-west."""
    x, y = np.linspace(west, west + width, columns + 1), np.linspace(27.0, 27.6, rows + 1)
    shapes = np.array([
        shapely.box(x[i], y[j], x[i + 1], y[j + 1]) for j in range(rows) for i in range(columns)
    ], dtype=object)  # fmt: skip
    names = tuple(f"S24-2008-{k + 1}" if level == "seat" else f"S24:D{k + 1}" for k in range(len(shapes)))
    return Map(level, names, ("",) * len(shapes), shapes)


TWO = grid(2, 1, level="district")


def test_a_district_that_is_halved_gives_each_half_its_half() -> None:
    found = bring_total(overlay(TWO, grid(4, 1)), np.array([100.0, 300.0]))
    assert found.value.tolist() == pytest.approx([50, 50, 150, 150])
    assert found.left_over == pytest.approx(0, abs=1e-9)


def test_a_share_of_a_seat_across_two_districts_is_the_mean_by_people() -> None:
    # the middle seat of three takes a third of each district: 30 and 90 people
    found = bring_mean(overlay(TWO, grid(3, 1)), np.array([0.2, 0.6]), people=np.array([100.0, 300.0]))
    assert found.value.tolist() == pytest.approx([0.2, 0.5, 0.6])


def test_a_density_moves_people_to_where_the_electors_are() -> None:
    target = grid(4, 1)
    density = np.array([3.0, 1.0, 1.0, 1.0]) / target.areas
    assert bring_total(overlay(TWO, target, density=density), np.array([100.0, 300.0])).value.tolist() == pytest.approx(
        [75, 25, 150, 150]
    )


def test_what_lies_in_no_seat_is_left_over_not_spread() -> None:
    half = grid(2, 1)
    west = Map("seat", half.unit_ids[:1], ("",), half.polygons[:1])
    found = bring_total(overlay(TWO, west), np.array([100.0, 300.0]))
    assert found.value.tolist() == pytest.approx([100])
    assert found.left_over == pytest.approx(300)


def test_a_part_that_belongs_to_seats_the_map_lacks_is_left_over_too() -> None:
    pieces = overlay(TWO, grid(4, 1), missing=np.array([0.5, 0.0]))
    found = bring_total(pieces, np.array([100.0, 300.0]))
    assert found.value.tolist() == pytest.approx([25, 25, 150, 150])
    assert found.left_over == pytest.approx(50)


def test_an_unknown_district_leaves_its_seats_blank_and_the_others_alone() -> None:
    found = bring_total(overlay(TWO, grid(4, 1)), np.array([np.nan, 300.0]))
    assert np.isnan(found.value).tolist() == [True, True, False, False]
    assert found.value[2:].sum() == pytest.approx(300)
    mean = bring_mean(overlay(TWO, grid(3, 1)), np.array([np.nan, 0.6]))
    assert np.isnan(mean.value).tolist() == [True, True, False]


def test_a_district_that_is_a_seat_has_no_error_and_smaller_parts_have_more() -> None:
    values = np.array([0.2, 0.6, 0.3, 0.5])
    districts = grid(2, 2, level="district")
    same = bring_mean(overlay(districts, grid(2, 2)), values)
    halves = bring_mean(overlay(districts, grid(4, 2)), values)
    tenths = bring_mean(overlay(districts, grid(20, 2)), values)
    np.testing.assert_allclose(same.value, values)
    assert same.standard_error.max() < 0.02
    assert same.standard_error.max() < halves.standard_error.min()
    assert halves.standard_error.mean() < tenths.standard_error.mean()


def test_the_error_grows_with_how_much_neighbours_differ() -> None:
    pieces = overlay(grid(3, 1, level="district"), grid(6, 1))
    calm, wild = (bring_mean(pieces, np.array(values)) for values in ([0.4, 0.41, 0.4], [0.2, 0.6, 0.2]))
    assert (wild.standard_error > 10 * calm.standard_error).all()
    assert bring_mean(pieces, np.full(3, 0.4)).standard_error.max() == pytest.approx(0)


def test_the_published_error_of_a_figure_is_added() -> None:
    pieces = overlay(TWO, grid(2, 1))
    found = bring_mean(pieces, np.array([0.4, 0.4]), standard_error=np.array([0.03, 0.0]))
    assert found.standard_error.tolist() == pytest.approx([0.03, 0.0])


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 3), st.integers(1, 6), st.integers(1, 4), st.floats(-0.3, 0.3),
    st.lists(st.floats(0, 1e9), min_size=12, max_size=12), st.integers(0, 99),
)  # fmt: skip
def test_totals_are_conserved_whatever_the_maps(
    columns: int, rows: int, across: int, up: int, shift: float, values: list[float], seed: int
) -> None:
    source = grid(columns, rows, level="district")
    target = grid(across, up, west=80.0 + shift, width=0.5)
    density = np.random.default_rng(seed).uniform(0, 5, len(target))
    totals = np.array(values[: len(source)])
    if (shapely.intersects(source.polygons[0], target.polygons)).any():
        pieces = overlay(source, target, density=density)
        found = bring_total(pieces, totals)
        assert found.value[np.isfinite(found.value)].sum() + found.left_over == pytest.approx(totals.sum(), rel=1e-9)
        shares = np.bincount(pieces.piece_source, weights=pieces.share, minlength=len(source)) + pieces.outside
        np.testing.assert_allclose(shares[np.bincount(pieces.piece_source, minlength=len(source)) > 0], 1, atol=1e-9)
        assert found.left_over >= 0
        assert np.nanmin(found.value) >= 0


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 3), st.integers(1, 6), st.integers(1, 4),
    st.lists(st.floats(0, 1e9), min_size=12, max_size=12),
)  # fmt: skip
def test_nothing_is_left_over_where_seats_cover_the_districts(
    columns: int, rows: int, across: int, up: int, values: list[float]
) -> None:
    totals = np.array(values[: columns * rows])
    found = bring_total(overlay(grid(columns, rows, level="district"), grid(across, up)), totals)
    assert found.value.sum() == pytest.approx(totals.sum(), rel=1e-9)
    assert found.left_over <= 1e-9 * totals.sum()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 6), st.lists(st.floats(0, 1), min_size=4, max_size=4), st.integers(0, 99))
def test_the_mean_over_all_people_stays_what_it_was(columns: int, across: int, values: list[float], seed: int) -> None:
    source, target = grid(columns, 1, level="district"), grid(across, 2)
    people = np.random.default_rng(seed).uniform(1, 9, columns)
    pieces = overlay(source, target)
    shares = np.array(values[:columns])
    found = bring_mean(pieces, shares, people=people).value
    held = bring_total(pieces, people).value
    assert (found * held).sum() == pytest.approx((shares * people).sum(), rel=1e-9, abs=1e-12)
    assert found.min() >= shares.min() - 1e-12
    assert found.max() <= shares.max() + 1e-12


def test_an_empty_map_and_a_wrong_density_are_refused() -> None:
    with pytest.raises(KhakaError, match="no polygons of the target"):
        overlay(TWO, Map("seat", (), (), np.empty(0, dtype=object)))
    with pytest.raises(KhakaError, match="density"):
        overlay(TWO, grid(2, 1), density=np.array([1.0, np.nan]))


def tables() -> dict[str, pd.DataFrame]:
    """Two districts of two seats each; the fourth seat has no polygon."""
    seats = grid(4, 1)
    boundaries = pd.DataFrame({
        "level": "seat", "unit_id": list(seats.unit_ids), "name": "",
        "geometry": [shapely.to_wkb(shape) for shape in seats.polygons],
    }).head(3)  # fmt: skip
    figures = pd.DataFrame({
        "level": "district", "unit_id": ["S24:FAIZABAD", "S24:AGRA"] * 2, "year": 2011, "source": "census",
        "measure": ["literacy_rate", "literacy_rate", "population", "population"],
        "value": [0.5, 0.7, 1000.0, 600.0], "population": [1000.0, 600.0, np.nan, np.nan], "standard_error": np.nan,
        "kind": "official",
    })  # fmt: skip
    places = pd.DataFrame({"seat_id": list(seats.unit_ids), "district": ["Ayodhya", "AYODHYA", "Agra", "Agra"]})
    rolls = pd.DataFrame({
        "election_id": "S24-2012-AE", "seat_id": list(seats.unit_ids), "electors": pd.array([300, 100, 50, 50]),
    })  # fmt: skip
    return {"demographics": figures, "boundaries": boundaries, "seats": places, "seat_elections": rolls}


def test_district_figures_become_estimates_of_the_seats_with_an_error() -> None:
    found = seat_estimates(state="S24", **tables()).set_index(["measure", "unit_id"])
    assert set(found["kind"]) == {"estimate"}
    assert set(found["source"]) == {"areal:census"}
    assert found.loc["literacy_rate", "value"].tolist() == pytest.approx(
        [0.5, 0.5, 0.7]
    )  # renamed: Ayodhya is Faizabad
    # by electors, and half of Agra's people live in the seat that the map lacks
    assert found.loc["population", "value"].tolist() == pytest.approx([750, 250, 300])
    assert (found.loc["literacy_rate", "standard_error"] > 0).all()
    assert found.loc["literacy_rate", "population"].tolist() == pytest.approx([750, 250, 300])


def test_a_figure_of_the_seats_own_is_never_replaced() -> None:
    own = tables()
    official = own["demographics"].head(1).assign(level="seat", unit_id="S24-2008-1", source="survey", value=0.9)
    own["demographics"] = pd.concat([own["demographics"], official])
    found = seat_estimates(state="S24", **own)
    literacy = found[found["measure"] == "literacy_rate"]["unit_id"].tolist()
    assert literacy == ["S24-2008-2", "S24-2008-3"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [("demographics", "no district figures of S24"), ("boundaries", "no polygons of the seats of S24")],
)
def test_what_is_missing_is_said(table: str, sentence: str) -> None:
    own = tables()
    own[table] = own[table].head(0)
    with pytest.raises(KhakaError, match=sentence):
        seat_estimates(state="S24", **own)


def test_districts_that_no_seat_names_are_refused_with_both_names() -> None:
    own = tables()
    own["seats"] = own["seats"].assign(district="Elsewhere")
    with pytest.raises(KhakaError, match=r"S24:AGRA.*S24:ELSEWHERE"):
        seat_estimates(state="S24", **own)


def test_counts_add_up_and_shares_average() -> None:
    assert [is_total(name) for name in ("population", "schools_count", "literacy_rate", "sc_share")] == [
        True, True, False, False,
    ]  # fmt: skip
