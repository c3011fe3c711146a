"""A workspace as analysts use it: tables as DataFrames, features, results."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from khaka.app.interface.arguments import Day, to_day
from khaka.app.interface.results import Results
from khaka.app.interface.tables import Tables
from khaka.data.errors import KhakaError
from khaka.data.workspace import Workspace, init_workspace, open_workspace

if TYPE_CHECKING:
    from khaka.data.ingest_report import IngestReport
    from khaka.data.settings import Settings
    from khaka.features.people import Kind
    from khaka.features.table import FeatureTable


class OpenWorkspace:
    """An opened workspace: its tables, features and results.

    Parameters
    ----------
    workspace : Workspace
        Of `khaka.data.workspace`; `khaka.open` makes this from a path.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import khaka
    >>> workspace = khaka.init(tempfile.mkdtemp(), state="S24", party="INC")
    >>> path = Path(tempfile.mkdtemp()) / "seats.csv"
    >>> rows = "seat_id,state,seat_no,seat_name,delimitation\\nS24-2008-163,S24,163,DHAURAHRA,2008\\n"
    >>> _ = path.write_text(rows, encoding="utf-8")
    >>> workspace.ingest(path).kept
    1
    >>> workspace.tables["seats"]["seat_name"].tolist()
    ['DHAURAHRA']
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def __repr__(self) -> str:
        return f"OpenWorkspace({str(self.root)!r}, party {self.settings.party.party!r})"

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self.workspace.root

    @property
    def settings(self) -> Settings:
        """What `khaka.toml` says, checked and frozen."""
        return self.workspace.settings

    @property
    def tables(self) -> Tables:
        """The tables by name: `tables["nominees"]` is a DataFrame."""
        return Tables(self.workspace.store)

    def elections(self, kind: str | None = None) -> pd.DataFrame:
        """Return the elections of the workspace, oldest first.

        Parameters
        ----------
        kind : {"AE", "LS", "BYE"}, optional
            Only these: assembly, Lok Sabha by assembly segment, by-elections.

        Returns
        -------
        pandas.DataFrame
            One row per election: election_id, state, kind, poll_date, result_date.
        """
        table = self.tables["elections"].sort_values(["poll_date", "election_id"], ignore_index=True)
        return table if kind is None else table[table["kind"] == kind].reset_index(drop=True)

    def ingest(
        self,
        *paths: str | PathLike[str],
        as_format: str | None = None,
        election: str | None = None,
        seat: str | None = None,
        drop: Sequence[str] = (),
    ) -> IngestReport:
        """Read files or folders into the tables, as `khaka ingest` does.

        Parameters
        ----------
        *paths : str or path
            Files or folders.
        as_format : str, optional
            Format or table of all the files, whatever their content looks like.
        election, seat : str, optional
            Where neither the content nor the name of a file tells.
        drop : sequence of str
            Columns that are never stored.

        Returns
        -------
        IngestReport
            Rows kept, quarantined and refused, file by file.

        Raises
        ------
        KhakaError
            A path isn't there.
        """
        from khaka.data.ingest import ingest

        with self.workspace.lock("ingest"):
            return ingest(
                [Path(path) for path in paths],
                workspace_root=self.root,
                store=self.workspace.store,
                as_format=as_format,
                election=election,
                seat=seat,
                drop=drop,
            )

    def features(
        self, election_id: str, as_of: Day, *, kind: Kind | None = None, without: Sequence[str] = ()
    ) -> FeatureTable:
        """Return the feature table of an election as it stood on a day.

        Parameters
        ----------
        election_id : str
            Such as "S24-2027-AE".
        as_of : str or datetime.date
            What was known by the end of this day, IST.
        kind : {"aspirant", "nominee"}, optional
            Whose rows; by default aspirants where there are any.
        without : sequence of str
            Families to leave out, such as "fit".

        Returns
        -------
        FeatureTable
            `people` (one row per seat and person), `values` (float64, one column per feature, NaN where unknown),
            `describe()` (unit, source, from when each is known).

        Raises
        ------
        KhakaError
            Neither aspirants nor nominees are there, or the day is on or after the result.
        """
        from khaka.app.features_job import features_of

        return features_of(self.workspace, election_id=election_id, as_of=to_day(as_of), kind=kind, without=without)

    def slate(
        self, election_id: str, rules: str | PathLike[str] | None = None, *, as_of: Day | None = None
    ) -> pd.DataFrame:
        """Choose one aspirant and one substitute a seat under the rules, as `khaka slate` does.

        Parameters
        ----------
        election_id : str
            The coming election, scored before.
        rules : str or path, optional
            Rules of the party as TOML; by default the law, and one seat a person.
        as_of : str or datetime.date, optional
            Which scores; by default the newest.

        Returns
        -------
        pandas.DataFrame
            One row a seat: aspirant_id, substitute_id, expected_margin (points), win_probability (0 to 1), rule_price
            (points that the rules cost in this seat).

        Raises
        ------
        KhakaError
            Nothing was scored, or the rules can't all hold: the smallest set that conflicts is named.
        """
        from khaka.app.slate_job import slate_job

        with self.workspace.lock("score"):
            done = slate_job(
                self.workspace,
                election_id=election_id,
                rules_file=None if rules is None else Path(rules),
                as_of=None if as_of is None else to_day(as_of),
            )
        return Results(done.path.parent).slate

    def results(self, election_id: str, as_of: Day | None = None) -> Results:
        """Return what `khaka score`, `forecast` and `slate` wrote for an election.

        Parameters
        ----------
        election_id : str
            The election.
        as_of : str or datetime.date, optional
            By default the newest.

        Returns
        -------
        Results
            `scores`, `explanations`, `panel`, `slate`, `forecast`, `manifest`.

        Raises
        ------
        KhakaError
            Nothing was scored for this election and day.
        """
        folder = self.root / "results" / election_id
        days = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
        wanted = to_day(as_of).isoformat() if as_of is not None else (days[-1] if days else "")
        if wanted not in days:
            known = f"there are {', '.join(days)}" if days else "nothing was scored for this election"
            raise KhakaError(f"no results of {election_id} as of {wanted or 'any day'} ({known}); run khaka score")
        return Results(folder / wanted)


def open(path: str | PathLike[str] = ".") -> OpenWorkspace:  # noqa: A001 - reads as khaka.open(...)
    """Open a workspace.

    Parameters
    ----------
    path : str or path
        Its folder; by default the current one.

    Returns
    -------
    OpenWorkspace
        Tables, features, results.

    Raises
    ------
    KhakaError
        The folder is no workspace, or a setting is wrong; the setting is named.

    Examples
    --------
    >>> import tempfile, khaka
    >>> folder = tempfile.mkdtemp()
    >>> workspace = khaka.init(folder, state="Uttar Pradesh", party="INC")
    >>> khaka.open(folder).settings.party.state
    'S24'
    """
    return OpenWorkspace(open_workspace(Path(path)))


def init(path: str | PathLike[str], *, state: str, party: str) -> OpenWorkspace:
    """Make a new workspace.

    Parameters
    ----------
    path : str or path
        Its folder; made if missing.
    state : str
        ECI code or name.
    party : str
        Whose tickets are scored, as the results write it.

    Returns
    -------
    OpenWorkspace
        Opened and empty.

    Raises
    ------
    KhakaError
        Unknown state, or a workspace is there already.

    Examples
    --------
    >>> import tempfile, khaka
    >>> khaka.init(tempfile.mkdtemp(), state="Bihar", party="INC").settings.party.state
    'S04'
    """
    return OpenWorkspace(init_workspace(Path(path), state=state, party=party))
