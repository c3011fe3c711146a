"""Quality of parsed booth files: how well each seat's sheet was read."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.data.delimitation import current_seat_id
from khaka.data.readers.base import Options, Piece, Reading, numbers, stem, whole
from khaka.data.readers.booth_sheets import election_of
from khaka.data.readers.sheet import Sheet

FORMAT: Final = "booth_quality"
WHAT: Final = "the quality report of a parsed booth file"


def recognises(sheet: Sheet) -> bool:
    """Tell whether the header is a report of quality, one row a seat."""
    return sheet.has("ac_no", "n_booths") and any(name.startswith("max_err_lead") for name in sheet.header)


def read(sheet: Sheet, options: Options) -> Reading:
    """Read a quality report; it adds columns to seat_elections, all beginning with `booth_`.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        Name the election where the file's name doesn't.

    Returns
    -------
    Reading
        seat_elections with booth_count, booth_ratio (votes read over votes in the official result) and booth_good.
    """
    election = election_of(stem(sheet.path), options)
    if election is None:
        return Reading(FORMAT, notes=(f"{sheet.path.name}: recognised, but no election named; nothing stored",))
    raw = sheet.load()
    number = whole(raw["ac_no"])
    raw, number = raw[(number >= 1).fillna(False).astype(bool)], number[(number >= 1).fillna(False).astype(bool)]
    ratio = numbers(raw["votes_ratio_vs_tcpd"] if "votes_ratio_vs_tcpd" in raw.columns else raw["ratio"])
    frame = pd.DataFrame(
        {
            "election_id": election,
            "seat_id": [current_seat_id(election[:3], int(value)) for value in number],
            "booth_count": whole(raw["n_booths"]).astype("float64"),
            "booth_ratio": ratio,
        },
        index=raw.index,
    )
    if "good" in raw.columns:
        good = raw["good"].str.strip().str.lower().map({"true": 1.0, "false": 0.0})
    else:  # the 2014 report has no verdict: the same two conditions as its later sister's
        lead = numbers(raw["max_err_lead"])
        good = ((lead <= 0.02) & ratio.between(0.97, 1.03)).astype("float64")
    frame["booth_good"] = good
    return Reading(FORMAT, (Piece("seat_elections", frame, "fill"),))
