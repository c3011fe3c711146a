"""On a made-up state, where it is known which place each booth is, the lineage finds the places again."""

from __future__ import annotations

import pandas as pd
import pytest

from khaka.data.lineage import build_lineage
from khaka.data.simulate import simulate

EARLIER, LATER = "S24-2017-AE", "S24-2022-AE"
KEY = ["election_id", "seat_id", "booth_no"]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Booths of a made-up state and the place of each: lists renumbered, blocks moved, names respelt, booths split."""
    out = tmp_path_factory.mktemp("lineage") / "state"
    simulate(out, seed=11, seats=5, booths_per_seat=80, elections=3, events=100)
    return pd.read_parquet(out / "tables" / "booths.parquet"), pd.read_parquet(out / "truth" / "places.parquet")


def judged(lineage: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Links with the true place of both sides."""
    for side in ("from", "to"):
        names = [f"{side}_election", f"{side}_seat_id", f"{side}_booth_no"]
        lineage = lineage.merge(truth.rename(columns={**dict(zip(KEY, names, strict=True)), "place": f"{side}_place"}))
    return lineage


@pytest.mark.parametrize(
    ("hidden", "right", "found"),
    [
        ([], 0.97, 0.97),
        (["lat", "lon"], 0.96, 0.95),
        (["lat", "lon", "polling_centre", "village"], 0.92, 0.92),
        (["lat", "lon", "polling_centre", "village", "electors"], 0.92, 0.92),
    ],
    ids=["all clues", "no coordinates", "station and electors", "station alone"],
)
def test_the_places_are_found_again(
    state: tuple[pd.DataFrame, pd.DataFrame], hidden: list[str], right: float, found: float
) -> None:
    booths, truth = state
    sides = [booths[booths["election_id"] == election].drop(columns=hidden) for election in (EARLIER, LATER)]
    links = judged(build_lineage(*sides), truth)
    agree = links["from_place"] == links["to_place"]
    assert agree.mean() >= right
    later = links[agree].drop_duplicates(["to_seat_id", "to_booth_no"])
    assert len(later) >= found * len(sides[1])
    assert agree[links["confidence"] >= 0.95].mean() > 0.985


def test_a_split_place_is_seen_as_split(state: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    booths, truth = state
    sides = [booths[booths["election_id"] == election] for election in (EARLIER, LATER)]
    links = judged(build_lineage(*sides), truth)
    parts = (
        truth.groupby(["election_id", "place"]).size().reset_index(name="n").pivot_table("n", "place", "election_id")
    )
    cut = parts.index[(parts[EARLIER] == 1) & (parts[LATER] == 2)]
    assert len(cut) > 50
    assert (links[links["to_place"].isin(cut)]["kind"] == "split").mean() > 0.9
    kept = parts.index[(parts[EARLIER] == 1) & (parts[LATER] == 1)]
    assert (links[links["to_place"].isin(kept)]["kind"] == "one").mean() > 0.9
