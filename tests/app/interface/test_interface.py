"""The Python interface: what an analyst types, on a small made-up state."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import khaka
from khaka.data.simulate import simulate
from khaka.scoring.result_tables import RESULTS


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[khaka.OpenWorkspace, str, str]:
    folder = tmp_path_factory.mktemp("interface")
    made = simulate(folder / "world", seats=6, booths_per_seat=8, seed=5)
    workspace = khaka.init(folder / "workspace", state=made.state, party=made.party)
    assert workspace.ingest(folder / "world").kept > 0
    return workspace, made.election_id, made.as_of


def test_tables_read_as_a_mapping_of_frames(world: tuple[khaka.OpenWorkspace, str, str]) -> None:
    workspace, election, _ = world
    aspirants = workspace.tables["aspirants"]
    assert isinstance(aspirants, pd.DataFrame)
    assert election in set(aspirants["election_id"])
    assert "nominees" in workspace.tables
    with pytest.raises(KeyError, match="no table 'voters'; there are seats"):
        workspace.tables["voters"]


def test_the_description_names_every_key_of_the_contract(world: tuple[khaka.OpenWorkspace, str, str]) -> None:
    columns = world[0].tables.describe()
    keys = columns[columns["key"] & (columns["table"] == "booth_votes")]["column"].tolist()
    assert sorted(keys) == ["booth_no", "election_id", "party", "seat_id"]
    assert columns["doc"].str.len().min() > 0


def test_elections_are_listed_oldest_first(world: tuple[khaka.OpenWorkspace, str, str]) -> None:
    dates = world[0].elections("AE")["poll_date"].dropna()
    assert dates.is_monotonic_increasing


def test_a_ranker_reads_like_scikit_learn(world: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path) -> None:
    workspace, election, as_of = world
    ranker = khaka.Ranker(as_of)
    assert ranker.get_params() == {"as_of": as_of, "progress": False}
    with pytest.raises(Exception, match="not fitted yet"):
        ranker.rank(workspace, election)
    ranker.fit(workspace)
    assert {"contender", "rank_correlation"} <= set(ranker.contenders_.columns)
    results = ranker.rank(workspace, election)
    scores = results.scores
    assert len(scores) == (workspace.tables["aspirants"]["election_id"] == election).sum()
    seat = results.seat(scores["seat_id"].iloc[0])
    assert seat["rank"].dropna().is_monotonic_increasing
    first, second = seat["aspirant_id"].iloc[:2]
    margins = seat.set_index("aspirant_id")["expected_margin"]
    assert results.contrast(first, second).sum() == pytest.approx(margins[first] - margins[second], abs=1e-6)
    again = khaka.Ranker.load(workspace).predict(workspace, election, as_of=as_of)
    assert again[first] == pytest.approx(margins[first], abs=1e-12)
    assert workspace.results(election).folder.name == as_of
    assert "scores.parquet" in str(workspace.results(election).manifest)

    slate = workspace.slate(election)
    assert slate["seat_id"].is_unique
    assert set(slate["aspirant_id"].dropna()) <= set(scores.loc[scores["eligible"] == "yes", "aspirant_id"])
    rules = tmp_path / "rules.toml"
    rules.write_text('[[quota]]\ngroup = "women"\nminimum_share = 0.5\n', encoding="utf-8")
    sex = workspace.tables["aspirants"].set_index("aspirant_id")["sex"]
    women = workspace.slate(election, rules)["aspirant_id"].map(sex) == "F"
    assert 2 * women.sum() >= len(slate)
    forecast = ranker.forecast(workspace, election)
    assert (forecast["expected_share"].between(0, 1)).all()
    assert forecast.groupby("seat_id")["win_probability"].sum().max() <= 1 + 1e-9
    for name in ("scores", "explanations", "panel", "slate", "forecast"):
        assert list(getattr(workspace.results(election), name).columns) == list(RESULTS[name][1]), name


def test_features_say_what_they_are(world: tuple[khaka.OpenWorkspace, str, str]) -> None:
    workspace, election, as_of = world
    table = workspace.features(election, as_of, without=["fit"])
    assert len(table.values) == len(table.people) > 0
    described = table.describe()
    assert "fit" not in set(described["family"])
    assert described["unit"].str.len().min() > 0


def test_a_backtest_gives_the_model_beside_a_changed_one_and_the_rules(
    world: tuple[khaka.OpenWorkspace, str, str],
) -> None:
    workspace, coming, _ = world
    newest = workspace.elections("AE")["election_id"].iloc[-2]
    backtest = khaka.Backtest([newest], added=["age_at_poll"])
    assert "not yet run" in str(backtest)
    backtest.run(workspace)
    assert backtest.means().index.tolist()[:2] == ["model", "with age_at_poll"]
    assert backtest.means().notna().all(axis=None)
    assert set(backtest.figures_["election_id"]) == {newest}
    assert "with age_at_poll" in str(backtest)
    with pytest.raises(khaka.KhakaError, match="no assembly election"):
        khaka.Backtest([coming]).run(workspace)


def test_errors_name_the_value_and_the_way_out(world: tuple[khaka.OpenWorkspace, str, str], tmp_path: Path) -> None:
    workspace, election, _ = world
    with pytest.raises(khaka.KhakaError, match="'10 January' is no date; write it as 2027-01-10"):
        workspace.features(election, "10 January")
    with pytest.raises(khaka.KhakaError, match="run khaka score"):
        workspace.results("S24-1999-AE")
    with pytest.raises(khaka.KhakaError, match="khaka init"):
        khaka.open(tmp_path)
    with pytest.raises(AttributeError, match="khaka has no 'rank'"):
        khaka.rank  # noqa: B018


def test_importing_khaka_is_light() -> None:
    code = "import sys, khaka; khaka.KhakaError; print([m for m in ('pandas','mlflow','sklearn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
