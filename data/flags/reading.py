"""Faults that only reading a sheet shows: cells that are no counts, rows that are no booths, columns nobody knows."""

from __future__ import annotations

import pandas as pd

from khaka.data.flags.table import BoothTable, Fault, Severity, no_hits

_SEEN: tuple[tuple[str, str, Severity], ...] = (
    ("cell_unreadable", "A cell of votes that holds no number", "quarantined"),
    ("cell_decimal_comma", "A number with a decimal comma; the part before it was taken", "note"),
    ("cell_negative", "A cell of votes below zero", "quarantined"),
    ("row_without_number", "A row of votes without a booth number", "quarantined"),
    ("row_repeated", "The same booth with the same votes again; kept once", "quarantined"),
    ("row_clash", "The same booth number with other votes; none kept", "quarantined"),
    ("total_row_unmarked", "A row that is the sum of the rows before it, though nothing says so", "note"),
    ("two_nota_columns", "Two columns for none of the above", "note"),
    ("nota_column_missing", "The sheet has no column for none of the above", "note"),
    ("columns_swapped", "The votes of two columns are each other's in the official result", "note"),
    ("column_unmatched", "A column of votes that fits no candidate of the official result", "note"),
    ("column_without_party", "A column of votes whose party nothing tells", "quarantined"),
    ("candidate_without_column", "A candidate of the official result who has no column", "note"),
    ("seat_unsure", "Content and name of the file tell different seats", "note"),
)  # fmt: skip


def _check(name: str, meaning: str, severity: Severity) -> Fault:
    def check(table: BoothTable) -> pd.DataFrame:
        found = [
            (seat, cell) for seat, facts in sorted(table.facts.items()) for cell in facts.cells if cell.fault == name
        ]
        if not found:
            return no_hits()
        return pd.DataFrame(
            {
                "place": -1, "column": [cell.column for _, cell in found], "value": [cell.value for _, cell in found],
                "reason": [cell.reason or meaning for _, cell in found], "seat": [seat for seat, _ in found],
                "row": [cell.row for _, cell in found], "booth_no": [cell.booth_no for _, cell in found],
            }
        )  # fmt: skip

    return Fault(name, meaning, severity, check)


FAULTS = tuple(_check(*entry) for entry in _SEEN)
