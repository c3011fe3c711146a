"""Long work begins before it is asked for: its result or error reaches whoever asks; an error elsewhere ends it."""

from __future__ import annotations

import datetime as dt
import threading
import time

import duckdb
import pandas as pd
import pytest

from khaka.features.ahead import begun, waited_for
from khaka.features.cutoff import KnownTables
from khaka.features.source import FrameSource

ELECTION = "S24-2027-AE"
ENDLESS = "SELECT count(*) AS n FROM range(100000000000) a(x) WHERE hash(x) = 1"


def known() -> KnownTables:
    elections = pd.DataFrame({"election_id": [ELECTION], "state": "S24", "kind": "AE", "result_date": [None]})
    return KnownTables(FrameSource({"elections": elections}), as_of=dt.date(2027, 1, 10), election_id=ELECTION)


def test_the_result_waits_for_whoever_asks() -> None:
    here = known()
    with begun(here, lambda beside: beside.sql("SELECT 41 + 1 AS x")["x"].iloc[0]):
        assert here.sql("SELECT 1 AS y")["y"].tolist() == [1]
        assert waited_for(here) == 42
    assert waited_for(here) is None


def test_its_error_is_raised_where_it_is_asked_for() -> None:
    here = known()
    with pytest.raises(duckdb.Error), begun(here, lambda beside: beside.sql("SELECT nothing FROM nowhere")):
        waited_for(here)


def test_an_error_elsewhere_ends_it() -> None:
    here, start = known(), threading.Event()

    def work(beside: KnownTables) -> object:
        start.set()
        return beside.sql(ENDLESS)

    def other() -> None:
        with begun(here, work):
            assert start.wait(10)
            time.sleep(0.2)
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        other()
    assert time.monotonic() - began < 60  # the query itself takes an hour


def test_nothing_is_begun_inside_another_thread() -> None:
    calls: list[str] = []

    def inside() -> None:
        with begun(known(), lambda _: calls.append("thread")):
            pass

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert calls == []
