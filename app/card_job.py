"""The model card as a job: which model, and what else is at hand about it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from khaka.app.train_job import BACKTEST
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace
from khaka.scoring.card_blocks import Document
from khaka.scoring.model_card import model_card
from khaka.training.tracking import ModelRef, Tracker


def card_job(
    workspace: Workspace, *, wanted: str | None = None, study: Path | None = None
) -> tuple[Document, ModelRef]:
    """Make the card of a model.

    Parameters
    ----------
    workspace : Workspace
        Whose registry; `study.csv` and `ablation.csv` in its folder are taken in.
    wanted : str or None
        Alias, version or run; by default the champion, else the newest challenger.
    study : Path or None
        `study.csv` of `khaka study`.

    Returns
    -------
    tuple of Document and ModelRef
        The card and whose it is.

    Raises
    ------
    KhakaError
        No such model, or a file that is no such table.
    """
    tracker = Tracker(workspace)
    model = tracker.find(wanted)
    backtest = tracker.artifact("backtest", BACKTEST, data_hash=str(model.meta["data_hash"]))
    judged = _table(study or workspace.root / "study.csv", ("world", "ranking", "measure", "mean"), study is not None)
    worth = _table(workspace.root / "ablation.csv", ("family",), required=False)
    card = model_card(model.bundle, backtest=backtest, study=judged, ablation=worth, version=model.version)
    return card, model


def _table(path: Path, columns: tuple[str, ...], required: bool) -> pd.DataFrame | None:
    if not path.is_file() and not required:
        return None
    try:
        frame = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise KhakaError(f"cannot read {path}: {error}") from None
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise KhakaError(f"{path} has no column {missing[0]!r}; it should be a table that khaka wrote")
    return frame
