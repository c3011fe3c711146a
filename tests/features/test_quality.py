"""The latent quality: loadings from agreement, its parts, trust that is lost and kept."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaka.features.agreement import Agreement, loadings, weigh
from khaka.features.cutoff import KnownTables
from khaka.features.quality import FEATURES, PARTS, PRIOR, SIGNALS, Guess, features, guess
from khaka.features.signals import FACTS, JUDGED, Cycle, freed, within_seat
from khaka.features.source import FrameSource

SEATS = 150


def cycle(
    number: int, *, bought: tuple[str, ...] = (), liked: tuple[str, ...] = (), seed: int = 1
) -> tuple[Cycle, pd.Series]:
    """Six aspirants a seat; honest roles see quality, bought ones money, others half of each."""
    rng = np.random.default_rng([seed, number])
    n = 6 * SEATS
    quality, money = rng.standard_normal(n), rng.standard_normal(n)
    ids = [f"c{number}-{i}" for i in range(n)]
    seats = pd.Series([f"s{i // 6}" for i in range(n)], index=ids)
    raw = pd.DataFrame(rng.standard_normal((n, len(FACTS))), index=ids, columns=list(FACTS))
    raw["assets"] = money + 0.5 * rng.standard_normal(n)
    for role in JUDGED:
        seen = money if role in bought else 0.4 * quality + 1.2 * money if role in liked else quality
        raw[role] = seen + 1.2 * rng.standard_normal(n)
    raw["presence"] = 0.4 * quality + 0.9 * rng.standard_normal(n)
    people = pd.DataFrame({"seat_id": seats, "person_id": [f"p{number}-{i}" for i in range(n)]}, index=ids)
    noise = pd.DataFrame(0.0, index=pd.Index(ids), columns=list(JUDGED))
    return Cycle(f"S24-{2000 + 5 * number}-AE", people, within_seat(raw, seats), noise), pd.Series(quality, index=ids)


def within(found: Guess, quality: pd.Series) -> float:
    seats = [name for i in range(SEATS) for name in [f"s{i}"] * 6]
    inner = quality - quality.groupby(seats).transform("mean")
    return float(np.corrcoef(found.parts.sum(axis=1), inner)[0, 1])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.2, 0.9), min_size=3, max_size=6))
def test_loadings_come_back_from_the_correlations_that_they_make(true: list[float]) -> None:
    size = len(true)
    counts = np.full((size, size), 1e8)
    found = loadings(np.outer(true, true), counts, np.full(size, 0.5))
    assert found == pytest.approx(true, abs=5e-3)


def test_without_data_the_loadings_are_the_prior() -> None:
    prior = np.array([0.6, 0.3])
    assert loadings(np.zeros((2, 2)), np.zeros((2, 2)), prior).tolist() == [0.6, 0.3]


def test_honest_roles_are_trusted_and_the_guess_follows_quality() -> None:
    history = [cycle(number) for number in (1, 2)]
    found = guess([one for one, _ in history])
    assert min(found.trust.values()) > 0.8
    assert within(found, history[-1][1]) > 0.8


def test_a_role_that_begins_to_follow_money_is_trusted_no_more() -> None:
    past, _ = cycle(1)
    now, quality = cycle(2, bought=("observer",))
    found = guess([past, now])
    assert found.trust["observer"] < 0.1
    assert found.trust["survey"] > 0.6
    assert found.parts["observer"].abs().max() < 0.1
    assert within(found, quality) > 0.75


def test_two_committees_that_like_the_same_names_do_not_drown_an_observer() -> None:
    one, quality = cycle(1, liked=("dcc", "pcc"))
    alone = Cycle(one.election_id, one.people, one.signals.assign(survey=np.nan, poll=np.nan), one.extra_noise)
    found = guess([alone])
    assert found.loading["observer"] > 0.5 > found.loading["dcc"]
    observer = alone.signals["observer"]
    seats = one.people["seat_id"].to_numpy()
    inner = quality - quality.groupby(seats).transform("mean")
    assert within(found, quality) > 0.98 * float(np.corrcoef(observer, inner)[0, 1])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.05, 0.9), min_size=1, max_size=6), st.floats(0.0, 0.95), st.floats(0.0, 1.0))
def test_no_weight_is_negative_and_too_much_is_never_explained(load: list[float], shared: float, extra: float) -> None:
    loading = np.array(load)
    matrix = np.full((len(load), len(load)), shared)
    np.fill_diagonal(matrix, 1.0)
    weights = weigh(loading, matrix, np.full(len(load), extra))
    assert (weights >= 0).all()
    assert weights @ loading <= 0.9 + 1e-9


def test_what_a_judgement_owes_to_the_communitys_share_is_taken_out() -> None:
    rng = np.random.default_rng(4)
    seats = pd.Series([i // 6 for i in range(900)])
    share = pd.Series(rng.uniform(0, 0.5, 900))
    noise = pd.Series(rng.standard_normal(900))
    values = pd.DataFrame({"follows": 8 * share + noise, "honest": noise, "blank": np.nan})
    out = freed(values, share.where(np.arange(900) % 7 > 0), seats)
    inner = share - share.groupby(seats).transform("mean")
    assert abs(np.corrcoef(values["follows"], inner)[0, 1]) > 0.5
    assert abs(np.corrcoef(out["follows"], inner)[0, 1]) < 0.2
    assert np.corrcoef(out["honest"], values["honest"])[0, 1] > 0.99
    assert out["blank"].isna().all()
    assert freed(values.head(20), share.head(20), seats.head(20)).equals(values.head(20))


def test_where_all_roles_turned_verified_work_carries_more() -> None:
    past, _ = cycle(1)
    now, quality = cycle(2, bought=JUDGED)
    honest = guess([past, cycle(2)[0]])
    found = guess([past, now])
    assert max(found.trust.values()) < 0.1
    assert found.parts["presence"].std() > 1.5 * honest.parts["presence"].std()
    assert within(found, quality) > 0.25


def test_a_person_known_from_an_earlier_cycle_brings_that_guess_along() -> None:
    past, now = cycle(1)[0], cycle(2)[0]
    same = now.people.assign(person_id=past.people["person_id"].to_numpy())
    again = Cycle(now.election_id, same, now.signals * np.nan, now.extra_noise)
    found = guess([past, again])
    before = guess([past]).parts.sum(axis=1).to_numpy()
    assert np.corrcoef(found.parts["before"], before)[0, 1] == pytest.approx(1.0)
    assert found.parts[["observer", "presence"]].isna().all(axis=None)


def test_the_parts_of_two_signals_are_those_of_the_formula() -> None:
    # loadings stay near the prior with two aspirants: precision l^2 / (1 - l^2), summed with the prior's 1
    people = pd.DataFrame({"seat_id": ["s", "s"], "person_id": ["p", "q"]}, index=["a", "b"])
    signals = pd.DataFrame(np.nan, index=people.index, columns=[*JUDGED, "presence", *FACTS])
    signals["observer"] = [1.0, -1.0]
    noise = pd.DataFrame(0.0, index=people.index, columns=list(JUDGED))
    parts = guess([Cycle("S24-2017-AE", people, signals, noise)]).parts
    load = PRIOR["observer"]
    assert parts.loc["a", "observer"] == pytest.approx(load / (1 - load**2) / (1 + load**2 / (1 - load**2)))
    assert parts["survey"].isna().all()


def test_fewer_raters_than_usual_say_less() -> None:
    one, _ = cycle(1)
    noise = one.extra_noise.copy()
    noise.loc[noise.index[0], "observer"] = 0.5
    few = guess([Cycle(one.election_id, one.people, one.signals, noise)]).parts["observer"]
    usual = guess([one]).parts["observer"]
    assert abs(few.iloc[0]) < abs(usual.iloc[0])
    assert few.iloc[1:].equals(usual.iloc[1:])


def test_agreement_is_a_correlation_over_the_rows_where_both_are_known() -> None:
    table = pd.DataFrame({"x": [1.0, -1.0, np.nan], "y": [2.0, -2.0, 5.0]})
    found = Agreement.of(table)
    assert found.correlation[0, 1] == pytest.approx(1.0)
    assert found.counts[0, 1] == 2


def test_scales_of_the_raters_do_not_matter() -> None:
    def parts(scale: float) -> pd.DataFrame:
        who, election = ["a", "b", "c", "d"], "S24-2017-AE"
        seat = ["S24-2008-1", "S24-2008-1", "S24-2008-2", "S24-2008-2"]
        ratings = pd.DataFrame({
            "election_id": election, "seat_id": seat, "aspirant_id": who, "rater_role": "observer", "rater_id": "r",
            "rated_at": pd.to_datetime(["2016-12-01T00:00Z"] * 4, utc=True),
            "rating": scale * np.array([0.2, 0.8, 0.4, 0.6]), "scale_min": 0.0, "scale_max": scale,
        })  # fmt: skip
        tables = {
            "elections": pd.DataFrame({"election_id": [election], "result_date": pd.to_datetime(["2017-03-11"])}),
            "aspirants": pd.DataFrame({"election_id": election, "seat_id": seat, "aspirant_id": who}),
            "ratings": ratings,
        }
        known = KnownTables(FrameSource(tables), as_of=dt.date(2017, 1, 1), election_id=election)
        return features(known, pd.DataFrame({"aspirant_id": ["d", "a", None]}))

    five, hundred = parts(5.0), parts(100.0)
    assert list(five.columns) == list(FEATURES)
    pd.testing.assert_frame_equal(five, hundred)
    assert five["quality_observer"].iloc[0] > 0 > five["quality_observer"].iloc[1]
    assert five.iloc[2].isna().all()
    assert tuple(f"quality_{name}" for name in SIGNALS) == PARTS
