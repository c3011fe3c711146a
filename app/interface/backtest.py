"""Backtests from Python: past elections predicted from earlier ones, beside simple rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import pandas as pd

from khaka.app.interface.arguments import Watch, watcher
from khaka.app.interface.workspace import OpenWorkspace
from khaka.app.train_job import backtest_job
from khaka.training.changes import change


class Backtest:
    """Past elections predicted from earlier ones alone.

    Parameters
    ----------
    targets : sequence of str
        Elections to predict; by default all that the tables allow.
    added, removed : sequence of str
        Features of a family that a second model has too; features or families that it does without.
    progress : bool or callable
        True prints each election; a function is told each.

    Attributes
    ----------
    figures_ : pandas.DataFrame
        After `run`: one row per election and forecast ("model" or a rule): winners, winners_given_swing,
        rank_correlation (0 to 1, -1 to 1), error and error_given_swing (points of share, parties above 5%).

    Examples
    --------
    A workspace without past elections can't be backtested, and says so; docs/analysts.md runs one that can.

    >>> import tempfile, khaka
    >>> empty = khaka.init(tempfile.mkdtemp(), state="S24", party="INC")
    >>> backtest = khaka.Backtest(["S24-2017-AE"], removed=["person"])
    >>> print(backtest)
    Backtest(targets=('S24-2017-AE',)), not yet run
    >>> try:
    ...     backtest.run(empty)
    ... except khaka.KhakaError as error:
    ...     print("refused")
    refused
    """

    def __init__(
        self,
        targets: Sequence[str] = (),
        *,
        added: Sequence[str] = (),
        removed: Sequence[str] = (),
        progress: bool | Watch = False,
    ) -> None:
        self.targets = tuple(targets)
        self.added = tuple(added)
        self.removed = tuple(removed)
        self.progress = progress

    def run(self, workspace: OpenWorkspace) -> Self:
        """Predict the elections; the figures go to MLflow too.

        Parameters
        ----------
        workspace : OpenWorkspace
            Of `khaka.open`.

        Returns
        -------
        Backtest
            Itself, with `figures_`.

        Raises
        ------
        KhakaError
            A target isn't there, or no election has one before it.
        """
        self._result = backtest_job(
            workspace.workspace,
            targets=self.targets,
            tried=change(self.added, self.removed),
            progress=watcher(self.progress),
        )
        self.figures_ = self._result.figures
        return self

    def means(self) -> pd.DataFrame:
        """Return the mean of each figure over the elections, one row a forecast."""
        return self._result.means()

    def differences(self) -> pd.DataFrame:
        """Return model minus rule: mean and standard error over the elections, one row per rule and figure."""
        return self._result.differences()

    def __str__(self) -> str:
        return self._result.text() if hasattr(self, "_result") else f"Backtest(targets={self.targets!r}), not yet run"
