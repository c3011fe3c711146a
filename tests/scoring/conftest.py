"""A small made-up prediction: two seats, five aspirants, every number written out or drawn from a seed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from khaka.data.durable import write_parquet
from khaka.data.workspace import init_workspace
from khaka.features.registry import FeatureInfo
from khaka.scoring.batch import write_scores
from khaka.training.prediction import Prediction

ELECTION = "S24-2027-AE"
INFOS = {
    info.name: info
    for info in (
        FeatureInfo("seat_baseline", "points", "nominees", "seat_history", "the seat without the person", ""),
        FeatureInfo("age_at_poll", "years", "aspirants", "person", "age on the poll date", ""),
        FeatureInfo("lives_in_seat", "flag 0/1", "aspirants", "person", "the residence is in the seat", ""),
        FeatureInfo("education_level", "level 0-9", "aspirants", "person", "education", ""),
        FeatureInfo("log_assets", "log10 rupees", "aspirants", "person", "declared assets", ""),
        FeatureInfo("community_share", "share 0-1", "demographics", "fit", "share of the declared community", ""),
        FeatureInfo("presence_booths", "share 0-1", "activity", "presence", "booths reached", ""),
        FeatureInfo("rating_observer", "score 0-1", "ratings", "ratings", "observer's rating", ""),
        FeatureInfo("something_new", "points", "elsewhere", "presence", "has no template of its own", ""),
    )
}


def build_prediction(sizes: tuple[int, ...] = (3, 2), *, seed: int = 1, draws: int = 500, **changes: Any) -> Prediction:
    """Return a prediction for `sizes` aspirants a seat; what `changes` doesn't give comes from the seed."""
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    seats = np.repeat(np.arange(len(sizes)), sizes)
    people = pd.DataFrame(
        {
            "election_id": ELECTION,
            "seat_id": [f"S24-2008-{100 + seat}" for seat in seats],
            "aspirant_id": [f"a{number:04d}" for number in range(n)],
            "name": [f"Name {number}" for number in range(n)],
            "birth_date": pd.Timestamp("1980-05-01"),
            "elector_state": "S24",
            "category": "GEN",
            "certificate_state": None,
            "second_seat_id": None,
        }
    )
    values = pd.DataFrame(
        {
            "seat_baseline": rng.normal(-5, 10, len(sizes))[seats],
            "age_at_poll": rng.integers(26, 80, n).astype(float),
            "lives_in_seat": rng.integers(0, 2, n).astype(float),
            "education_level": rng.integers(0, 10, n).astype(float),
            "log_assets": rng.normal(6.5, 1, n),
            "community_share": rng.uniform(0, 0.4, n),
            "presence_booths": rng.uniform(0, 1, n),
            "rating_observer": rng.uniform(0, 1, n),
            "something_new": rng.normal(0, 2, n),
        }
    )
    values = values.mask(rng.uniform(size=values.shape) < 0.1)
    contributions = pd.DataFrame(rng.normal(0, 1, values.shape), columns=values.columns)
    contributions.insert(0, "(base)", -3.0)
    given: dict[str, Any] = {
        "people": people,
        "values": values,
        "contributions": contributions,
        "expected_margin": contributions.to_numpy().sum(axis=1),
        "swing_draws": rng.normal(0, 6, (len(sizes), draws))[seats],
        "seat_draws": rng.normal(0, 5, (len(sizes), draws))[seats],
        "person_draws": rng.normal(0, 1, (n, draws)) * rng.uniform(0.5, 4, (n, 1)),
        "support": np.array(rng.choice(["in", "edge", "outside"], n, p=[0.7, 0.2, 0.1])),
        "verified_share": np.where(rng.uniform(size=n) < 0.3, np.nan, rng.uniform(size=n)),
        "infos": INFOS,
        "given": frozenset({"rating_observer"}),
        "model_version": "runs:/0123456789abcdef",
        "data_hash": "d" * 64,
        "as_of": dt.date(2026, 12, 1),
    }
    return Prediction(**{**given, **changes})


@pytest.fixture(scope="session")
def make_prediction() -> Callable[..., Prediction]:
    """Return `build_prediction`."""
    return build_prediction


STATE_SIZES = (4, 2)


def blueprint_tables() -> dict[str, pd.DataFrame]:
    """Two seats of three booths each: two past assembly polls and one Lok Sabha poll, written out by hand.

    In seat 100 INC has 300 of 1,000 votes in 2017, 350 in 2019 and 200 in 2022 (booths 1, 2, 3: 20, 80, 100 of 300, 300
    and 400); BJP is first throughout. Today's booths 1, 2, 3 of seat 100 are those of 2022 with other numbers: 3, 2, 1.
    """
    seats = ["S24-2008-100", "S24-2008-101"]
    polls = [
        ("S24-2017-AE", "AE", "2017-03-08", "2017-03-11"),
        ("S24-2019-LS", "LS", "2019-05-19", "2019-05-23"),
        ("S24-2022-AE", "AE", "2022-03-07", "2022-03-10"),
        (ELECTION, "AE", "2027-02-20", "2027-03-10"),
    ]
    votes = {"S24-2017-AE": 300, "S24-2019-LS": 350, "S24-2022-AE": 200}
    past = [(election, seat) for election in votes for seat in seats]
    nominees = pd.DataFrame(
        [
            {"election_id": election, "seat_id": seat, "nominee_id": f"n{number}-{party}", "name": f"{party} person",
             "party": party, "votes": count}
            for number, (election, seat) in enumerate(past)
            for party, count in (("INC", votes[election]), ("BJP", 550), ("SP", 450 - votes[election]))
        ]
    )  # fmt: skip
    rivals = pd.DataFrame({"election_id": ELECTION, "seat_id": [seats[0]], "nominee_id": ["r1"], "name": ["R"],
                           "party": ["BJP"]})  # fmt: skip
    own = [20, 80, 100]
    booth_votes = pd.DataFrame(
        [
            {"election_id": "S24-2022-AE", "seat_id": seats[0], "booth_no": str(booth), "party": party, "votes": count}
            for booth in (1, 2, 3)
            for party, count in (("INC", own[booth - 1]), ("BJP", (300, 300, 400)[booth - 1] - own[booth - 1]))
        ]
    )
    booths = pd.DataFrame(
        [
            {"election_id": election, "seat_id": seats[0], "booth_no": str(booth), "station_name": f"School {name}",
             "lat": 26.8 + 0.02 * name if name != 3 else np.nan, "lon": 80.9 if name != 3 else np.nan, "electors": 500,
             "votes_polled": 350 if election != ELECTION else None, "roll_version": election[4:8]}
            for election, order in (("S24-2022-AE", (1, 2, 3)), (ELECTION, (3, 2, 1)))
            for booth, name in zip((1, 2, 3), order, strict=True)
        ]
    )  # fmt: skip
    aspirants = pd.DataFrame(
        {
            "election_id": ELECTION, "seat_id": [seats[0]] * 4 + [seats[1]] * 2,
            "aspirant_id": [f"a{number:04d}" for number in range(6)],
            "name": ["Asha Devi", "Ram Lal", "Vijay Verma", "=cmd|x", "Salma Khan", "O'Brien \"Bob\""],
            "name_hi": ["आशा देवी", "राम लाल", "विजय वर्मा", None, "सलमा ख़ान", None],
            "sex": ["F", "M", "M", "M", "F", "M"], "birth_date": pd.Timestamp("1980-05-01"),
            "category": ["SC", "GEN", None, "OBC", "GEN", "GEN"], "elector_state": "S24",
            "community": ["Alpha", None, None, None, "Beta", None], "education": "graduate",
            "residence_seat_id": [seats[0], seats[1], None, seats[0], seats[1], seats[1]],
            "criminal_cases": [0, 2, None, 0, 0, 1], "serious_cases": [0, 1, None, 0, 0, 0],
            "assets_inr": [1.0e6, 2.5e7, None, 1e5, 4e4, 1e9], "party_since": pd.Timestamp("2015-01-01"),
        }
    )  # fmt: skip
    ratings = pd.DataFrame(
        [
            {"election_id": ELECTION, "seat_id": seats[0], "aspirant_id": who, "rater_role": "observer",
             "rater_id": rater, "rated_at": pd.Timestamp("2026-11-20", tz="UTC"), "rating": value, "scale_min": 0.0,
             "scale_max": 10.0, "rebel_risk": "low"}
            for rater, shift in (("r1", 0), ("r2", 2))
            for who, value in (("a0000", 6.0 + shift), ("a0001", 4.0 + shift))
        ]
    )  # fmt: skip
    near = pd.Timestamp("2026-11-02 05:00", tz="UTC")
    activity = pd.DataFrame(
        [
            {"event_id": f"e{number}", "aspirant_id": who, "seat_id": seats[0], "booth_no": booth,
             "kind": "booth_visit", "started_at": near + pd.Timedelta(days=number),
             "received_at": near + pd.Timedelta(days=number, minutes=20),
             "lat": lat, "lon": 80.900123, "accuracy_m": 10.0, "mock_location": mock, "device_id": f"d-{who}",
             "attendance": 5, "photo_hash": f"p{number}"}
            for number, (who, booth, lat, mock) in enumerate(
                [("a0000", "3", 26.820123, False), ("a0000", "2", 26.840123, False), ("a0001", "2", 26.840321, True)])
        ]
    )  # fmt: skip
    demographics = pd.DataFrame(
        [
            {"level": "seat", "unit_id": seats[0], "measure": "community:Alpha", "year": 2011, "source": "sample",
             "value": 0.3, "standard_error": 0.02, "kind": "estimate", "population": 1000.0},
            {"level": "seat", "unit_id": seats[0], "measure": "community:Tiny", "year": 2011, "source": "sample",
             "value": 0.005, "standard_error": 0.001, "kind": "estimate", "population": 1000.0},
            {"level": "district", "unit_id": "S24:UNNAO", "measure": "community:Beta", "year": 2011, "source": "sample",
             "value": 0.2, "standard_error": 0.05, "kind": "estimate", "population": 9000.0},
            {"level": "seat", "unit_id": seats[0], "measure": "sc_share", "year": 2011, "source": "Census",
             "value": 0.21, "standard_error": None, "kind": "official", "population": 1000.0},
        ]
    )  # fmt: skip
    return {
        "elections": pd.DataFrame(polls, columns=["election_id", "kind", "poll_date", "result_date"]).assign(
            state="S24", poll_date=lambda rows: pd.to_datetime(rows["poll_date"]),
            result_date=lambda rows: pd.to_datetime(rows["result_date"])),
        "seats": pd.DataFrame({"seat_id": seats, "state": "S24", "seat_no": [100, 101],
                               "seat_name": ["Rampur", "Sitapur"], "seat_name_hi": ["रामपुर", None],
                               "district": "UNNAO", "region": "Awadh", "delimitation": "2008"}),
        "seat_elections": pd.DataFrame(
            [{"election_id": election, "seat_id": seat, "reservation": "GEN", "electors": 2000, "votes_polled": 1000.0,
              "roll_version": election[4:8]} for election, seat in past]
            + [{"election_id": ELECTION, "seat_id": seat, "reservation": "GEN", "electors": 1500,
                "poll_date": pd.Timestamp("2027-02-20"), "scrutiny_date": pd.Timestamp("2027-01-25"),
                "withdrawal_date": pd.Timestamp("2027-01-27"), "roll_version": "2027"} for seat in seats]),
        "nominees": pd.concat([nominees, rivals], ignore_index=True), "booths": booths, "booth_votes": booth_votes,
        "aspirants": aspirants, "ratings": ratings, "activity": activity, "demographics": demographics,
        "stage_names": pd.DataFrame({"election_id": ELECTION, "seat_id": seats[0], "stage": "dcc",
                                     "recorded_at": pd.Timestamp("2026-11-25", tz="UTC"), "position": [1, 2],
                                     "aspirant_id": ["a0001", "a0000"], "dissent": [None, "one member"]}),
    }  # fmt: skip


def build_blueprint_workspace(root: Path) -> Path:
    """Write the tables, a lineage that turns the booths' numbers round, and scores of a made-up prediction."""
    workspace = init_workspace(root, state="S24", party="INC")
    for name, frame in blueprint_tables().items():
        workspace.store.write(name, frame)
    turned = pd.DataFrame(
        {"from_election": "S24-2022-AE", "from_seat_id": "S24-2008-100", "from_booth_no": ["1", "2", "3"],
         "to_election": ELECTION, "to_seat_id": "S24-2008-100", "to_booth_no": ["3", "2", "1"], "weight_from": 1.0,
         "weight_to": 1.0, "confidence": 0.9, "kind": "one"}
    )  # fmt: skip
    write_parquet(root / "lineage.parquet", pa.Table.from_pandas(turned, preserve_index=False))
    prediction = build_prediction(STATE_SIZES, seed=3, draws=200)
    elections = workspace.store.read("seat_elections")
    out = workspace.results(ELECTION, prediction.as_of.isoformat())
    write_scores(prediction, elections[elections["election_id"] == ELECTION], out, inputs={}, seeds={"draws": 3})
    return root


@pytest.fixture(scope="session")
def blueprint_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two scored seats, not to be written to."""
    return build_blueprint_workspace(tmp_path_factory.mktemp("blueprint") / "ws")
