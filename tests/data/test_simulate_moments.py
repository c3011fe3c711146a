"""Moments of results: three numbers by hand, and made-up states beside twelve real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from khaka.data.simulate import simulate
from khaka.data.simulate.moments import moments


def nominees(shares: dict[str, list[list[float]]]) -> pd.DataFrame:
    """Return nominees of seats 1.. with the given shares of party X in each election; the rest is Y's."""
    rows = [
        (f"S24-{year}-AE", f"S24-2008-{seat + 1}", party, 10 * votes)
        for year, seats in shares.items()
        for seat, values in enumerate(seats)
        for party, votes in zip("XY", values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["election_id", "seat_id", "party", "votes"])


def test_two_elections_by_hand() -> None:
    # X takes 40, 50 in turns, then 10 more everywhere
    first = [[40.0, 60.0], [50.0, 50.0]] * 5
    then = [[50.0, 50.0], [60.0, 40.0]] * 5
    found = moments({"nominees": nominees({"2017": first, "2022": then})})
    assert found["swing_rms"] == pytest.approx(10.0)
    assert found["residual_sd"] == pytest.approx(0.0)
    assert found["persistence"] == pytest.approx(1.0)
    assert found["seat_sd"] == pytest.approx(np.std([40, 50] * 5, ddof=1))
    # 1 / (0.4^2 + 0.6^2) and 1 / (2 * 0.5^2), each in half of the seats of both
    assert found["parties"] == pytest.approx((1 / 0.52 + 1 / 0.5) / 2)
    assert np.isnan(found["booth_by_name"])


def measured(folder: Path) -> pd.DataFrame:
    rows = []
    for path in sorted((folder / "results").glob("*_AE.csv.gz")):
        raw = pd.read_csv(path, usecols=["Year", "DelimID", "Poll_No", "Party", "Votes", "Constituency_No"])
        raw = raw[(raw["DelimID"] == 4) & (raw["Poll_No"] == 0) & (raw["Party"] != "NOTA")]
        frame = pd.DataFrame({
            "election_id": "S00-" + raw["Year"].astype(int).astype(str) + "-AE",
            "seat_id": raw["Constituency_No"].astype(str), "party": raw["Party"], "votes": raw["Votes"],
        })  # fmt: skip
        if frame["election_id"].nunique() > 1:
            rows.append(moments({"nominees": frame}))
    return pd.DataFrame(rows)


@pytest.mark.real
def test_made_up_states_move_about_as_real_ones_do(real_data: Path, tmp_path: Path) -> None:
    real = measured(real_data)
    made = []
    for seed in range(3):
        simulate(tmp_path / str(seed), seats=60, booths_per_seat=30, seed=seed, events=800)
        tables = ("nominees", "seats", "booths", "booth_votes")
        folder = tmp_path / str(seed) / "tables"
        made.append(moments({name: pd.read_parquet(folder / f"{name}.parquet") for name in tables}))
    mean = pd.DataFrame(made).mean()
    # within the range of the twelve states, a little calmer seat by seat: real contests also change by merger and split
    for name in ("swing_rms", "residual_sd", "seat_sd", "parties"):
        assert real[name].min() <= mean[name] <= real[name].max(), name
    assert mean["persistence"] == pytest.approx(real["persistence"].mean(), abs=0.25)
    # Uttar Pradesh 2014 to 2017: 0.75 to 0.84 by exact name, 0.18 by number (method notes)
    assert mean["booth_by_number"] < 0.35
    assert 0.6 < mean["booth_by_name"] < 0.9
