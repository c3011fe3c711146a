"""Canary columns planted in every table, each telling the result, must not reach a feature or a model."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.data.ingest import ingest
from khaka.data.settings import ModelSettings
from khaka.data.simulate import simulate
from khaka.data.store import TableStore
from khaka.data.workspace import init_workspace
from khaka.features.cutoff import KnownTables
from khaka.features.nominee_table import nominee_features
from khaka.features.source import FrameSource
from khaka.features.table import feature_table
from khaka.training.corpus import Corpus
from khaka.training.fit import train

TARGET = "S24-2022-AE"
CANARIES = ("Position", "Margin", "Margin_Percentage", "won", "canary")


class Read:
    """The tables as frames alone: no files and no cache beside them, as `Planted` has none."""

    def __init__(self, store: TableStore) -> None:
        self._store = store

    def read(self, table: str) -> pd.DataFrame:
        return self._store.read(table)


class Planted:
    """Tables with columns that tell the result of every nominee, and of every seat."""

    def __init__(self, store: TableStore) -> None:
        self._store = store
        nominees = store.read("nominees")
        votes = nominees["votes"].astype("float64")
        by = [nominees["election_id"], nominees["seat_id"]]
        self.share = (votes / votes.groupby(by).transform("sum")).fillna(0.0)
        self.place = votes.groupby(by).rank(ascending=False)

    def read(self, table: str) -> pd.DataFrame:
        frame = self._store.read(table).copy()
        if table == "nominees":
            told = self.share.to_numpy()
            frame["Position"], frame["won"] = self.place.to_numpy(), (self.place == 1).to_numpy().astype(float)
        else:
            told = np.arange(len(frame), dtype=float)
        for name in set(CANARIES) - set(frame.columns):
            frame[name] = told
        return frame


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> TableStore:
    root = tmp_path_factory.mktemp("canary")
    world = simulate(root / "state", seats=8, booths_per_seat=5, events=600, seed=2)
    workspace = init_workspace(root / "workspace", state=world.state, party=world.party)
    ingest([root / "state" / "tables"], workspace_root=workspace.root, store=workspace.store)
    return workspace.store


def test_no_canary_reaches_the_share_models_features(store: TableStore) -> None:
    day = dt.date(2021, 12, 1)
    clean = nominee_features(KnownTables(FrameSource(store), as_of=day, election_id=TARGET), TARGET)
    planted = nominee_features(KnownTables(FrameSource(Planted(store)), as_of=day, election_id=TARGET), TARGET)
    assert not set(CANARIES) & set(planted.columns)
    pd.testing.assert_frame_equal(planted, clean)


@pytest.mark.parametrize("kind", ["nominee", "aspirant"])
def test_no_canary_reaches_the_candidate_layers_features(store: TableStore, kind: str) -> None:
    day, party = dt.date(2021, 12, 1), "NEEM"
    tables = [
        feature_table(FrameSource(source), election_id=TARGET, as_of=day, party=party, kind=kind)  # type: ignore[arg-type]
        for source in (Read(store), Planted(store))
    ]
    assert not set(CANARIES) & set(tables[1].values.columns)
    pd.testing.assert_frame_equal(tables[1].values, tables[0].values)


def test_a_canary_that_does_reach_a_feature_fails_the_training(
    store: TableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = Planted(store)
    nominees = planted.read("nominees")
    told = nominees.set_index(["election_id", "nominee_id"])["canary"]
    corpus = Corpus(planted, lead_days=60)
    make = corpus._rows

    def leaky(election_id: str, as_of: dt.date) -> pd.DataFrame:
        rows = make(election_id, as_of)
        keys = pd.MultiIndex.from_frame(rows[["election_id", "nominee_id"]])
        return rows.assign(canary=told.reindex(keys).to_numpy(dtype=float))

    monkeypatch.setattr(corpus, "_rows", leaky)
    with pytest.raises(KhakaError, match=r"leak: the feature 'canary' follows the outcome"):
        train(corpus, as_of=dt.date(2023, 1, 1), party="NEEM", settings=ModelSettings(), weights={})
