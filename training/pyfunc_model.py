"""The registered model as MLflow runs it: expected margin from a row of the feature table.

MLflow executes this file to load the model ("models from code"), so nothing is pickled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel

from khaka.training.bundle import verify
from khaka.training.candidate import CandidateModel


class MarginModel(PythonModel):
    """Expected margin, in points of valid votes, of one aspirant a row."""

    def load_context(self, context: Any) -> None:
        """Load the candidate layer after its hashes were checked."""
        bundle = Path(context.artifacts["bundle"])
        verify(bundle)
        self._model = CandidateModel.load(bundle)

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:  # noqa: ARG002 - mlflow's signature
        """Return expected_margin for rows with the feature table's columns; a column that is missing is unknown."""
        return pd.DataFrame({"expected_margin": self._model.predict(model_input)}, index=model_input.index)


set_model(MarginModel())
