"""Other line-ups: a rival replaced or gone, an ally that leaves its seats."""

from __future__ import annotations

import pandas as pd
import pytest

from khaka.data.errors import KhakaError
from khaka.features.rivals import RivalChange, with_rivals
from khaka.features.source import Source

SEATS = ["S24-2008-1", "S24-2008-2"]


class Tables:
    def __init__(self, nominees: pd.DataFrame) -> None:
        self._nominees = nominees

    def read(self, table: str) -> pd.DataFrame:
        return self._nominees


def source() -> Source:
    rows = [
        ("S24-2022-AE", SEATS[0], "old-1", "P1", "Old rival", "BJP", 50.0, 900),
        ("S24-2022-AE", "S24-2008-9", "old-9", "P9", "From elsewhere", "BJP", 40.0, 800),
        *[("S24-2027-AE", seat, f"{party}{seat}", pd.NA, "(x)", party, float("nan"), pd.NA)
          for seat in SEATS for party in ("INC", "BJP", "BSP")],
    ]  # fmt: skip
    names = ["election_id", "seat_id", "nominee_id", "person_id", "name", "party", "age", "votes"]
    frame = pd.DataFrame(rows, columns=names).astype({"person_id": "str", "votes": "Int64"})
    return Tables(frame)


def changed(*rivals: str, allies: tuple[str, ...] = ()) -> pd.DataFrame:
    out = with_rivals(
        source(), election_id="S24-2027-AE", party="INC", seats=SEATS,
        rivals=[RivalChange.parse(text) for text in rivals], allies=allies,
    ).read("nominees")  # fmt: skip
    return out[out["election_id"] == "S24-2027-AE"]


def test_a_named_rival_takes_the_partys_place_with_own_record_and_no_votes() -> None:
    rows = changed("BJP=P1")
    here = rows[(rows["seat_id"] == SEATS[0]) & (rows["party"] == "BJP")]
    assert here["person_id"].tolist() == ["P1"]
    assert here["age"].tolist() == [55.0]
    assert here["votes"].isna().all()
    assert len(rows) == 6


def test_someone_from_elsewhere_needs_a_seat() -> None:
    with pytest.raises(KhakaError, match="SEAT:PARTY=ID"):
        changed("BJP=P9")
    rows = changed("S24-2008-2:BJP=old-9")
    assert set(rows.loc[rows["party"] == "BJP", "person_id"].dropna()) == {"P9"}


def test_none_takes_a_party_out_of_one_seat_or_of_all() -> None:
    assert (changed("BSP=none")["party"] != "BSP").all()
    rows = changed("S24-2008-1:BSP=none")
    assert rows.loc[rows["party"] == "BSP", "seat_id"].tolist() == ["S24-2008-2"]


def test_an_ally_leaves_our_seats_only() -> None:
    assert (changed(allies=("BSP",))["party"] != "BSP").all()


@pytest.mark.parametrize(
    ("rivals", "allies", "match"),
    [(("INC=none",), (), "ticket is open"), (("SP=none",), (), "nobody to take out"),
     (("BJP=P7",), (), "no nominee and no person"), ((), ("SP",), "no nominee in"), (("BJP",), (), "names no rival")],
)  # fmt: skip
def test_what_cannot_be_is_refused(rivals: tuple[str, ...], allies: tuple[str, ...], match: str) -> None:
    with pytest.raises(KhakaError, match=match):
        changed(*rivals, allies=allies)


def test_past_elections_stay_as_they_were() -> None:
    out = with_rivals(source(), election_id="S24-2027-AE", party="INC", seats=SEATS, allies=("BSP",)).read("nominees")
    assert len(out[out["election_id"] == "S24-2022-AE"]) == 2
