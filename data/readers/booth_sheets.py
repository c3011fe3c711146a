"""Parsed booth files, one row a booth with a column a party (`votes_BJP`), as made from Form 20 sheets.

Two variants: electors and voters by sex (Lok Sabha 2014), and votes by sex with the parser's own check (assembly
2017). Neither names its state or its year: the file's name does, else the options.
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from khaka.data.delimitation import current_seat_id
from khaka.data.election_dates import result_date
from khaka.data.errors import KhakaError
from khaka.data.flags.registry import find
from khaka.data.flags.table import BoothTable, make
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults, numbers, stem, whole
from khaka.data.readers.sheet import Sheet
from khaka.data.states import state_in_text

FORMAT: Final = "booth_sheet"
WHAT: Final = "a parsed booth file (one row a booth, a column a party)"

_PARTY: Final = re.compile(r"^votes_(.+)$")


def recognises(sheet: Sheet) -> bool:
    """Tell whether the header has an AC, a booth and columns of votes by party."""
    return sheet.has("ac_no", "booth_no") and sum(bool(_PARTY.match(name)) for name in sheet.header) >= 2


def election_of(name: str, options: Options) -> str | None:
    """Return the election that a file's name tells, such as `up_vs2017_booths`, else the one in the options."""
    match = re.search(r"(?:^|[_\W\d])(ls|ge|vs|ae)[_\W]?(\d{4})", name.lower())
    state = state_in_text(re.sub(r"(?i)(ls|ge|vs|ae)[_\W]?\d{4}.*", "", name)) or state_in_text(name) or options.state
    if match and state:
        return f"{state}-{match[2]}-{'LS' if match[1] in ('ls', 'ge') else 'AE'}"
    return options.election


def read(sheet: Sheet, options: Options) -> Reading:
    """Read a parsed booth file.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        Name the election where the file's name doesn't.

    Returns
    -------
    Reading
        elections, booths, booth_votes; NOTA goes to the booths. Rows whose votes don't add up are flagged.

    Raises
    ------
    KhakaError
        Nothing tells the election.
    """
    election = election_of(stem(sheet.path), options)
    if election is None:
        raise KhakaError(
            f"{sheet.path} is {WHAT}, but neither it nor its name tells the election; add --election S24-2017-AE"
        )
    raw = sheet.load()
    found: list[pd.DataFrame] = []
    number, booth = whole(raw["ac_no"]), raw["booth_no"].str.strip().str.replace(r"\.0$", "", regex=True)
    for column, bad in (("ac_no", ~(number >= 1).fillna(False).astype(bool)), ("booth_no", booth.isna())):
        if bad.any():
            found.append(faults("booths", column, raw.loc[bad, column], "blank or no number", severity="quarantined"))
    keep = (number >= 1).fillna(False).astype(bool) & booth.notna()
    raw, number, booth = raw[keep], number[keep], booth[keep]
    seats = {value: current_seat_id(election[:3], int(value)) for value in number.unique()}
    keys = pd.DataFrame({"election_id": election, "seat_id": number.map(seats), "booth_no": booth}, index=raw.index)
    booths, more = _booths(raw, keys)
    votes, bad_votes = _votes(raw, keys)
    elections = pd.DataFrame(
        {
            "election_id": [election], "state": [election[:3]], "kind": [election.split("-")[2][:2]],
            "result_date": [pd.Timestamp(result_date(election))],
        }, index=[1],
    )  # fmt: skip
    flags = find(_table(raw, booths), file=sheet.path.name)
    note = f"{sheet.path.name}: {len(booths):,} booths of {keys['seat_id'].nunique()} seats of {election}"
    pieces = (Piece("elections", elections, "fill"), Piece("booths", booths), Piece("booth_votes", votes))
    out = flags[flags["severity"] == "out"].groupby(["seat_id", "booth_no"]).ngroups
    told = (
        f"{len(flags):,} flags of {flags['fault'].nunique()} kinds (flags.parquet); {out:,} booths stay out of totals"
    )
    return Reading(FORMAT, pieces, join_faults([*found, *more, *bad_votes]), (note, told), flags, True)


def _table(raw: pd.DataFrame, booths: pd.DataFrame) -> BoothTable:
    """Return the booths as the checks of named faults see them."""
    names = {
        "electors": "electors", "electors_m": "electors_male", "electors_f": "electors_female",
        "electors_o": "electors_other",
        "turnout": "polled", "voters_m": "polled_male", "voters_f": "polled_female", "voters_o": "polled_other",
        "male_votes": "polled_male", "female_votes": "polled_female", "other_votes": "polled_other",
        "tendered": "tendered", "votes_NOTA": "nota",
    }  # fmt: skip
    counts = {names[name]: numbers(raw[name]) for name in raw.columns if name in names}
    rows = booths[["election_id", "seat_id", "booth_no", "station_name"]].assign(**counts)
    parties = {str(match[1]): numbers(raw[name]) for name in raw.columns if (match := _PARTY.match(name))}
    parties.pop("NOTA", None)
    return make(rows, pd.DataFrame(parties, index=raw.index))


def _booths(raw: pd.DataFrame, keys: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    def count(*names: str) -> pd.Series:
        for name in names:
            if name in raw.columns:
                return whole(raw[name]).where(lambda value: value >= 0)
        return pd.Series(pd.NA, index=raw.index, dtype="Int64")

    station = raw["station_name"] if "station_name" in raw.columns else pd.Series(pd.NA, index=raw.index, dtype="str")
    booths = keys.assign(
        station_name=station.str.strip(),
        electors=count("electors"),
        electors_female=count("electors_f"),
        votes_polled=count("turnout"),
        votes_polled_female=count("voters_f", "female_votes"),
        nota=count("votes_NOTA"),
    )
    # zero electors is a cell that nobody filled
    booths["electors"] = booths["electors"].mask(booths["electors"] == 0)
    booths["electors_female"] = booths["electors_female"].mask(booths["electors"].isna())
    found: list[pd.DataFrame] = []
    total = count("sum_cand_votes", "sum_votes")
    differs = (total - booths["votes_polled"]).abs()
    limit = (0.02 * booths["votes_polled"]).clip(lower=3)  # small differences between polled and counted are normal
    off = (differs > limit).fillna(False).astype(bool)
    if off.any():
        found.append(
            faults("booths", "votes_polled", raw.loc[off, "turnout"], "votes don't add up to the votes polled")
        )
    if "row_sum_ok" in raw.columns:
        flag = raw["row_sum_ok"].str.strip().str.lower().map({"true": True, "false": False}).astype("boolean")
        booths["row_sum_ok"] = flag.astype("str")
        wrong = (~flag).fillna(False).astype(bool)
        if wrong.any():
            reason = "the parser of the sheet found that the row's votes don't sum"
            found.append(faults("booths", "row_sum_ok", raw.loc[wrong, "row_sum_ok"], reason))
    over = (total > booths["electors"]).fillna(False).astype(bool)
    if over.any():
        found.append(faults("booths", "electors", raw.loc[over, "electors"], "more votes counted than electors"))
    return booths, found


def _votes(raw: pd.DataFrame, keys: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    found: list[pd.DataFrame] = []
    parts: list[pd.DataFrame] = []
    for column in raw.columns:
        match = _PARTY.match(column)
        if match is None or match[1] == "NOTA":
            continue
        value = numbers(raw[column])
        wrong = (value < 0) | (value.isna() & raw[column].notna()) | (value % 1 > 0)
        if wrong.any():
            found.append(faults("booth_votes", column, raw.loc[wrong, column], "no count of votes; left blank"))
        parts.append(keys.assign(party=match[1], votes=value.mask(wrong).astype("Int64")))
    return pd.concat(parts), found
