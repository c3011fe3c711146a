"""An honest log of a made-up seat, inflated tenfold as a stranger would: no feature of presence moves by 5%.

Copies are said to arrive after what they were copied from: the moment of arrival is the server's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from khaka.data.ingest import ingest
from khaka.data.simulate import simulate
from khaka.data.store import TableStore
from khaka.features.booth_list import booth_list
from khaka.features.cutoff import KnownTables, end_of_day
from khaka.features.presence import presence_table
from khaka.features.source import FrameSource

ELECTION, DAY = "S24-2027-AE", dt.date(2027, 1, 10)
LEAST = 0.02
"""Smaller features are compared with this: one booth of fifty."""

Way = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]


def _known(frames: dict[str, pd.DataFrame]) -> KnownTables:
    return KnownTables(FrameSource(frames), as_of=DAY, election_id=ELECTION)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("inflated")
    simulate(folder / "s", seats=4, booths_per_seat=60, elections=3, events=3000, seed=5)
    (folder / "ws").mkdir()
    store = TableStore(folder / "ws" / "tables")
    ingest([folder / "s" / "tables"], workspace_root=folder / "ws", store=store)
    tables = {name: store.read(name) for name in ("elections", "aspirants", "booths", "booth_votes", "activity")}
    log = tables["activity"]
    return tables | {"activity": log[log["received_at"] < end_of_day(DAY)].reset_index(drop=True)}


def shifted(rows: pd.DataFrame, minutes: np.ndarray) -> pd.DataFrame:
    lag = rows["received_at"] - rows["started_at"]
    started = rows["started_at"] + pd.to_timedelta(minutes, unit="min")
    started = started.where(started + lag < end_of_day(DAY), rows["started_at"])
    return rows.assign(started_at=started, received_at=np.maximum(started + lag, rows["received_at"]), photo_hash=None)


def days_later(rows: pd.DataFrame, _: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return shifted(rows, rng.integers(-40 * 1440, 40 * 1440, len(rows)))


def minutes_later(rows: pd.DataFrame, _: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return shifted(rows, rng.integers(-180, 180, len(rows)))


def other_booths(rows: pd.DataFrame, booths: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    named = booths["booth_no"].to_numpy()[rng.integers(0, len(booths), len(rows))]
    return days_later(rows, booths, rng).assign(booth_no=named)


def random_points(rows: pd.DataFrame, booths: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    place = {end: rng.uniform(booths[end].min(), booths[end].max(), len(rows)) for end in ("lat", "lon")}
    return other_booths(rows, booths, rng).assign(**place)


def many_phones(rows: pd.DataFrame, booths: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    phones = [f"phone-{number}" for number in rng.integers(0, 50, len(rows))]
    return random_points(rows, booths, rng).assign(device_id=phones)


def no_booth(rows: pd.DataFrame, booths: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return random_points(rows, booths, rng).assign(booth_no="")


@pytest.mark.parametrize("way", [minutes_later, days_later, other_booths, random_points, many_phones, no_booth])
def test_an_honest_log_of_a_made_up_seat_inflated_tenfold_gains_and_loses_nothing(
    frames: dict[str, pd.DataFrame], way: Way
) -> None:
    before, log = presence_table(_known(frames)), frames["activity"]
    sizes = log.groupby("aspirant_id").size()
    honest = before.index[(before["verified_share"] > 0.9) & (before["presence_booths"] > 0.1)]
    who = [name for name in honest if sizes.get(name, 0) >= 15][:2]
    assert who
    booths, rng, more = booth_list(_known(frames), ""), np.random.default_rng(3), [log]
    for name in who:
        own = pd.concat([log[log["aspirant_id"] == name]] * 9, ignore_index=True)
        fakes = way(own, booths[booths["seat_id"] == own["seat_id"].iloc[0]], rng)
        more.append(fakes.assign(event_id=[f"more-{name}-{number}" for number in range(len(fakes))]))
    after = presence_table(_known(frames | {"activity": pd.concat(more, ignore_index=True)}))
    # claims that fail show in the verified share, and nowhere else
    names = before.columns.drop(["presence_within", "verified_share"])
    change = (after[names] - before[names]) / before[names].abs().clip(lower=LEAST)
    assert change.loc[who].abs().max().max() < 0.05
    assert change.drop(index=who).abs().max().max() == pytest.approx(0, abs=1e-9)
