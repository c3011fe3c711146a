"""The table of moments in the documentation: ``python -m khaka.data.simulate.moments_table FOLDER [SEEDS]``.

FOLDER holds TCPD assembly files (``*_AE.csv.gz``) as published.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.errors import KhakaError
from khaka.data.simulate.moments import moments
from khaka.data.simulate.state import simulate

_TABLES: Final = ("nominees", "seats", "booths", "booth_votes")
_CURRENT_DELIMITATION: Final = 4
_WORDS: Final = {
    "swing_rms": "move of a party's mean share, points rms",
    "residual_sd": "move of a seat's share less its party's mean move, points",
    "district_sd": "the same of district means, points",
    "seat_sd": "spread of a party's share over seats, points",
    "persistence": "correlation of a party's shares over seats between two elections",
    "parties": "effective number of parties in a seat",
    "booth_by_name": "correlation of booth shares between elections, joined by station name",
    "booth_by_number": "the same, joined by booth number",
}


def real_moments(folder: Path) -> pd.DataFrame:
    """Measure published assembly results, one row a state.

    Parameters
    ----------
    folder : Path
        With TCPD assembly files.

    Returns
    -------
    pandas.DataFrame
        As `moments` gives them, for states with two elections on the present seats.

    Raises
    ------
    KhakaError
        The folder has no such file.
    """
    rows = []
    columns = ["Year", "DelimID", "Poll_No", "Party", "Votes", "Constituency_No", "District_Name"]
    for path in sorted(folder.glob("*_AE.csv.gz")):
        raw = pd.read_csv(path, usecols=columns, dtype={"District_Name": "str"})
        raw = raw[(raw["DelimID"] == _CURRENT_DELIMITATION) & (raw["Poll_No"] == 0) & (raw["Party"] != "NOTA")]
        seat = raw["Constituency_No"].astype(str)
        election = "S00-" + raw["Year"].astype(int).astype(str) + "-AE"
        nominees = pd.DataFrame(
            {"election_id": election, "seat_id": seat, "party": raw["Party"], "votes": raw["Votes"]}
        )  # fmt: skip
        if nominees["election_id"].nunique() > 1:
            seats = pd.DataFrame({"seat_id": seat, "district": raw["District_Name"]})
            rows.append(moments({"nominees": nominees, "seats": seats}))
    if not rows:
        raise KhakaError(f"{folder} has no TCPD assembly file (*_AE.csv.gz) with two elections on the present seats")
    return pd.DataFrame(rows)


def made_up_moments(seeds: int) -> pd.DataFrame:
    """Measure plain made-up states of 60 seats, one row a seed.

    Parameters
    ----------
    seeds : int
        States, with the seeds 0 to `seeds` - 1.

    Returns
    -------
    pandas.DataFrame
        As `moments` gives them.
    """
    rows = []
    with tempfile.TemporaryDirectory(prefix="khaka-") as place:
        for seed in range(seeds):
            simulate(Path(place) / "state", seats=60, booths_per_seat=30, seed=seed, events=800)
            tables = {name: pd.read_parquet(Path(place) / "state" / "tables" / f"{name}.parquet") for name in _TABLES}
            rows.append(moments(tables))
    return pd.DataFrame(rows)


def markdown(real: pd.DataFrame, made_up: pd.DataFrame) -> str:
    """Return both side by side as Markdown.

    Parameters
    ----------
    real, made_up : pandas.DataFrame
        Rows of moments.

    Returns
    -------
    str
        Real: mean and range over states; made-up: mean and standard error over seeds.
    """
    lines = [
        f"| moment | real, {len(real)} states: mean (lowest to highest) | made-up, {len(made_up)} seeds: mean ± s.e. |",
        "| --- | --- | --- |",
    ]
    for name, words in _WORDS.items():
        theirs, ours = real[name].dropna(), made_up[name].dropna()
        shown = (
            f"{theirs.mean():.2f} ({theirs.min():.2f} to {theirs.max():.2f})" if len(theirs) else "not in these files"
        )
        error = ours.std(ddof=1) / np.sqrt(len(ours)) if len(ours) > 1 else float("nan")
        lines.append(f"| {words} | {shown} | {ours.mean():.2f} ± {error:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        count = int(sys.argv[2]) if len(sys.argv) > 2 else 5
        print(markdown(real_moments(Path(sys.argv[1])), made_up_moments(count)))
    except KhakaError as problem:
        sys.exit(f"khaka: {problem}")
    except (IndexError, ValueError):
        sys.exit("usage: python -m khaka.data.simulate.moments_table FOLDER [SEEDS]")
