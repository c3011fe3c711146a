"""Which elections a backtest predicts when nobody names them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from khaka.training.backtest import default_targets

ASSEMBLY = ["S24-2007-AE", "S24-2012-AE", "S24-2017-AE", "S24-2022-AE"]


class History:
    """Some assembly elections of one state; `parliament` is the year of its first Lok Sabha poll, if it has one."""

    def __init__(self, elections: list[str], parliament: int | None = None, uncounted: str = "") -> None:
        rows = [(name, name[:3], "AE", f"{name[4:8]}-03-11") for name in elections]
        if parliament is not None:
            rows.append((f"S24-{parliament}-LS", "S24", "LS", f"{parliament}-05-16"))
        table = pd.DataFrame(rows, columns=["election_id", "state", "kind", "result_date"])
        table["result_date"] = pd.to_datetime(table["result_date"])
        nominees = pd.DataFrame(
            {"election_id": elections, "votes": [0 if name != uncounted else None for name in elections]}
        )
        self._tables = {"elections": table, "nominees": nominees}
        self._past, self.source = elections, self

    def read(self, name: str) -> pd.DataFrame:
        return self._tables[name]

    def past(self) -> list[str]:
        return self._past


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (History(ASSEMBLY), ["S24-2022-AE"]),  # three before it
        (History(ASSEMBLY, parliament=2014), ["S24-2022-AE"]),
        (History(ASSEMBLY[:3]), ["S24-2017-AE"]),  # none has three: two
        (History(ASSEMBLY[:2]), ["S24-2012-AE"]),  # nor two: one
        (History(ASSEMBLY[:1]), []),
        (History(ASSEMBLY[:3], uncounted="S24-2017-AE"), ["S24-2012-AE"]),  # nothing to compare with
        (History(ASSEMBLY, parliament=2024), []),  # no Lok Sabha poll before any of them
    ],
)  # fmt: skip
def test_the_default_targets_have_the_longest_history_that_there_is(history: Any, expected: list[str]) -> None:
    assert default_targets(history) == expected
