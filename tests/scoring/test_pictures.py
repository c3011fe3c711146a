"""The pictures, read back as XML: every position can be checked by hand."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.scoring.pictures.booths import Booth, Mark, booth_map, marks
from khaka.scoring.pictures.canvas import PRINT_STYLE
from khaka.scoring.pictures.contrasts import Step, contrast_bar, folded
from khaka.scoring.pictures.geometry import Box, box_of, path, rings_of
from khaka.scoring.pictures.look import Look
from khaka.scoring.pictures.margins import Standing, margin_axis, margin_strip, runs, scale_of
from khaka.scoring.pictures.people import Community, Rated, communities, raters
from khaka.scoring.pictures.states import chance_legend, chance_region, state_map
from khaka.scoring.pictures.strips import Past, calendar_strip, history_strip
from khaka.scoring.pictures.words import WORDS

SVG = "{http://www.w3.org/2000/svg}"
LOOK = Look()
STYLE_SHEET = Path(__file__).parents[2] / "app" / "review" / "static" / "khaka.css"

TWO = [Standing("Asha", 4.0, -6.0, 10.0, 0.61, 1), Standing("Bela", -10.0, -20.0, 0.0, 0.04, 2)]
"""The scale runs from -20 to 10; drawn from 10 to 310 it is 10 units a point and zero lies at 210."""


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def found(svg: str, tag: str, class_: str | None = None) -> list[ElementTree.Element]:
    return [one for one in parse(svg).iter(SVG + tag) if class_ is None or class_ in one.get("class", "").split()]


def texts(svg: str) -> list[str]:
    return ["".join(one.itertext()) for one in found(svg, "text")]


def square(west: float, south: float, side: float = 1.0) -> tuple[tuple[float, float], ...]:
    east, north = west + side, south + side
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


ALL: dict[str, Callable[[Look], str]] = {
    "axis": lambda look: margin_axis(TWO, look),
    "contrast": lambda look: contrast_bar("Asha", "Bela", [Step("ratings", 3.0), Step("presence", -1.0)], look),
    "booths": lambda look: booth_map([Booth("1", 26.0, 80.0, 0.4, 0.6, "reached")], look, view="support"),
    "presence": lambda look: booth_map([Booth("1", 26.0, 80.0, presence="doubtful")], look, view="presence"),
    "state": lambda look: state_map([chance_region("1 A", 0.4, look)], look, what="x", entries=chance_legend(look)),
    "history": lambda look: history_strip([Past("2017", -5.0), Past("2022", math.nan)], look),
    "calendar": lambda look: calendar_strip({dt.date(2027, 1, 2): 3}, look, first=dt.date(2027, 1, 1), last=dt.date(2027, 1, 9)),  # noqa: E501
    "communities": lambda look: communities([Community("Alpha", 0.3, 0.02)], look),
    "raters": lambda look: raters([("Asha", [Rated("observer", 0.5)])], look),
}  # fmt: skip


def test_the_axis_puts_points_ranges_and_zero_where_a_ruler_would() -> None:
    svg = margin_axis(TWO, LOOK, width=320)
    assert [float(one.get("cx", "")) for one in found(svg, "circle")] == [250.0, 110.0]
    assert [(float(one.get("x1", "")), float(one.get("x2", ""))) for one in found(svg, "line", "rg")] == [
        (150.0, 310.0), (10.0, 210.0)]  # fmt: skip
    assert {float(one.get("x1", "")) for one in found(svg, "line", "ze")} == {210.0}


def test_figures_are_whole_points_and_chances_in_steps_of_five() -> None:
    said = texts(margin_axis(TWO, LOOK))
    assert "4 points ahead · 60%" in said
    assert "10 points behind · out of reach" in said


def test_ties_share_a_band_that_says_so() -> None:
    tied = [Standing("A", 1, -9, 9, tie=1), Standing("B", 0, -9, 9, tie=1), Standing("C", -8, -9, 0, tie=2)]
    svg = margin_axis(tied, LOOK)
    (band,) = found(svg, "rect", "tb")
    top, bottom = float(band.get("y", "")), float(band.get("y", "")) + float(band.get("height", ""))
    assert [top < float(one.get("cy", "")) < bottom for one in found(svg, "circle")] == [True, True, False]
    assert "too close to call" in texts(svg)


def test_aspirants_without_a_rank_are_no_tie() -> None:
    alone = [Standing("A", 1, 0, 2), Standing("B", 1, 0, 2)]
    assert [len(run) for run in runs(alone)] == [1, 1]


def test_the_ghost_of_the_base_case_stays_where_it_was() -> None:
    moved = [Standing("Asha", 4.0, -6.0, 10.0, ghost=-20.0)]
    (ghost,) = found(margin_axis(moved, LOOK, width=320), "line", "gh")
    assert float(ghost.get("x1", "")) == 10.0


def test_a_strip_shares_the_seats_scale_and_leaves_the_words_to_the_page() -> None:
    scale = scale_of(TWO, 0.0, 300.0)
    svg = margin_strip(TWO[0], scale)
    assert "M240 7h0" in svg
    assert "M140 7H300" in svg
    assert 'aria-hidden="true"' in svg
    assert "<text" not in svg


def test_contrast_bars_start_where_the_last_one_ended_and_add_up() -> None:
    steps = [Step("ratings", 3.0), Step("presence", -1.5), Step("age", 0.5)]
    svg = contrast_bar("Asha", "Bela", steps, LOOK, width=366)  # from 0 to 3.5 points, 100 units a point
    bars = [(float(one.get("x", "")), float(one.get("width", ""))) for one in found(svg, "rect")]
    assert bars == [(8.0, 300.0), (308.0, 50.0), (208.0, 150.0), (8.0, 200.0)]
    assert parse(svg).findtext(SVG + "title") == "Asha: 2.0 points ahead of Bela"
    assert texts(svg)[-2:] == ["together", "2.0 ahead"]


def test_what_is_in_no_part_stands_last_and_is_counted() -> None:
    steps = [Step("ratings", 1.0), Step("presence", -0.5), Step("age", 0.25)]
    svg = contrast_bar("Asha", "Bela", steps, LOOK, rest=0.75, most=2)
    assert [text for text in texts(svg) if not text[0].isdigit()] == ["ratings", "presence", "all else", "together"]
    assert [text for text in texts(svg) if text[0].isdigit()] == ["1.0 ahead", "0.5 behind", "1.0 ahead", "1.5 ahead"]


@given(st.lists(st.floats(-30, 30), max_size=12), st.integers(1, 6))
def test_folding_small_parts_keeps_the_sum(points: list[float], most: int) -> None:
    steps = [Step(str(number), value) for number, value in enumerate(points)]
    kept = folded(steps, most=most, rest="rest")
    assert sum(step.points for step in kept) == pytest.approx(sum(points), abs=1e-9)
    assert len(kept) <= most + 1


def test_places_keep_their_shape_and_north_is_up() -> None:
    box = box_of([(80.0, -0.5), (81.0, 0.5)], width=120.0, tallest=300.0, pad=10.0)
    assert box is not None
    assert box(80.0, 0.5) == pytest.approx((10.0, 10.0))
    assert box(81.0, -0.5) == pytest.approx((110.0, 110.0), abs=0.01)


def test_a_path_is_short_and_closed() -> None:
    assert path([square(0.0, 0.0)], Box(0.0, 1.0, 1.0, 10.0, 10.0, 10.0)) == "M0 10l10 0 0-10-10 0z"


def test_neighbours_keep_a_common_border_when_simplified() -> None:
    import shapely

    wavy = [(1.0 + 0.01 * (number % 2), number / 20) for number in range(21)]
    left = shapely.Polygon([(0, 0), *wavy, (0, 1)])
    right = shapely.Polygon([(2, 0), (2, 1), *wavy[::-1]])
    both = rings_of([left.wkb, right.wkb], tolerance=0.1)
    edges = [{point for ring in one for point in ring if 0.5 < point[0] < 1.5} for one in both]
    assert edges[0] == edges[1]
    assert len(edges[0]) < 10


@settings(max_examples=25)
@given(st.integers(1, 600), st.integers(5, 200), st.integers(0, 3))
def test_every_booth_is_in_exactly_one_mark_and_there_are_never_too_many(count: int, most: int, seed: int) -> None:
    booths = [
        Booth(str(n), 26 + ((n * 37 + seed) % 101) / 100, 80 + ((n * 61 + seed) % 97) / 100) for n in range(count)
    ]
    box = box_of([(one.lon, one.lat) for one in booths], width=360.0, tallest=360.0, pad=12.0)
    assert box is not None
    found_marks = marks(booths, box, most=most)
    assert len(found_marks) <= max(most, 1)
    assert sorted(one.number for mark in found_marks for one in mark.booths) == sorted(one.number for one in booths)


def test_a_group_shows_the_mean_by_electors_and_the_weaker_of_two_equal_states() -> None:
    group = Mark((Booth("1", support=0.2, electors=300, presence="reached"),
                  Booth("2", support=0.6, electors=100, presence="never"), Booth("3", electors=900)), 0, 0)  # fmt: skip
    assert group.mean("support") == pytest.approx(0.3)
    assert group.presence == "never"
    assert math.isnan(group.mean("turnout"))


def test_booths_that_nobody_visited_differ_in_shape_and_not_in_colour_alone() -> None:
    three = [Booth(str(n), 26.0 + n, 80.0, presence=state) for n, state in enumerate(("reached", "doubtful", "never"))]
    svg = booth_map(three, LOOK, view="presence")
    assert {"reached", "doubtful", "never visited", "not known"} <= set(texts(svg))
    drawn = [part.split("}")[1] for part in (one.tag for one in parse(svg).iter()) if part.endswith(("circle", "path"))]
    assert drawn.count("path") == 2  # the cross and its legend


def test_booths_without_a_place_are_tiles_or_counted() -> None:
    nowhere = [Booth(str(n), support=0.3) for n in range(30)]
    assert "no coordinates: booths in the order of their numbers" in texts(booth_map(nowhere, LOOK, view="support"))
    some = [*nowhere[:2], Booth("9", 26.0, 80.0, 0.3)]
    assert "without a place on the map: 2" in texts(booth_map(some, LOOK, view="support"))


def test_an_unknown_share_is_never_drawn_as_zero() -> None:
    svg = booth_map([Booth("1", 26.0, 80.0), Booth("2", 26.1, 80.0, 0.0)], LOOK, view="support")
    marked = [one.get("class") for group in found(svg, "g", "do")[:1] for one in group]
    assert sorted(marked) == ["q0", "qx"]


def test_marks_with_cards_are_named_links_and_the_picture_a_group() -> None:
    svg = booth_map(
        [Booth("12A", 26.0, 80.0, 0.3)], LOOK, view="support", link=lambda mark: f"?b={mark.booths[0].number}"
    )
    (link,) = found(svg, "a")
    assert (link.get("href"), link.get("aria-label")) == ("?b=12A", "Booth 12A")
    assert parse(svg).get("role") == "group"


def test_430_booths_of_a_seat_fit_into_a_few_kilobytes() -> None:
    import gzip

    booths = [Booth(str(n), 26 + (n * 37 % 430) / 1000, 80 + (n * 61 % 430) / 1000, n / 430) for n in range(430)]
    svg = booth_map(booths, LOOK, view="support", link=lambda mark: f"?booth={mark.booths[0].number}#card")
    assert len(gzip.compress(svg.encode())) < 6_000


def test_the_state_map_counts_in_words_and_falls_back_to_tiles() -> None:
    regions = [
        chance_region("1 Agra", 0.6, LOOK, rings=(square(80, 26),), link="/seat/1"),
        chance_region("2 Bara", None, LOOK),
    ]
    svg = state_map(regions, LOOK, what="chance", entries=chance_legend(LOOK))
    assert "50–75% (1)" in texts(svg)
    assert "not known (1)" in texts(svg)
    assert "without a place on the map: 1" in texts(svg)
    assert [one.get("aria-label") for one in found(svg, "a")] == ["1 Agra: 60%"]
    bare = state_map(regions[1:], LOOK, what="chance", entries=chance_legend(LOOK))
    assert "no boundaries: seats in the order of their numbers" in texts(bare)


def test_a_past_margin_goes_up_when_ahead_and_down_when_behind() -> None:
    svg = history_strip([Past("2017", 10.0), Past("2022", -5.0), Past("2024", math.nan, contested=False)], LOOK)
    zero = float(found(svg, "line", "ze")[0].get("y1", ""))
    ahead, behind = found(svg, "rect")
    assert float(ahead.get("y", "")) + float(ahead.get("height", "")) == pytest.approx(zero, abs=0.11)
    assert float(behind.get("y", "")) == pytest.approx(zero, abs=0.11)
    assert float(ahead.get("height", "")) == pytest.approx(2 * float(behind.get("height", "")), abs=0.3)
    assert "not contested" in texts(svg)


def test_days_before_the_log_are_unknown_and_not_empty() -> None:
    svg = calendar_strip(
        {dt.date(2027, 1, 6): 8, dt.date(2027, 1, 7): 1}, LOOK,
        first=dt.date(2027, 1, 4), last=dt.date(2027, 1, 8), known_from=dt.date(2027, 1, 6),
    )  # fmt: skip
    squares = {one.get("class"): one.get("d", "").count("M") for one in found(svg, "path")}
    assert squares == {"qx": 2, "q4": 1, "q1": 1, "q0": 1}


def test_an_estimate_has_its_error_and_an_official_figure_has_none() -> None:
    svg = communities([Community("Alpha", 0.30, 0.02), Community("SC", 0.21, official=True)], LOOK)
    assert len(found(svg, "line", "rg")) == 1
    assert "27–33% · estimate" in texts(svg)
    assert "21% · official figure" in texts(svg)


def test_ratings_stand_side_by_side_and_a_missing_kind_is_said() -> None:
    svg = raters(
        [("Asha", [Rated("observer", 0.0), Rated("observer", 1.0), Rated("dcc", 0.5)]), ("Bela", [Rated("dcc", 1.0)])],
        LOOK,
        width=334,
    )
    assert [float(one.get("cx", "")) for one in found(svg, "circle")] == [124.0, 324.0, 224.0, 324.0]
    assert texts(svg).count("not known") == 1


@pytest.mark.parametrize("name", ALL)
def test_every_picture_is_valid_has_a_title_and_is_the_same_again(name: str) -> None:
    svg = ALL[name](LOOK)
    root = parse(svg)
    assert root.get("role") in ("img", "group")
    assert root.findtext(SVG + "title")
    assert root.findtext(SVG + "desc")
    assert svg == ALL[name](LOOK)
    assert "style=" not in svg  # the page's security policy forbids style attributes
    assert "<script" not in svg


@pytest.mark.parametrize("name", ALL)
def test_every_class_of_a_picture_is_known_to_the_page_and_to_print(name: str) -> None:
    used = set(" ".join(one.get("class", "") for one in parse(ALL[name](LOOK)).iter()).split()) - {"pic"}
    page, print_ = (set(re.findall(r"\.([a-z]\w*)", text)) for text in (STYLE_SHEET.read_text(), PRINT_STYLE))
    assert used <= page
    assert used <= print_ | {"sh", "do"}


@pytest.mark.parametrize("name", ALL)
def test_the_hindi_picture_has_hindi_words_and_the_digits_asked_for(name: str) -> None:
    svg = ALL[name](Look(language="hi", digits="devanagari"))
    said = " ".join([*texts(svg), parse(svg).findtext(SVG + "title") or ""])
    assert re.search("[\u0904-\u0939]", said)
    assert not re.search("[0-9]", " ".join(texts(svg)).replace("2017", ""))


@pytest.mark.parametrize("name", ALL)
def test_a_printed_picture_carries_its_own_colours(name: str) -> None:
    assert PRINT_STYLE in ALL[name](Look(theme="print")).replace("&#x27;", "'")
    assert "<style" not in ALL[name](LOOK)


@given(st.text(max_size=30))
def test_no_name_breaks_out_of_its_text(name: str) -> None:
    name = "".join(char for char in name if char.isprintable())
    svg = margin_axis([Standing(f"<script>&{name}", 1.0, 0.0, 2.0)], LOOK)
    assert any(text == f"<script>&{name}" for text in texts(svg))


def test_both_languages_have_the_same_blanks() -> None:
    for english, hindi in WORDS.values():
        assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", hindi))
