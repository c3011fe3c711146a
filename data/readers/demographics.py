"""Published figures about people and places: Census 2011 districts, electors by sex and age, constituency lists."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.data.delimitation import current_seat_id
from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults, numbers, whole
from khaka.data.readers.sheet import Sheet
from khaka.data.states import state_code

CENSUS: Final = "census_districts"
ELECTORS: Final = "electors_by_age"
CONSTITUENCIES: Final = "constituencies"

#: measure: (parts, whole), as columns of the Census file; a share is the sum of the parts over the whole.
_CENSUS_SHARES: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "sc_share": (("SC",), "Population"),
    "st_share": (("ST",), "Population"),
    "female_share": (("Female",), "Population"),
    "literacy_rate": (("Literate",), "Population"),
    "female_literacy_share": (("Female_Literate",), "Female"),
    "workers_share": (("Workers",), "Population"),
    "cultivators_share": (("Cultivator_Workers",), "Workers"),
    "agricultural_labourers_share": (("Agricultural_Workers",), "Workers"),
    "marginal_workers_share": (("Marginal_Workers",), "Workers"),
    "urban_share": (("Urban_Households",), "Households"),
    "hindu_share": (("Hindus",), "Population"),
    "muslim_share": (("Muslims",), "Population"),
    "christian_share": (("Christians",), "Population"),
    "sikh_share": (("Sikhs",), "Population"),
    "graduates_share": (("Graduate_Education",), "Population"),
    "under_30_share": (("Age_Group_0_29",), "Population"),
    "electricity_share": (("Housholds_with_Electric_Lighting",), "Households"),
    "internet_share": (("Households_with_Internet",), "Households"),
    "television_share": (("Households_with_Television",), "Households"),
    "lpg_share": (("LPG_or_PNG_Households",), "Households"),
    "latrine_share": (("Having_latrine_facility_within_the_premises_Total_Households",), "Households"),
}


def recognises(sheet: Sheet) -> str | None:
    """Return which of the three formats a header is, None where it is none."""
    if sheet.has("State name", "District name", "Population"):
        return CENSUS
    if sheet.has("STATE", "AC_NO", "18-19 Male"):
        return ELECTORS
    if sheet.has("ST_CODE", "ST_NAME", "AC_CODE", "AC_NAME"):
        return CONSTITUENCIES
    return None


def read(sheet: Sheet, options: Options) -> Reading:
    """Read one of the three formats.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        Not used.

    Returns
    -------
    Reading
        demographics, or seats and reservations.
    """
    del options
    kind = recognises(sheet)
    reader = {CENSUS: _census, ELECTORS: _electors, CONSTITUENCIES: _constituencies}[kind or CENSUS]
    return reader(sheet)


def _states(sheet: Sheet, names: pd.Series) -> tuple[pd.Series, list[pd.DataFrame]]:
    codes = {name: state_code(str(name)) for name in names.dropna().unique()}
    state = names.map(codes).astype("str")
    if state.isna().all():
        raise KhakaError(
            f"{sheet.path}: column '{names.name}' names no state of India; write it as Uttar Pradesh or S24"
        )
    bad = state.isna()
    return state, [faults("demographics", str(names.name), names[bad], "no state of India", severity="quarantined")]


def _census(sheet: Sheet) -> Reading:
    needed = {column for parts, base in _CENSUS_SHARES.values() for column in (*parts, base)}
    raw = sheet.load(["State name", "District name", *sorted(needed & set(sheet.header))])
    state, found = _states(sheet, raw["State name"])
    unit = state + ":" + raw["District name"].str.strip().str.upper()
    keep = unit.notna()
    frames: list[pd.DataFrame] = []
    for measure, (parts, base) in _CENSUS_SHARES.items():
        if not sheet.has(*parts, base):
            continue
        whole_ = numbers(raw[base])
        value = sum((numbers(raw[part]) for part in parts), start=pd.Series(0.0, index=raw.index)) / whole_.where(
            whole_ > 0
        )
        frames.append(_measure("district", unit, measure, 2011, "census-2011", value, whole_)[keep])
    frames.append(
        _measure(
            "district", unit, "population", 2011, "census-2011", numbers(raw["Population"]), numbers(raw["Population"])
        )[keep]
    )
    note = f"{sheet.path.name}: {int(keep.sum())} districts; urban_share is by households"
    return Reading(CENSUS, (Piece("demographics", pd.concat(frames)),), join_faults(found), (note,))


def _measure(
    level: str, unit: pd.Series, measure: str, year: int, source: str, value: pd.Series, population: pd.Series
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": level, "unit_id": unit, "measure": measure, "year": year, "source": source, "value": value,
            "kind": "official", "population": population,
        }
    )  # fmt: skip


def _electors(sheet: Sheet) -> Reading:
    raw = sheet.load()
    state, found = _states(sheet, raw["STATE"])
    number = whole(raw["AC_NO"])
    keep = state.notna() & (number >= 1).fillna(False).astype(bool)
    raw, state, number = raw[keep], state[keep], number[keep]
    unit = pd.Series([current_seat_id(code, int(ac)) for code, ac in zip(state, number, strict=True)], index=raw.index)
    young = sum(
        (numbers(raw[f"18-19 {sex}"]).fillna(0) for sex in ("Male", "Female", "Others")),
        start=pd.Series(0.0, raw.index),
    )
    men, women = numbers(raw["Above 18 Male"]), numbers(raw["Above 18 Female"])
    # "above 18" holds the 18 to 19 year olds too: the printed ratio of women to men is that of these columns alone
    total = men + women + numbers(raw["Above 18 Others"]).fillna(0)
    total = total.where(total > 0)
    source, year = "eci-roll-2014", 2014
    frame = pd.concat(
        [
            _measure("seat", unit, "electors_18_19_share", year, source, young / total, total),
            _measure(
                "seat", unit, "women_per_1000_men_electors", year, source, 1000 * women / men.where(men > 0), total
            ),
        ]
    )
    note = f"{sheet.path.name}: electors of {len(raw)} seats on the roll of 2014"
    return Reading(ELECTORS, (Piece("demographics", frame),), join_faults(found), (note,))


def _constituencies(sheet: Sheet) -> Reading:
    raw = sheet.load()
    codes = {code: state_code(str(code)) for code in raw["ST_CODE"].dropna().unique()}
    state, number = raw["ST_CODE"].map(codes).astype("str"), whole(raw["AC_CODE"])
    keep = state.notna() & (number >= 1).fillna(False).astype(bool)
    bad = faults("seats", "ST_CODE", raw.loc[~keep, "ST_CODE"], "no state or no seat number", severity="quarantined")
    raw, state, number = raw[keep], state[keep], number[keep]
    unit = pd.Series([current_seat_id(code, int(ac)) for code, ac in zip(state, number, strict=True)], index=raw.index)
    parts = unit.str.split("-", expand=True)
    kind = (
        raw["AC_TYPE"].str.strip().str.upper() if "AC_TYPE" in raw.columns else pd.Series(pd.NA, raw.index, dtype="str")
    )
    frame = pd.DataFrame(
        {
            "seat_id": unit, "state": parts[0], "seat_no": whole(parts[2]), "seat_name": raw["AC_NAME"].str.strip(),
            "delimitation": parts[1], "reservation_2008": kind,
            "pc_name": raw["PC_NAME"].str.strip() if "PC_NAME" in raw.columns else pd.NA,
        }
    )  # fmt: skip
    note = f"{sheet.path.name}: {len(frame)} seats; reservation_2008 is the order's own, blank where it names none"
    return Reading(CONSTITUENCIES, (Piece("seats", frame, "fill"),), bad, (note,))
