"""The demo does the whole job, says where each result lies, and gives the same bytes a second time."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from khaka.app.cli import main
from khaka.app.demo import rivals_of_last_time

pytestmark = pytest.mark.slow
SCORES = [
    "election_id", "seat_id", "aspirant_id", "rank", "expected_margin", "margin_low", "margin_high",
    "margin_low_given_swing", "margin_high_given_swing", "win_probability", "probability_best", "tie_group", "eligible",
    "ineligible_reason", "support", "verified_share", "model_version", "data_hash", "as_of",
]  # fmt: skip


def said(*arguments: str) -> dict[str, Any]:
    """Run a command and return what it prints as JSON."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main([*arguments, "--json"]) == 0
    found = json.loads(out.getvalue())
    assert isinstance(found, dict)
    return found


def demo(folder: Path) -> dict[str, Any]:
    return said("demo", "--seats", "12", "--seed", "5", "--workspace", str(folder))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Where the results of one demo lie; its tables and scores are not to be changed."""
    return demo(tmp_path_factory.mktemp("demo") / "one")


def test_the_demo_does_the_whole_job_twice_with_the_same_bytes(one: dict[str, Any], tmp_path: Path) -> None:
    where = one
    for name, place in where.items():
        assert place.startswith(("mlflow ui", "khaka review --workspace")) or Path(place).exists(), name

    results = Path(where["ranked seats"]).parent
    scores = pd.read_parquet(results / "scores.parquet")
    assert list(scores.columns) == SCORES
    ranked = scores[scores["rank"].notna()]
    assert (ranked["eligible"] == "yes").all()
    assert np.allclose(ranked.groupby("seat_id")["probability_best"].sum(), 1.0)
    explanations = pd.read_parquet(results / "explanations.parquet")
    sums = explanations.groupby(["seat_id", "aspirant_id"])["contribution"].sum()
    expected = scores.set_index(["seat_id", "aspirant_id"])["expected_margin"]
    assert np.allclose(sums.reindex(expected.index), expected, atol=1e-6)

    again = Path(demo(tmp_path / "two")["ranked seats"]).parent
    names = ("scores", "explanations", "panel", "forecast", "slate")
    for name in ["scores.csv", *(f"{name}.parquet" for name in names)]:
        assert (results / name).read_bytes() == (again / name).read_bytes(), name
    for path in sorted((results / "dossier").rglob("*.pdf")):
        assert path.read_bytes() == (again / path.relative_to(results)).read_bytes(), path.name


def slate(one: dict[str, Any], folder: Path, rules: str, *arguments: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Choose a slate of the demo's state under rules, from the model's own draws and shares."""
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    results = Path(one["ranked seats"]).parent
    report = said("slate", "--election", results.parent.name, "--workspace", str(results.parents[2]), "--out",
                  str(folder / "slate.parquet"), "--rules", str(folder / "rules.toml"), *arguments)  # fmt: skip
    return report, pd.read_parquet(folder / "slate.parquet")


def test_a_majority_is_aimed_at_with_the_models_own_draws(one: dict[str, Any], tmp_path: Path) -> None:
    report, table = slate(one, tmp_path, 'aim = "majority"\nmajority = 6\n')
    found = report["majority"]
    assert found["needed"] == 6
    assert 0.0 <= found["chance_of_most_seats"] <= found["chance"] <= 1.0  # the aim reaches what it aims at
    assert table["aspirant_id"].notna().all()
    certain, _ = slate(one, tmp_path, 'aim = "majority"\nmajority = 1\n')
    unlikely, _ = slate(one, tmp_path, 'aim = "majority"\nmajority = 12\n')
    assert certain["majority"]["chance"] > found["chance"] > unlikely["majority"]["chance"]


@pytest.mark.parametrize("aim", ["deposits_saved", "second_places", "share_gained"])
def test_aims_of_a_party_far_behind_rest_on_the_models_shares(one: dict[str, Any], tmp_path: Path, aim: str) -> None:
    report, table = slate(one, tmp_path, f'aim = "{aim}"\n')
    plain, other = slate(one, tmp_path, 'aim = "expected_seats"\n')
    assert report["aim"] == aim
    assert len(table) == len(other) == 12
    assert report["expected_seats"] <= plain["expected_seats"] + 1e-6  # no slate has more than the one that aims at it
    value = report["aim_value"]
    assert -100.0 * 12 <= value <= 100.0 * 12 if aim == "share_gained" else 0.0 <= value <= 12.0


def test_seats_are_ranked_to_ask_an_ally_for_and_to_give(one: dict[str, Any], tmp_path: Path) -> None:
    report, _ = slate(one, tmp_path, 'aim = "expected_seats"\n', "--ally", "SHISHAM")
    table = pd.read_csv(report["alliance"])
    assert sorted(table["seat_id"]) == sorted(f"S24-2008-{number}" for number in range(1, 13))
    asked = table[table["move"] == "ask"].sort_values("position")
    given = table[table["move"] == "give"].sort_values("position")
    assert (asked["gain"] > 0).all()
    assert asked["gain"].is_monotonic_decreasing
    assert (given["gain"] < 0).all()
    chances = table[["chance_if_taken", "chance_if_given", "chance_apart", "own_share", "ally_share", "rival_share"]]
    assert ((chances >= 0) & (chances <= 1)).all().all()


def test_an_ally_that_stands_nowhere_is_named(
    one: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = Path(one["ranked seats"]).parent
    assert main(["slate", "--election", results.parent.name, "--workspace", str(results.parents[2]), "--out",
                 str(tmp_path / "s.parquet"), "--ally", "NOBODY"]) == 1  # fmt: skip
    assert "no share of 'NOBODY' is forecast" in capsys.readouterr().err


def test_one_thread_or_two_give_the_same_ranking(tmp_path: Path) -> None:
    where = demo(tmp_path / "ws")
    first = Path(where["ranked seats"]).read_bytes()
    settings = tmp_path / "ws" / "khaka.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("threads = 1 ", "threads = 2 "), encoding="utf-8")
    as_of = Path(where["ranked seats"]).parent.name
    election = Path(where["ranked seats"]).parent.parent.name
    common = ["--quiet", "--workspace", str(tmp_path / "ws")]
    assert main(["train", "--as-of", as_of, *common]) == 0
    assert main(["score", "--election", election, "--as-of", as_of, *common]) == 0
    second = Path(where["ranked seats"]).read_bytes()
    assert second.replace(b"khaka-margin/2", b"khaka-margin/1") == first


def test_an_alliance_ranks_every_seat_once_by_how_much_of_a_vote_follows(one: dict[str, Any], tmp_path: Path) -> None:
    workspace = one["review page"].split("--workspace ")[1].split("  ")[0].strip()
    scores = pd.read_parquet(Path(one["ranked seats"]).parent / "scores.parquet")
    election = str(scores["election_id"].iloc[0])
    forecast = pd.read_parquet(one["forecast"])
    parties = forecast.groupby("party")["expected_share"].sum().drop("IND", errors="ignore")
    base = ("slate", "--election", election, "--workspace", workspace, "--no-prices", "--ally", str(parties.idxmax()))
    gains = []
    for number, transfer in enumerate(("0.0", "0.9")):
        found = said(*base, "--transfer", transfer, "--out", str(tmp_path / f"{number}" / "slate.parquet"))
        ranked = pd.read_csv(found["alliance"], encoding="utf-8-sig")
        assert sorted(ranked["seat_id"]) == sorted(set(scores["seat_id"]))
        assert set(ranked["move"]) <= {"ask", "give", "either"}
        gains.append(ranked.set_index("seat_id")["chance_if_taken"])
    assert (gains[1].reindex(gains[0].index) >= gains[0] - 1e-9).all()  # the more votes follow, the better


def test_a_rival_of_last_time_stands_again_where_another_was_declared() -> None:
    columns = ["election_id", "seat_id", "party", "person_id", "nominee_id", "votes"]
    last, now = "S24-2022-AE", "S24-2027-AE"
    nominees = pd.DataFrame([
        (last, "S24-2008-1", "PIPAL", "p1", "n1", 900.0), (now, "S24-2008-1", "PIPAL", "p9", "n9", None),
        (last, "S24-2008-1", "IMLI", "p2", "n2", 950.0), (now, "S24-2008-1", "IMLI", "p2", "n8", None),  # again anyway
        (last, "S24-2008-2", "PIPAL", "p3", "n3", 900.0),  # its party stands no more
        (last, "S24-2008-3", "IND", "p4", "n4", 900.0), (now, "S24-2008-3", "IND", "p5", "n5", None),
        (last, "S24-2008-4", "NEEM", "p6", "n6", 900.0), (now, "S24-2008-4", "NEEM", "p7", "n7", None),  # our own
        ("S24-2017-AE", "S24-2008-5", "PIPAL", "p8", "n0", 900.0), (now, "S24-2008-5", "PIPAL", "p7", "nx", None),
    ], columns=columns)  # fmt: skip
    found = rivals_of_last_time(nominees, now, "NEEM")
    assert [change.text() for change in found] == ["S24-2008-1:PIPAL=n1"]


def test_the_demo_has_another_line_up_for_the_page(one: dict[str, Any]) -> None:
    folder = Path(one["ranked seats"]).parent / "scenarios" / "rivals-of-last-time"
    supposed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["score"]["scenario"]
    assert supposed["rivals"]
    assert supposed["swing"] is None
    assert len(pd.read_parquet(folder / "scores.parquet")) == len(pd.read_csv(one["ranked seats"]))
