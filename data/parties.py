"""Party names: one spelling per party over time, from a small shipped table of sure cases only."""

from __future__ import annotations

import csv
import functools
from importlib import resources

import pandas as pd


@functools.cache
def _aliases() -> tuple[tuple[str, str, int, int], ...]:
    text = resources.files("khaka.data").joinpath("party_aliases.csv").read_text(encoding="utf-8")
    return tuple(
        (row["alias"], row["party"], int(row["from_year"] or 0), int(row["to_year"] or 9999))
        for row in csv.DictReader(text.splitlines())
    )


def clean_parties(parties: pd.Series, years: pd.Series) -> pd.Series:
    """Return parties with the shipped aliases resolved; unknown names stay as they are.

    Parameters
    ----------
    parties : Series of str
        Names as published.
    years : Series of int
        Year of the election of each row: an abbreviation may have meant another party before.

    Returns
    -------
    Series of str
        Same index.

    Examples
    --------
    >>> clean_parties(pd.Series(["ADK", "AAP", "AAP", "INC"]), pd.Series([1984, 2014, 1999, 2014])).tolist()
    ['ADMK', 'AAAP', 'AAP', 'INC']
    """
    cleaned = parties.str.strip()
    present = set(cleaned.dropna().unique())
    for alias, party, first, last in _aliases():
        if alias in present:
            cleaned = cleaned.mask((cleaned == alias) & years.between(first, last).fillna(False), party)
    return cleaned
