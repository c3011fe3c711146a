"""Faults of the list: booth numbers twice, missing, out of order; a list that was cut off; names that are no names."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import pandas as pd

from khaka.data.flags.table import BoothTable, Fault, hits, no_hits, seat_hits
from khaka.data.krutidev import looks_like_krutidev

_NO_BOOTH: Final = "no booth of this seat is in the file, though of seats before and after it"
_CUT: Final = (99, 199, 249, 299, 399, 499, 599, 999)
"""Last numbers at which programs and pages cut a list off."""


def _suffix(table: BoothTable) -> pd.Series:
    return table.rows["booth_no"].str.extract(r"^\d+(.*)$", expand=False).fillna("")


def _duplicate(table: BoothTable) -> pd.DataFrame:
    known = table.rows["booth_no"].notna() & (table.rows["booth_no"] != "")
    twice = known & table.rows.duplicated(["election_id", "seat_id", "booth_no"], keep=False)
    return hits(table, twice, "booth_no", "the booth number stands twice in this seat")


def _gap(table: BoothTable) -> pd.DataFrame:
    found = []
    number = table.number
    for seat, places in table.rows.groupby(table.seat, sort=True).groups.items():
        known = np.unique(number.loc[places].dropna().to_numpy())
        if len(known) < 2:
            continue
        for before, after in itertools.pairwise(known):
            lost = int(after - before - 1)
            if lost:
                span = f"{int(before) + 1}" if lost == 1 else f"{int(before) + 1} to {int(after) - 1}"
                found.append(
                    (str(seat), "booth_no", span, f"no booth {span} in the list: closed, or lost from the sheet")
                )
    return seat_hits(found)


def _first_lost(table: BoothTable) -> pd.DataFrame:
    lowest = table.number.groupby(table.seat).min()
    return seat_hits([
        (str(seat), "booth_no", str(int(first)), f"the list begins with booth {int(first)}")
        for seat, first in lowest.items() if first > 1
    ])  # fmt: skip


def _disorder(table: BoothTable) -> pd.DataFrame:
    number = table.number
    before = number.groupby(table.seat).shift()
    return hits(table, number < before, "booth_no", "the booth number is below the one before it")


def _far(table: BoothTable) -> pd.DataFrame:
    number = table.number
    count = number.groupby(table.seat).transform("count")
    return hits(
        table,
        (number > 3 * count) & (number > count + 200),
        "booth_no",
        "a booth number far above the number of booths",
    )


def _lone_auxiliary(table: BoothTable) -> pd.DataFrame:
    auxiliary = table.rows["booth_no"].str.endswith("A").fillna(False).astype(bool)
    if not auxiliary.any():
        return no_hits()
    key = table.seat.str.cat(table.number.astype("str"), sep="|")
    mains = set(key[~auxiliary & (_suffix(table) == "")])
    return hits(table, auxiliary & ~key.isin(mains), "booth_no", "an auxiliary booth without its main booth")


def _cut_off(table: BoothTable) -> pd.DataFrame:
    number = table.number
    found = []
    for seat, places in table.rows.groupby(table.seat, sort=True).groups.items():
        last = number.loc[places].max()
        if last in _CUT and len(places) >= 0.8 * last:
            found.append(
                (
                    str(seat),
                    "booth_no",
                    str(int(last)),
                    f"the list ends with booth {int(last)}, where programs cut lists off",
                )
            )
    return seat_hits(found)


def _no_votes_at_end(table: BoothTable) -> pd.DataFrame:
    """Return seats whose last three booths or more have no vote that could be read: the sheet was cut inside."""
    found = []
    blank = table.counted.isna()
    for seat, places in table.rows.groupby(table.seat, sort=True).groups.items():
        own = blank.loc[places].to_numpy()[::-1]
        run = int(np.argmin(own)) if not own.all() else len(own)
        if 1 <= run < len(own) and len(own) >= 10:
            last = table.rows["booth_no"].loc[places].iloc[-run]
            found.append(
                (
                    str(seat),
                    "booth_no",
                    str(last),
                    f"the votes end before booth {last}: {run} booths without votes follow",
                )
            )
    return seat_hits(found)


def _missing_seats(table: BoothTable) -> pd.DataFrame:
    """Return seats between the first and the last of a file of many that the file doesn't hold."""
    found = []
    pairs = table.rows[["election_id", "seat_id"]].dropna().drop_duplicates()
    parts = pairs["seat_id"].str.extract(r"^(.*)-(\d+)$")
    for (election, stem), numbers in parts[1].astype("int64").groupby([pairs["election_id"], parts[0]]):
        have = set(numbers)
        if len(have) >= 3:
            found += [
                (f"{election}|{stem}-{lost}", "seat_id", f"{stem}-{lost}", _NO_BOOTH)
                for lost in range(min(have), max(have)) if lost not in have
            ]  # fmt: skip
    return seat_hits(found)


def _nameless(table: BoothTable) -> pd.DataFrame:
    blank = table.rows["station_name"].isna() | (table.rows["station_name"] == "")
    usual = (~blank).groupby(table.seat).transform("mean") >= 0.5
    return hits(table, blank & usual, "station_name", "no name, unlike the seat's other booths")


def _legacy_font(table: BoothTable) -> pd.DataFrame:
    names = table.rows["station_name"].fillna("")
    told = pd.Series([looks_like_krutidev(str(name)) for name in names], index=names.index, dtype="bool")
    return hits(table, told, "station_name", "the name is in a legacy font (Kruti Dev)")


def _broken_script(table: BoothTable) -> pd.DataFrame:
    """Return names that begin with a vowel sign, or have one behind a blank: letters were lost from the text."""
    broken = table.rows["station_name"].str.contains(r"(?:^|\s)[\u093e-\u094d\u0902\u0903]", regex=True)
    return hits(
        table,
        broken.fillna(False).astype(bool),
        "station_name",
        "letters are missing from the name: the text of the source is damaged",
    )


def _number_for_name(table: BoothTable) -> pd.DataFrame:
    told = table.rows["station_name"].str.fullmatch(r"[\d\s.,]+")
    return hits(
        table, told.fillna(False).astype(bool), "station_name", "a number where the name should be: the row is shifted"
    )


FAULTS = (
    Fault("booth_number_twice", "The booth number stands twice in the seat", "out", _duplicate),
    Fault("booth_number_gap", "Booth numbers are missing inside the list", "note", _gap),
    Fault("first_booth_missing", "The list doesn't begin with booth 1", "note", _first_lost),
    Fault("booth_number_disorder", "Booth numbers run backwards", "note", _disorder),
    Fault("booth_number_far", "A booth number far above the number of booths", "note", _far),
    Fault("auxiliary_alone", "An auxiliary booth without its main booth", "note", _lone_auxiliary),
    Fault("list_cut_off", "The list ends at a number where programs cut lists off", "note", _cut_off),
    Fault("votes_cut_off", "The votes end before the list of booths does", "note", _no_votes_at_end),
    Fault("seat_missing", "A seat is missing from a file of many seats", "note", _missing_seats),
    Fault("name_blank", "No name, unlike the seat's other booths", "note", _nameless),
    Fault("name_in_legacy_font", "The name is in a legacy font", "note", _legacy_font),
    Fault("name_damaged", "Letters are missing from the name", "note", _broken_script),
    Fault("name_is_number", "A number where the name should be", "note", _number_for_name),
)
