"""The data report of `khaka check`: what is there, what is missing, what was quarantined or flagged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from khaka.data.delimitation import place_of
from khaka.data.flags.store import flag_summary
from khaka.data.lineage import FILE as LINEAGE_FILE
from khaka.data.lineage import match_rates, update_lineage
from khaka.data.places.coordinates import FAULTS
from khaka.data.places.report import MapFault, coordinate_report, map_faults
from khaka.data.quarantine import read_quarantine
from khaka.data.schema import TABLES
from khaka.data.states import state_name
from khaka.data.store import TableStore

_MOST: Final = 12
_MOST_FLAGS: Final = 40
_EXPECTED: Final = {
    "demographics": "demographics (census districts, electors by age)",
    "booths": "booths (booth-wise results)",
    "boundaries": "boundaries (polygons of seats)",
    "aspirants": "aspirants (needed to rank; nominees can be forecast without)",
    "ratings": "ratings of aspirants",
    "surveys": "surveys",
    "activity": "field activity",
}
"""Tables whose lack is worth a line, and how it is called."""


@dataclass(frozen=True)
class DataReport:
    """What a workspace holds.

    Parameters
    ----------
    state : str
        ECI code of the configured state.
    tables : dict of str to int
        Rows by table, over all states.
    elections : DataFrame
        One row per election: election_id, state, kind, result_date, seats, nominees, booths, uncounted (seats
        without votes).
    missing : list of str
        What the configured state lacks.
    faults : DataFrame
        Columns severity, table, reason, rows: what was quarantined or flagged.
    integrity : list of dict
        Columns election_id, check, seats, examples.
    lineage : DataFrame
        As `khaka.data.lineage.match_rates`: how many booths could be followed from one election to the next.
    flags : DataFrame
        As `khaka.data.flags.store.flag_summary`: faults of booths, by name.
    maps : list of MapFault
        What is wrong with the polygons.
    polygons : dict of str to int
        Seat polygons by state.
    coordinates : DataFrame
        As `khaka.data.places.report.coordinate_report`.
    """

    state: str
    tables: dict[str, int]
    elections: pd.DataFrame
    missing: list[str]
    faults: pd.DataFrame
    integrity: list[dict[str, Any]]
    lineage: pd.DataFrame
    flags: pd.DataFrame
    maps: list[MapFault]
    polygons: dict[str, int]
    coordinates: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """Return the report for `--json`."""
        elections = self.elections.assign(result_date=self.elections["result_date"].dt.strftime("%Y-%m-%d"))
        return {
            "state": self.state,
            "tables": self.tables,
            "elections": _records(elections),
            "missing": self.missing,
            "faults": _records(self.faults),
            "integrity": self.integrity,
            "lineage": _records(self.lineage),
            "flags": _records(self.flags),
            "maps": [fault.to_dict() for fault in self.maps],
            "polygons": self.polygons,
            "coordinates": _records(self.coordinates),
        }

    def to_text(self) -> str:
        """Return the report as lines for a terminal: the configured state in full, the others in one line each."""
        lines = [f"State: {self.state} ({state_name(self.state) or 'unknown'})", "", "Tables"]
        lines += [f"  {name:<16}{rows:>12,} rows" for name, rows in self.tables.items()]
        own = self.elections[self.elections["state"] == self.state]
        lines += ["", f"Elections of {self.state}"]
        lines.append(f"  {'election':<16}{'result':<12}{'seats':>6}{'nominees':>10}{'booths':>10}{'without votes':>15}")
        for row in own.to_dict("records"):
            day = row["result_date"].strftime("%Y-%m-%d") if not pd.isna(row["result_date"]) else "unknown"
            lines.append(
                f"  {row['election_id']:<16}{day:<12}{row['seats']:>6,}{row['nominees']:>10,}{row['booths']:>10,}"
                f"{row['uncounted']:>15,}"
            )
        if own.empty:
            lines.append("  none")
        others = self.elections[self.elections["state"] != self.state].groupby("state", sort=True)
        if len(others):
            lines += ["", "Other states"]
        for state, part in others:
            general = part[part["kind"] != "BYE"]
            years = general["election_id"].str.slice(4, 8)
            span = f"{years.min()} to {years.max()}" if len(general) else "by-elections only"
            lines.append(f"  {state} {state_name(str(state)) or '':<20}{len(part):>4} elections, {span}")
        lines += ["", "Missing", *(f"  {entry}" for entry in self.missing or ["nothing that is looked for"])]
        lines += ["", "Quarantined and flagged (rows; all in quarantine.parquet)"]
        for row in self.faults.head(40).to_dict("records"):
            lines.append(f"  {row['rows']:>9,}  {row['severity']:<12}{row['table']:<16}{row['reason']}")
        if self.faults.empty:
            lines.append("  nothing")
        lines += ["", "Integrity"]
        for entry in self.integrity:
            lines.append(
                f"  {entry['election_id']:<16}{entry['check']}: {entry['seats']:,} ({', '.join(entry['examples'])})"
            )
        if not self.integrity:
            lines.append("  nothing found")
        lines += ["", "Booths followed through time (lineage.parquet; linked: share of the later election's booths)"]
        for row in self.lineage.to_dict("records"):
            lines.append(
                f"  {row['from_election']} to {row['to_election']}: {row['seats']:,} seats, {row['booths']:,} booths, "
                f"{row['linked']:.1%} linked ({row['sure']:.1%} with a confidence of 0.9 or more), "
                f"{row['split']:,} split, {row['merge']:,} merged, {row['new']:,} new, {row['closed']:,} closed"
            )
        if self.lineage.empty:
            lines.append("  no two elections with booths of the same seats")
        return "\n".join([*lines, *self._flag_lines(), *self._place_lines()])

    def _flag_lines(self) -> list[str]:
        lines = ["", "Faults of booths (flags.parquet; out: the row stays out of totals)"]
        shown = self.flags.head(_MOST_FLAGS)
        for row in shown.to_dict("records"):
            lines.append(
                f"  {row['flags']:>9,}  {row['severity']:<12}{row['election_id']:<16}{row['meaning']} "
                f"({row['seats']:,} seats)"
            )
        if self.flags.empty:
            lines.append("  none flagged")
        if len(self.flags) > len(shown):
            lines.append(f"  and {len(self.flags) - len(shown)} more kinds")
        return lines

    def _place_lines(self) -> list[str]:
        held = ", ".join(f"{state} {count:,}" for state, count in self.polygons.items()) or "none"
        lines = ["", f"Maps (seat polygons: {held})"]
        for fault in self.maps:
            lines.append(f"  {fault.state} {fault.fault}: {fault.units:,} ({', '.join(fault.examples[:5])})")
        if not self.maps:
            lines.append("  nothing found" if self.polygons else "  no boundary file")
        lines += ["", "Coordinates of booths, against the seats of their neighbours, and the map where there is one"]
        for row in self.coordinates.to_dict("records"):
            found = [f"{row[name]:,} {text}" for name, text in FAULTS.items() if row[name]]
            lines.append(
                f"  {row['election_id']:<16}{row['located']:>8,} of {row['booths']:,} booths located; "
                f"{'; '.join(found) or 'nothing found'}"
            )
        if self.coordinates.empty:
            lines.append("  no booth has coordinates")
        return lines


def data_report(*, store: TableStore, workspace_root: Path, state: str) -> DataReport:
    """Look through a workspace's tables.

    Parameters
    ----------
    store : TableStore
        The tables.
    workspace_root : Path
        Holds `quarantine.parquet`.
    state : str
        ECI code of the configured state.

    Returns
    -------
    DataReport
        For `to_text` or `to_dict`.
    """
    nominees = store.read("nominees", columns=["election_id", "seat_id", "party", "votes"])
    seat_elections = store.read("seat_elections", columns=["election_id", "seat_id", "electors", "valid_votes"])
    booths = store.read("booths", columns=["election_id", "seat_id", "booth_no", "lat", "lon"])
    boundaries = store.read("boundaries")
    seat_map = boundaries[boundaries["level"] == "seat"]["unit_id"].astype("str").str.slice(0, 3)
    elections = _elections(store.read("elections"), nominees, seat_elections, booths)
    return DataReport(
        state=state,
        tables={name: _rows(store, name) for name in TABLES if store.files(name)},
        elections=elections,
        missing=_missing(store, elections, state),
        faults=_faults(read_quarantine(workspace_root / "quarantine.parquet")),
        integrity=_integrity(nominees, seat_elections, elections, state),
        lineage=match_rates(update_lineage(store, workspace_root / LINEAGE_FILE)),
        flags=flag_summary(workspace_root).sort_values("flags", ascending=False, kind="stable", ignore_index=True),
        maps=map_faults(
            boundaries, seats=store.read("seats", columns=["seat_id", "seat_name"]), contested=nominees, booths=booths
        ),
        polygons={str(name): int(count) for name, count in seat_map.value_counts().sort_index().items()},
        coordinates=coordinate_report(booths, boundaries),
    )


def _rows(store: TableStore, table: str) -> int:
    import pyarrow.parquet as pq

    return sum(int(pq.read_metadata(path).num_rows) for path in store.files(table))


def _elections(
    elections: pd.DataFrame, nominees: pd.DataFrame, seat_elections: pd.DataFrame, booths: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per election that any table knows."""
    known = pd.concat(
        [elections["election_id"], nominees["election_id"], seat_elections["election_id"], booths["election_id"]]
    )
    out = pd.DataFrame({"election_id": sorted(known.dropna().unique())}, dtype="str")
    out = out.merge(elections[["election_id", "kind", "result_date"]], how="left", on="election_id")
    out.insert(1, "state", out["election_id"].str.slice(0, 3))
    out["kind"] = out["kind"].fillna(out["election_id"].str.extract(r"-(AE|LS|BYE)[^-]*$", expand=False))
    out["result_date"] = out["result_date"].astype("datetime64[us]")
    both = pd.concat(
        [nominees[["election_id", "seat_id"]], seat_elections[["election_id", "seat_id"]]]
    ).drop_duplicates()
    voted = nominees.groupby(["election_id", "seat_id"])["votes"].sum(min_count=1)
    blank = voted[voted.isna()].reset_index().groupby("election_id").size()
    for name, counts in (
        ("seats", both.groupby("election_id").size()),
        ("nominees", nominees.groupby("election_id").size()),
        ("booths", booths.groupby("election_id").size()),
        ("uncounted", blank),
    ):
        out[name] = out["election_id"].map(counts).fillna(0).astype("int64")
    return out


def _missing(store: TableStore, elections: pd.DataFrame, state: str) -> list[str]:
    own = elections[elections["state"] == state]
    out: list[str] = []
    for kind, label in (("AE", "assembly results"), ("LS", "Lok Sabha results by assembly segment")):
        part = own[(own["kind"] == kind) & (own["nominees"] > 0)]
        if part.empty:
            out.append(f"{label} of {state}")
    for table, label in _EXPECTED.items():
        found = [path for path in store.files(table) if path.stem.startswith((state, "unknown", "all"))]
        if not found:
            out.append(f"{label} of {state}")
    undated = own[own["result_date"].isna()]["election_id"].tolist()
    if undated:
        out.append(f"result dates of {', '.join(undated[:_MOST])}")
    return out


def _faults(quarantine: pd.DataFrame) -> pd.DataFrame:
    if quarantine.empty:
        return pd.DataFrame({"severity": [], "table": [], "reason": [], "rows": []})
    counts = quarantine.groupby(["severity", "table", "reason"], dropna=False).size().rename("rows").reset_index()
    return counts.sort_values(
        ["severity", "rows", "table", "reason"], ascending=[False, False, True, True], ignore_index=True
    )


def _integrity(
    nominees: pd.DataFrame, seat_elections: pd.DataFrame, elections: pd.DataFrame, state: str
) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []

    def note(check: str, rows: pd.DataFrame) -> None:
        for election, part in rows.groupby("election_id", sort=True):
            seats = sorted(part["seat_id"].unique())
            out.append({"election_id": str(election), "check": check, "seats": len(seats), "examples": seats[:5]})

    own = nominees[nominees["election_id"].str.startswith(state)]
    ranked = own.dropna(subset=["votes"])
    best = ranked.groupby(["election_id", "seat_id"])["votes"].transform("max")
    winners = ranked[(ranked["votes"] == best) & (best > 0)]
    note("two winners with equal votes", winners[winners.duplicated(["election_id", "seat_id"], keep=False)])
    alone = own.groupby(["election_id", "seat_id"]).size()
    note("a single nominee", alone[alone == 1].reset_index())
    mine = seat_elections[seat_elections["election_id"].str.startswith(state)]
    note("more valid votes than electors", mine[(mine["valid_votes"] > mine["electors"]).fillna(False).astype(bool)])
    # a general election holds every seat of its delimitation
    general = elections[(elections["state"] == state) & (elections["kind"] != "BYE")]["election_id"]
    seats = own[own["election_id"].isin(general)][["election_id", "seat_id"]].drop_duplicates()
    seats = seats.assign(seat_id=seats["seat_id"].map(place_of))
    order = seats["seat_id"].str.rsplit("-", n=1).str[0]
    every = {name: set(part) for name, part in seats.groupby(order)["seat_id"]}
    for election, part in seats.groupby("election_id", sort=True):
        orders = part["seat_id"].str.rsplit("-", n=1).str[0].unique()
        expected = set().union(*(every[name] for name in orders))
        gone = sorted(expected - set(part["seat_id"]))
        if gone:
            out.append(
                {"election_id": str(election), "check": "seats missing", "seats": len(gone), "examples": gone[:5]}
            )
    return out


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype("object").where(frame.notna(), None)
    return [{str(key): _plain(value) for key, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
