"""The ranker from Python: fit on what was known by a day, rank the aspirants of a coming election."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from khaka.app.interface.arguments import Day, Watch, to_day, watcher
from khaka.app.interface.results import Results
from khaka.app.interface.workspace import OpenWorkspace

if TYPE_CHECKING:
    from khaka.training.tracking import ModelRef


class Ranker(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Ranks a party's aspirants in each seat by the margin that may be expected with each.

    Parameters
    ----------
    as_of : str or datetime.date
        Nothing known later is learned from.
    progress : bool or callable
        True prints each step; a function is told each.

    Attributes
    ----------
    model_ : ModelRef
        The registered model: version, alias, folder.
    contenders_ : pandas.DataFrame
        How the contenders did on elections they had not seen: mean_absolute_error (points), rank_correlation; only
        after `fit`.

    Examples
    --------
    >>> import tempfile, khaka
    >>> ranker = khaka.Ranker(as_of="2027-01-10")
    >>> ranker.get_params()
    {'as_of': '2027-01-10', 'progress': False}
    >>> empty = khaka.init(tempfile.mkdtemp(), state="S24", party="INC")
    >>> try:
    ...     ranker.fit(empty)
    ... except khaka.KhakaError as error:
    ...     print("refused")
    refused
    """

    def __init__(self, as_of: Day, *, progress: bool | Watch = False) -> None:
        self.as_of = as_of
        self.progress = progress

    def fit(self, workspace: OpenWorkspace, y: object = None) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Train the contenders, record them in MLflow and register the best as challenger.

        Parameters
        ----------
        workspace : OpenWorkspace
            Of `khaka.open`; its tables are learned from.
        y : None
            Not used.

        Returns
        -------
        Ranker
            Itself.

        Raises
        ------
        KhakaError
            Too few past nominees with a result.
        """
        from khaka.app.train_job import train_job

        reference, trained = train_job(workspace.workspace, as_of=to_day(self.as_of), progress=watcher(self.progress))
        self.model_: ModelRef = reference
        self.contenders_ = trained.contenders
        return self

    @classmethod
    def load(cls, workspace: OpenWorkspace, model: str | None = None) -> Self:
        """Take a registered model.

        Parameters
        ----------
        workspace : OpenWorkspace
            Of `khaka.open`.
        model : str, optional
            Alias or run; by default the champion, else the newest challenger.

        Returns
        -------
        Ranker
            Fitted.

        Raises
        ------
        KhakaError
            There is no such model.
        """
        from khaka.training.tracking import Tracker

        reference = Tracker(workspace.workspace).find(model)
        made = cls(str(reference.meta["as_of"]))
        made.model_ = reference
        return made

    def rank(self, workspace: OpenWorkspace, election_id: str, *, as_of: Day | None = None) -> Results:
        """Rank every aspirant of every seat and write the results, as `khaka score` does.

        Parameters
        ----------
        workspace : OpenWorkspace
            Whose aspirants.
        election_id : str
            The coming election.
        as_of : str or datetime.date, optional
            What was known by the end of this day; by default the ranker's own.

        Returns
        -------
        Results
            scores, explanations, panel.

        Raises
        ------
        KhakaError
            No aspirants, or the model knows later facts than `as_of`.
        """
        from khaka.app.jobs import score_job

        with workspace.workspace.lock("score"):
            done = score_job(
                workspace.workspace,
                election_id=election_id,
                as_of=to_day(as_of if as_of is not None else self.as_of),
                model=self._version(),
                out=None,
                progress=watcher(self.progress),
            )
        return Results(done.path)

    def predict(self, workspace: OpenWorkspace, election_id: str, *, as_of: Day | None = None) -> pd.Series:
        """Return the expected margin of each aspirant.

        Parameters
        ----------
        workspace : OpenWorkspace
            Whose aspirants.
        election_id : str
            The coming election.
        as_of : str or datetime.date, optional
            By default the ranker's own.

        Returns
        -------
        pandas.Series
            Points of valid votes, by aspirant_id.
        """
        scores = self.rank(workspace, election_id, as_of=as_of).scores
        return pd.Series(scores.set_index("aspirant_id")["expected_margin"])

    def forecast(self, workspace: OpenWorkspace, election_id: str, *, as_of: Day | None = None) -> pd.DataFrame:
        """Forecast every declared nominee of every party, as `khaka forecast` does.

        Parameters
        ----------
        workspace : OpenWorkspace
            Whose nominees.
        election_id : str
            An assembly election with declared nominees.
        as_of : str or datetime.date, optional
            What was known by the end of this day; by default the ranker's own.

        Returns
        -------
        pandas.DataFrame
            One row a nominee: expected_share, share_low and share_high (90% range) and win_probability, 0 to 1.

        Raises
        ------
        KhakaError
            No nominees, or the model knows later facts than `as_of`.
        """
        from khaka.app.jobs import forecast_job

        done = forecast_job(
            workspace.workspace,
            election_id=election_id,
            as_of=to_day(as_of if as_of is not None else self.as_of),
            model=self._version(),
            out=None,
            progress=watcher(self.progress),
        )
        return Results(done.path.parent).forecast

    def _version(self) -> str:
        if not hasattr(self, "model_"):
            raise NotFittedError("this Ranker is not fitted yet: call fit(workspace), or Ranker.load(workspace)")
        return str(self.model_.run_id)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")
