"""Results of one election and day, as DataFrames."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from khaka.data.durable import read_parquet
from khaka.data.errors import KhakaError

BASE = "(base)"


class Results:
    """What was written for one election as of one day; files are read when asked for, their checksums checked.

    Parameters
    ----------
    folder : Path
        `results/<election_id>/<as_of>/` of a workspace, or a folder given with `--out`.

    Raises
    ------
    KhakaError
        When a table is asked for: it was not made yet (the command is named), or the file is damaged.

    Examples
    --------
    >>> import tempfile, khaka
    >>> results = khaka.Results(tempfile.mkdtemp())
    >>> try:
    ...     results.scores
    ... except khaka.KhakaError as error:
    ...     print(str(error).rpartition("; ")[2])
    run khaka score
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def __repr__(self) -> str:
        return f"Results({str(self.folder)!r})"

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row per aspirant: rank, expected margin (points), 90% ranges, chances (0 to 1), ties, eligibility."""
        return self._read("scores", "khaka score")

    @cached_property
    def explanations(self) -> pd.DataFrame:
        """One row per aspirant and feature: value, contribution and contrast (margin points), reasons."""
        return self._read("explanations", "khaka score")

    @cached_property
    def panel(self) -> pd.DataFrame:
        """Up to three names a seat, with the reason each is there."""
        return self._read("panel", "khaka score")

    @cached_property
    def slate(self) -> pd.DataFrame:
        """One aspirant and one substitute a seat, with the price of the rules (points)."""
        return self._read("slate", "khaka slate")

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """Every declared nominee: expected share (0 to 1), 90% range, chance to win (0 to 1)."""
        return self._read("forecast", "khaka forecast")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What went in and came out: hashes, row counts, versions, seeds."""
        path = self.folder / "manifest.json"
        if not path.is_file():
            raise KhakaError(f"{path} is not there; run khaka score")
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def seat(self, seat_id: str) -> pd.DataFrame:
        """Return the aspirants of a seat by rank, the unranked last.

        Parameters
        ----------
        seat_id : str
            Such as "S24-2008-163".

        Returns
        -------
        pandas.DataFrame
            Rows of `scores`.

        Raises
        ------
        KhakaError
            The seat has no aspirants here.
        """
        rows = self.scores[self.scores["seat_id"] == seat_id]
        if rows.empty:
            near = ", ".join(self.scores["seat_id"].drop_duplicates().head(3))
            raise KhakaError(f"no aspirants of seat {seat_id!r} in {self.folder}; there are {near}, ...")
        return rows.sort_values(["rank", "aspirant_id"], ignore_index=True)

    def contrast(self, first: str, second: str) -> pd.Series:
        """Return by how many points each feature puts one aspirant ahead of another of the same seat.

        Parameters
        ----------
        first, second : str
            aspirant_id of both.

        Returns
        -------
        pandas.Series
            Margin points by feature, largest first; they add up to the difference of the expected margins.

        Raises
        ------
        KhakaError
            One of them isn't there, or they stand in different seats.
        """
        table = self.explanations
        rows = {name: table[table["aspirant_id"] == name] for name in (first, second)}
        for name, part in rows.items():
            if part.empty:
                raise KhakaError(f"no aspirant {name!r} in {self.folder}")
        if set(rows[first]["seat_id"]) != set(rows[second]["seat_id"]):
            raise KhakaError(f"{first} and {second} stand in different seats: only within a seat are they compared")
        points = {name: part.set_index("feature")["contribution"] for name, part in rows.items()}
        gap = points[first].sub(points[second], fill_value=0.0).drop(BASE, errors="ignore")
        return gap.sort_values(key=abs, ascending=False, kind="stable").rename("points")

    def _read(self, name: str, command: str) -> pd.DataFrame:
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise KhakaError(f"{path} is not there; run {command}")
        frame: pd.DataFrame = read_parquet(path).to_pandas()
        return frame
