"""Coordinates of booths as collected by R. Susewind: AC of the 2008 delimitation, booth numbers of 2014."""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.data.delimitation import current_seat_id
from khaka.data.election_dates import result_date
from khaka.data.errors import KhakaError
from khaka.data.readers.base import Options, Piece, Reading, faults, join_faults, numbers, stem, whole
from khaka.data.readers.sheet import Sheet
from khaka.data.states import state_in_text

FORMAT: Final = "booth_gps"
WHAT: Final = "coordinates of booths"

#: India with its islands, degrees: anything outside is a swap or a slip.
_LAT: Final = (6.0, 38.0)
_LON: Final = (68.0, 98.0)


def recognises(sheet: Sheet) -> bool:
    """Tell whether the header has booths of 2014 with coordinates."""
    return sheet.has("ac_id_09", "booth_id_14", "latitude", "longitude")


def read(sheet: Sheet, options: Options) -> Reading:
    """Read booth coordinates.

    Parameters
    ----------
    sheet : Sheet
        The opened file.
    options : Options
        Name the state where the file's name doesn't.

    Returns
    -------
    Reading
        booths of the Lok Sabha election of 2014. Swapped coordinates are set right and flagged, those outside India
        are left blank and flagged; rows with a booth of 2021 only are counted in a note.

    Raises
    ------
    KhakaError
        Nothing tells the state.
    """
    state = state_in_text(stem(sheet.path)) or options.state
    if state is None:
        raise KhakaError(f"{sheet.path} holds {WHAT}, but nothing tells the state; add --election S07-2014-LS")
    election = f"{state}-2014-LS"
    raw = sheet.load()
    number, booth = whole(raw["ac_id_09"]), whole(raw["booth_id_14"])
    keep = (number.notna() & booth.notna() & (number >= 1).fillna(False)).astype(bool)
    rest = int((~keep).sum())
    raw, number, booth = raw[keep], number[keep], booth[keep]
    lat, lon = numbers(raw["latitude"]), numbers(raw["longitude"])
    found: list[pd.DataFrame] = []
    for name, value in (("latitude", lat), ("longitude", lon)):
        bad = value.isna() & raw[name].notna()
        found.append(faults("booths", name, raw.loc[bad, name], "not a number; left blank"))
    swapped = lat.between(*_LON) & lon.between(*_LAT) & ~(lat.between(*_LAT) & lon.between(*_LON))
    found.append(
        faults("booths", "latitude", raw.loc[swapped, "latitude"], "latitude and longitude swapped; set right")
    )
    lat, lon = lat.where(~swapped, lon), lon.where(~swapped, lat)
    outside = (lat.notna() | lon.notna()) & ~(lat.between(*_LAT) & lon.between(*_LON))
    found.append(faults("booths", "latitude", raw.loc[outside, "latitude"], "outside India; left blank"))
    frame = pd.DataFrame(
        {
            "election_id": election,
            "seat_id": [current_seat_id(state, int(value)) for value in number],
            "booth_no": booth.astype("str"),
            "station_name": raw["booth_name_14"].str.strip() if "booth_name_14" in raw.columns else pd.NA,
            "lat": lat.where(~outside),
            "lon": lon.where(~outside),
        },
        index=raw.index,
    )
    elections = pd.DataFrame(
        {
            "election_id": [election],
            "state": [state],
            "kind": ["LS"],
            "result_date": [pd.Timestamp(result_date(election))],
        },
        index=[1],
    )
    later = f"{rest:,} rows name a booth of a later roll only, not stored"
    note = f"{sheet.path.name}: {len(frame):,} booths of {election}; {later}"
    pieces = (Piece("elections", elections, "fill"), Piece("booths", frame, "fill"))
    return Reading(FORMAT, pieces, join_faults(found), (note,))
