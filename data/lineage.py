"""Booth lineage: which booths of one election became which of the next.

Booth numbers mean something only inside one election of one seat, so a booth's history is followed through names,
rooms, electors, coordinates and the order of the list (`booth_evidence`, `booth_alignment`, `lineage_links`), never
through its number and never through its votes.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from khaka.data.booth_alignment import align
from khaka.data.booth_evidence import READ, booth_list, log_odds
from khaka.data.delimitation import place_of
from khaka.data.durable import read_parquet, write_parquet
from khaka.data.election_dates import result_date
from khaka.data.errors import KhakaError
from khaka.data.lineage_links import link
from khaka.data.store import TableStore, to_pandas

FILE: Final = "lineage.parquet"
"""Where a workspace keeps the lineage."""

FROM: Final = ("from_election", "from_seat_id", "from_booth_no")
TO: Final = ("to_election", "to_seat_id", "to_booth_no")
_COLUMNS: Final = {
    **dict.fromkeys((*FROM, *TO), pa.string()),
    **dict.fromkeys(("weight_from", "weight_to", "confidence"), pa.float64()), "kind": pa.string(),
}  # fmt: skip
_SCHEMA: Final = pa.schema(list(_COLUMNS.items()))
_BOOTH: Final = ("election_id", "seat_id", "booth_no")
#: Raised whenever the method changes, so that a kept file is made anew.
_METHOD: Final = "2"
_SURE: Final = 0.9


def build_lineage(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Match the booths of two elections, seat by seat.

    Parameters
    ----------
    earlier, later : DataFrame
        Canonical `booths` rows of one election each, any number of seats, in any order. Only the columns of
        `booth_evidence.READ` and the key are looked at: votes polled are not.

    Returns
    -------
    DataFrame
        One row a link, sorted: from_election, from_seat_id, from_booth_no, to_election, to_seat_id, to_booth_no (the
        booth blank on the side where there is none), weight_from (share of the earlier booth that went there),
        weight_to (share of the later booth that came from there), confidence (0 to 0.999), kind (one, split, merge,
        new, closed). Seats that only one of the elections has are left out: that their sheet is missing doesn't mean
        that their booths are new.

    Raises
    ------
    KhakaError
        A table holds several elections, or a booth twice.

    Examples
    --------
    >>> before = pd.DataFrame({"election_id": "S24-2017-AE", "seat_id": "S24-2008-9", "booth_no": ["1", "2"],
    ...                        "station_name": ["P.S. RAMPUR", "P.S. KHANPUR"], "electors": [900, 1400]})
    >>> after = pd.DataFrame({"election_id": "S24-2022-AE", "seat_id": "S24-2008-9", "booth_no": ["1", "2", "3"],
    ...                       "station_name": ["प्रा0वि0 रामपुर", "प्रा0वि0 खानपुर", "प्रा0वि0 खानपुर"],
    ...                       "electors": [910, 700, 720]})
    >>> build_lineage(before, after)[["from_booth_no", "to_booth_no", "weight_from", "kind"]].round(2).values.tolist()
    [['1', '1', 1.0, 'one'], ['2', '2', 0.49, 'split'], ['2', '3', 0.51, 'split']]
    """
    parts = [_one_seat(one, two) for one, two in _seats(_checked(earlier), _checked(later))]
    return pd.concat(parts, ignore_index=True) if parts else to_pandas(_SCHEMA.empty_table())


def lineages(store: TableStore) -> pd.DataFrame:
    """Match the booths of all consecutive elections of each place.

    A by-election is matched with the general election before it and stays out of the chain of the others.

    Parameters
    ----------
    store : TableStore
        With `booths` of at least two elections.

    Returns
    -------
    DataFrame
        As `build_lineage`; empty where nothing can be matched.
    """
    parts = []
    for before, after, places in _pairs(store):
        sides = [store.read("booths", elections=[election]) for election in (before, after)]
        parts.append(build_lineage(*[side[side["seat_id"].map(place_of).isin(places)] for side in sides]))
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else to_pandas(_SCHEMA.empty_table())


def update_lineage(store: TableStore, path: Path) -> pd.DataFrame:
    """Return the lineage of a workspace, made anew and written durably when its booths have changed.

    Parameters
    ----------
    store : TableStore
        The tables.
    path : Path
        The workspace's `lineage.parquet`.

    Returns
    -------
    DataFrame
        As `lineages`.
    """
    kept = kept_lineage(store, path)
    if kept is not None:
        return kept
    found = lineages(store)
    table = pa.Table.from_pandas(found, schema=_SCHEMA, preserve_index=False)
    write_parquet(path, table.replace_schema_metadata({"booths": _state(store)}))
    return found


def kept_lineage(store: TableStore, path: Path) -> pd.DataFrame | None:
    """Return the lineage that a workspace keeps; None where there is none or its booths have changed since.

    Parameters
    ----------
    store : TableStore
        The tables.
    path : Path
        The workspace's `lineage.parquet`.

    Returns
    -------
    DataFrame or None
        As `lineages`.
    """
    if not path.exists():
        return None
    kept = read_parquet(path)
    return to_pandas(kept) if (kept.schema.metadata or {}).get(b"booths") == _state(store).encode() else None


def _state(store: TableStore) -> str:
    """Return a fingerprint of the booths and of the method."""
    digests = sorted(store.hashes(["booths"]).items())
    return hashlib.sha256(repr((_METHOD, digests)).encode()).hexdigest()


def match_rates(lineage: pd.DataFrame) -> pd.DataFrame:
    """Sum up how well the booths of each pair of elections were matched.

    Parameters
    ----------
    lineage : DataFrame
        As from `build_lineage`.

    Returns
    -------
    DataFrame
        One row a pair: from_election, to_election, seats, booths (of the later election), linked (share of them with
        an earlier booth, 0 to 1), sure (share linked with a confidence of 0.9 or more), split, merge, new (later
        booths of each kind), closed (earlier booths).

    Examples
    --------
    >>> before = pd.DataFrame({"election_id": "S24-2017-AE", "seat_id": "S24-2008-9", "booth_no": ["1"],
    ...                        "station_name": ["P.S. RAMPUR"], "electors": [1400]})
    >>> after = pd.DataFrame({"election_id": "S24-2022-AE", "seat_id": "S24-2008-9", "booth_no": ["1", "2"],
    ...                       "station_name": ["P.S. RAMPUR"] * 2, "electors": [700, 720]})
    >>> match_rates(build_lineage(before, after))[["booths", "linked", "split"]].values.tolist()
    [[2.0, 1.0, 2.0]]
    """
    rows = []
    for (before, after), part in lineage.groupby(["from_election", "to_election"], sort=True):
        later = part[part["to_booth_no"].notna()].sort_values("confidence", ascending=False)
        booths = later.drop_duplicates(["to_seat_id", "to_booth_no"])
        linked = booths["from_booth_no"].notna()
        rows.append({
            "from_election": before, "to_election": after, "seats": part["to_seat_id"].nunique(), "booths": len(booths),
            "linked": float(linked.mean()), "sure": float((linked & (booths["confidence"] >= _SURE)).mean()),
            **{kind: int((booths["kind"] == kind).sum()) for kind in ("split", "merge", "new")},
            "closed": int((part["kind"] == "closed").sum()),
        })  # fmt: skip
    names = ["from_election", "to_election", "seats", "booths", "linked", "sure", "split", "merge", "new", "closed"]
    return pd.DataFrame(rows, columns=names)


def _checked(booths: pd.DataFrame) -> pd.DataFrame:
    elections = booths["election_id"].unique()
    if len(elections) > 1:
        raise KhakaError(f"booths of several elections ({', '.join(sorted(elections)[:3])}); give one election a side")
    if booths.duplicated(["seat_id", "booth_no"]).any():
        row = booths[booths.duplicated(["seat_id", "booth_no"])].iloc[0]
        raise KhakaError(f"booth {row['booth_no']} of {row['seat_id']} is there twice; keep one row a booth")
    return booths[[*_BOOTH, *(name for name in READ if name in booths.columns and name not in _BOOTH)]]


def _seats(earlier: pd.DataFrame, later: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield both sides of each place that both have, sorted by place."""
    before = dict(list(earlier.groupby(earlier["seat_id"].map(place_of), sort=True)))
    after = dict(list(later.groupby(later["seat_id"].map(place_of), sort=True)))
    for place in sorted(set(before) & set(after)):
        yield before[place], after[place]


def _one_seat(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    one, two = booth_list(earlier), booth_list(later)
    clues = log_odds(one, two)
    found = link(align(clues), clues, one.electors, two.electors)
    order = np.lexsort((found.earlier, found.later, found.later < 0))
    frame = pd.DataFrame({
        "from_election": earlier["election_id"].iloc[0],
        "from_seat_id": earlier["seat_id"].iloc[0],
        "from_booth_no": pd.array([one.numbers[at] if at >= 0 else None for at in found.earlier], dtype="str"),
        "to_election": later["election_id"].iloc[0],
        "to_seat_id": later["seat_id"].iloc[0],
        "to_booth_no": pd.array([two.numbers[at] if at >= 0 else None for at in found.later], dtype="str"),
        "weight_from": found.weight_from, "weight_to": found.weight_to,
        "confidence": found.confidence, "kind": list(found.kind),
    })  # fmt: skip
    return frame.iloc[order].reset_index(drop=True)


def _pairs(store: TableStore) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (earlier election, later election, places) of all that follow each other in some place."""
    known = store.read("elections", columns=["election_id", "result_date"]).dropna()
    dates = dict(zip(known["election_id"], known["result_date"].dt.date, strict=True))
    held: dict[str, list[str]] = {}
    for path in store.files("booths"):
        seats = store.read("booths", columns=["seat_id"], elections=[path.stem])["seat_id"].unique()
        for place in {place_of(seat) for seat in seats}:
            held.setdefault(place, []).append(path.stem)
    pairs: dict[tuple[str, str], set[str]] = {}
    for place, elections in held.items():
        ordered = sorted(elections, key=lambda election: (dates.get(election) or result_date(election), election))
        general = [election for election in ordered if "-BYE" not in election]
        found = list(itertools.pairwise(general))
        for at, election in enumerate(ordered):
            before = [other for other in ordered[:at] if "-BYE" not in other]
            if "-BYE" in election and before:
                found.append((before[-1], election))
        for pair in found:
            pairs.setdefault(pair, set()).add(place)
    for (before_id, after_id), places in sorted(pairs.items()):
        yield before_id, after_id, places
