"""Lists in another order and another script, booths split with A and W behind their number: the truth is known here."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pandas as pd
import pytest

from khaka.data.lineage import build_lineage

STEMS = (("राम", "RAM"), ("शिव", "SHIV"), ("हरि", "HARI"), ("गोपाल", "GOPAL"), ("मोहन", "MOHAN"), ("फतेह", "FATEH"),
         ("जमाल", "JAMAL"), ("देव", "DEV"), ("सुल्तान", "SULTAN"), ("बेला", "BELA"))  # fmt: skip
ENDS = (("पुर", "PUR"), ("गढ़", "GARH"), ("नगर", "NAGAR"), ("खेड़ा", "KHERA"), ("टोला", "TOLA"))
SCHOOLS = (("प्राथमिक विद्यालय", ("P.S.", "PRI. SCHOOL", "PRATHMIK VIDYALAYA")),
           ("पूर्व माध्यमिक विद्यालय", ("J.H.S.", "P.M.V.", "PURV MADHYAMIK VIDYALAYA")),
           ("इण्टर कालेज", ("I.C.", "INTER COLLEGE")))  # fmt: skip
Lists = tuple[pd.DataFrame, pd.DataFrame, set[tuple[str, str]]]


def made_up(seed: int, *, order: str) -> Lists:
    """Fifty villages in Devanagari, then in Latin: two rooms in some, one in ten split, one in twenty closed."""
    rng = random.Random(seed)
    villages = list(itertools.product(STEMS, ENDS))
    rng.shuffle(villages)
    earlier: list[tuple[str, str, int]] = []
    later: list[tuple[str, str, int, int]] = []
    for stem, end in villages:
        school, short = rng.choice(SCHOOLS)
        rooms = rng.choice([1, 1, 2])
        for room in range(1, rooms + 1):
            electors = rng.randint(400, 1500)
            place = len(earlier)
            told = f" क0नं0 {room}" if rooms > 1 else ""
            earlier.append((str(place + 1), f"{school} {stem[0]}{end[0]}{told}", electors))
            latin = f"{rng.choice(short)} {stem[1]}{end[1]}" + (f" R.NO. {room}" if rooms > 1 else "")
            chance = rng.random()
            if chance < 0.05:
                continue
            if chance < 0.15 and electors > 700:
                part = int(electors * rng.uniform(0.42, 0.58))
                later += [("", latin, part, place), ("A", latin, electors - part, place)]
            else:
                later.append((rng.choice(["", "", "", "W"]), latin, int(electors * rng.uniform(0.97, 1.06)), place))
    if order == "none":
        rng.shuffle(later)
    elif order == "blocks":
        cuts = [0, *sorted(rng.sample(range(1, len(later)), 4)), len(later)]
        parts = [later[start:stop] for start, stop in itertools.pairwise(cuts)]
        rng.shuffle(parts)
        later = [entry for part in parts for entry in part]
    numbers = [f"{at}{suffix}" for at, (suffix, *_) in enumerate(later, 1)]

    def frame(election: str, booths: list[str], names: list[str], electors: list[int]) -> pd.DataFrame:
        return pd.DataFrame({
            "election_id": election, "seat_id": "S24-2008-9", "booth_no": booths, "station_name": names,
            "electors": electors,
        })  # fmt: skip

    one = frame("S24-2012-AE", [row[0] for row in earlier], [row[1] for row in earlier], [row[2] for row in earlier])
    two = frame("S24-2017-AE", numbers, [row[1] for row in later], [row[2] for row in later])
    return one, two, {(str(place + 1), number) for number, (*_, place) in zip(numbers, later, strict=True)}


def judged(order: str) -> tuple[pd.DataFrame, int]:
    """Links of six made-up seats, right or not, and how many there are in truth."""
    parts, count = [], 0
    for seed in range(6):
        one, two, truth = made_up(seed, order=order)
        found = build_lineage(one, two).dropna(subset=["from_booth_no", "to_booth_no"])
        right = [pair in truth for pair in zip(found["from_booth_no"], found["to_booth_no"], strict=True)]
        parts.append(found.assign(right=right))
        count += len(truth)
    return pd.concat(parts, ignore_index=True), count


@pytest.mark.parametrize(("order", "least"), [("kept", 0.97), ("blocks", 0.96), ("none", 0.9)])
def test_booths_are_found_again_in_any_order(order: str, least: float) -> None:
    links, truth = judged(order)
    assert links["right"].mean() > least
    assert links["right"].sum() > least * truth


@pytest.mark.parametrize("order", ["blocks", "none"])
def test_the_confidence_orders_the_links(order: str) -> None:
    """Hardly two links share a confidence; the surer half is right, what is wrong stands at the low end."""
    links, _ = judged(order)
    assert links["confidence"].nunique() > 0.2 * len(links)
    surest = links["confidence"] >= links["confidence"].median()
    assert links.loc[surest, "right"].mean() > 0.995
    wrong, right = links.loc[~links["right"], "confidence"], links.loc[links["right"], "confidence"]
    assert wrong.median() < np.quantile(right, 0.15)
