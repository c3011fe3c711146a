"""An MLflow run that is being written: parameters, metrics, files, the tables it was made from."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class TableInput:
    """A table as MLflow shows it under a run's datasets: name, hash of its files, where it lies, what it holds."""

    name: str
    digest: str
    source: str
    profile: Mapping[str, object]


class Run:
    """An MLflow run that is being written."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self.run_id = run_id

    def params(self, values: Mapping[str, object]) -> None:
        """Log parameters, in one batch."""
        from mlflow.entities import Param

        self._client.log_batch(self.run_id, params=[Param(key, str(value)[:500]) for key, value in values.items()])

    def metrics(self, values: Mapping[str, float]) -> None:
        """Log metrics, in one batch; what is not a finite number is left out."""
        from mlflow.entities import Metric

        finite = {key: float(value) for key, value in values.items() if pd.notna(value)}
        now = int(time.time() * 1000)
        self._client.log_batch(self.run_id, metrics=[Metric(key, value, now, 0) for key, value in finite.items()])

    def artifacts(self, folder: Path, to: str) -> None:
        """Log all files of a folder under the artifact path `to`."""
        self._client.log_artifacts(self.run_id, str(folder), to)

    def datasets(self, found: Sequence[TableInput], *, context: str) -> None:
        """Log tables as the run's inputs, in one batch; `context` is "training" or "evaluation"."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        inputs = [
            DatasetInput(
                Dataset(
                    one.name, one.digest[:36], "local", one.source, profile=json.dumps(one.profile, sort_keys=True)
                ),
                [InputTag("mlflow.data.context", context)],
            )
            for one in found
        ]
        self._client.log_inputs(self.run_id, inputs)
