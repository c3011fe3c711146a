"""Values are read as others write them, and refused in words where they cannot be."""

from __future__ import annotations

import pandas as pd
import pytest

from khaka.data.kinds import parse

MOMENT = pd.Timestamp("2026-08-27T02:03:00Z")


@pytest.mark.parametrize(
    "text",
    ["2026-08-27T07:33:00+05:30", "2026-08-27 07:33:00+0530", "2026-08-27 02:03:00+00", "2026-08-27 04:03:00.000+02",
     "2026-08-27T02:03Z", "2026-08-26T22:33:00-03:30"],
)  # fmt: skip
def test_a_time_with_any_offset_is_that_moment(text: str) -> None:
    parsed, reasons = parse(pd.Series([text]), "time")
    assert parsed.tolist() == [MOMENT]
    assert reasons.isna().all()


@pytest.mark.parametrize("text", ["2026-08-27 07:33:00", "2026-08-27", "2026-08-27T07:33"])
def test_a_time_without_offset_is_none(text: str) -> None:
    parsed, reasons = parse(pd.Series([text]), "time")
    assert parsed.isna().all()
    assert reasons.tolist() == ["a time without offset; write 2027-01-31T18:05:00+05:30"]
