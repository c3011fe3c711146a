"""A nominee's own record, rebuilt from `person_id` and earlier polls alone.

A person without an earlier record counts the same whether the id is blank or new: everything is 0. Published files
fill ids for the leading candidates first, so a gap in them must not tell anything. By-elections count.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.features.poll_maps import INDEPENDENT, Contest, IntArray
from khaka.features.registry import FeatureInfo, by_name

PERSON_FEATURES: Final = by_name(
    *(
        FeatureInfo(name, unit, "nominees", "person", doc, "result_date of the earlier poll")
        for name, unit, doc in (
            ("p_contests", "count", "earlier assembly contests of the person in the state"),
            ("p_wins", "count", "earlier assembly contests won"),
            ("p_ls_contests", "count", "earlier Lok Sabha contests"),
            ("p_here", "flag 0/1", "the person contested this seat before"),
            ("p_here_share", "share 0-1", "the person's share when last contesting this seat; 0 without"),
            ("p_last_share", "share 0-1", "the person's share in the last assembly contest anywhere; 0 without"),
            ("p_last_over_party", "share 0-1", "that share minus the mean of its party's nominees in that poll"),
            ("p_best_share", "share 0-1", "the person's best assembly share; 0 without"),
            ("p_sitting", "flag 0/1", "won the last poll of this seat, by-elections included"),
            ("p_sitting_elsewhere", "flag 0/1", "won the last poll of another seat of the state"),
            ("p_sitting_mp", "flag 0/1", "won the last Lok Sabha contest stood in, at the last poll"),
            ("p_same_party", "flag 0/1", "last stood for the same party"),
            ("p_turncoat", "flag 0/1", "last stood for another party"),
            ("p_from_independent", "flag 0/1", "last stood as an independent"),
            ("p_switch_share", "share 0-1", "share won here under another label, brought along"),
            ("party_sitting", "flag 0/1", "the party won the last poll of this seat"),
            ("party_dropped", "flag 0/1", "the party holds the seat and its sitting member is not its nominee"),
            ("party_lost_share", "share 0-1", "share of the party's last nominee here, who now stands for others"),
            ("rival_sitting", "flag 0/1", "a rival in this seat is its sitting member"),
            ("rival_share", "share 0-1", "best share won here before by a rival in person"),
            ("rival_switch_share", "share 0-1", "best share won here by a rival under another label"),
            ("party_people_share", "share 0-1", "mean last share of all the party's nominees"),
            ("party_people_known", "share 0-1", "part of the party's nominees with an earlier contest"),
            ("party_sitting_rate", "share 0-1", "part of the party's nominees who are sitting members"),
            ("party_won_rate", "share 0-1", "part of the seats contested that the party won last time"),
        )
    )
)
"""Features of `person_features`."""

PARTY_LEVEL: Final = ("party_people_share", "party_people_known", "party_sitting_rate", "party_won_rate")
"""Those that say something of the party's whole list: they stay when a single person is blanked."""

BLANKED: Final = tuple(name for name in PERSON_FEATURES if name.startswith("p_") or name == "party_dropped")
"""Those that depend on who the nominee is: neutral (0) where the person is left open."""


def _last(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return rows.drop_duplicates(keys, keep="last").set_index(keys)


def person_features(contest: Contest, past: pd.DataFrame) -> pd.DataFrame:
    """Return the features of persons, one row per nominee in `contest.nominees`' order.

    Parameters
    ----------
    contest : Contest
        The target.
    past : pd.DataFrame
        Counted rows of earlier polls of the state, oldest first, of `read_polls`.

    Returns
    -------
    pd.DataFrame
        Columns as in `PERSON_FEATURES`; no NaN.
    """
    rows = contest.nominees
    person = rows["person_id"].astype("object").where(rows["person_id"].notna() & (rows["person_id"] != ""), None)
    place = rows["place"]
    out = pd.DataFrame(0.0, index=rows.index, columns=list(PERSON_FEATURES))
    local = past[past["kind"] != "LS"]
    best = local.groupby(["election_id", "seat_id"])["share"].transform("max")
    local = local.assign(
        won=(local["share"] >= best).astype(float),
        party_mean=local.groupby(["election_id", "party"])["share"].transform("mean"),
    )
    named = local[local["person_id"].notna() & (local["person_id"] != "") & local["person_id"].isin(person)]
    # one row a person and poll: the best of two seats contested at once
    single = named.sort_values(["result_date", "election_id", "share", "seat_id"]).drop_duplicates(
        ["person_id", "election_id"], keep="last"
    )
    count = single.groupby("person_id")["share"].agg(["size", "max"])
    out["p_contests"] = person.map(count["size"]).fillna(0).astype(float)
    out["p_best_share"] = person.map(count["max"]).fillna(0).astype(float)
    out["p_wins"] = person.map(single.groupby("person_id")["won"].sum()).fillna(0).astype(float)
    last = _last(single, ["person_id"])
    last_party = person.map(last["party"])
    seen = last_party.notna()
    out["p_last_share"] = person.map(last["share"]).fillna(0).astype(float)
    over = person.map(last["share"] - last["party_mean"]).where(last_party != INDEPENDENT)
    out["p_last_over_party"] = over.fillna(0).astype(float)
    same = seen & (last_party == rows["party"])
    out["p_same_party"] = same.astype(float)
    out["p_turncoat"] = (seen & ~same & (last_party != INDEPENDENT)).astype(float)
    out["p_from_independent"] = (seen & ~same & (last_party == INDEPENDENT)).astype(float)

    pair = pd.MultiIndex.from_arrays([person.fillna(""), place])
    here = _last(named, ["person_id", "place"])
    there = here.reindex(pair)
    share_here = pd.Series(there["share"].to_numpy(), index=rows.index)
    out["p_here"] = share_here.notna().astype(float)
    out["p_here_share"] = share_here.fillna(0)
    switched = share_here.notna() & (pd.Series(there["party"].to_numpy(), index=rows.index) != rows["party"])
    out["p_switch_share"] = share_here.where(switched, 0.0).fillna(0)

    # the sitting member: winner of the newest poll of the place
    newest = local[local["election_id"] == local.groupby("place")["election_id"].transform("last")]
    winner = _last(newest[newest["won"] == 1], ["place"])
    holder, holding = place.map(winner["person_id"]), place.map(winner["party"])
    sits = person.notna() & (holder == person)
    out["p_sitting"] = sits.astype(float)
    holders = set(winner["person_id"].dropna()) - {""}
    last_won = person.map(last["won"]).fillna(0) == 1
    out["p_sitting_elsewhere"] = (person.isin(holders) & ~sits & last_won).astype(float)
    out["party_sitting"] = ((holding == rows["party"]) & (rows["party"] != INDEPENDENT)).astype(float)
    out["party_dropped"] = ((out["party_sitting"] == 1) & ~sits).astype(float)

    national = past[(past["kind"] == "LS") & past["person_id"].notna() & past["person_id"].isin(person)]
    out["p_ls_contests"] = person.map(national.groupby("person_id")["election_id"].nunique()).fillna(0).astype(float)
    latest = past.loc[past["kind"] == "LS", "election_id"].tail(1)
    if len(latest):
        segments = past[past["election_id"] == latest.iloc[0]]
        top = segments["share"] >= segments.groupby("seat_id")["share"].transform("max")
        ahead = top.groupby(segments["person_id"]).mean()
        out["p_sitting_mp"] = (person.map(ahead).fillna(0) > 0.5).astype(float)

    _rivals(out, contest.row_seat)
    _party_lists(out, rows, newest, person, place)
    return out


def _rivals(out: pd.DataFrame, seat: IntArray) -> None:
    """Fill what the other nominees of the seat bring: the best of them, the row itself left out."""
    for target, source in (
        ("rival_sitting", "p_sitting"),
        ("rival_share", "p_here_share"),
        ("rival_switch_share", "p_switch_share"),
    ):
        values = out[source].to_numpy()
        order = np.lexsort((-values, seat))
        ordered = pd.DataFrame({"seat": seat[order], "value": values[order]})
        rank = ordered.groupby("seat").cumcount()
        first = ordered["value"].where(rank == 0).groupby(ordered["seat"]).transform("max")
        second = ordered["value"].where(rank == 1).groupby(ordered["seat"]).transform("max").fillna(0)
        out.loc[out.index[order], target] = np.where(rank == 0, second, first)


def _party_lists(
    out: pd.DataFrame, rows: pd.DataFrame, newest: pd.DataFrame, person: pd.Series, place: pd.Series
) -> None:
    """Fill what is said of the party: its last nominee gone to others, and the means over its list."""
    own = rows["party"].where(rows["party"] != INDEPENDENT)
    # who stood for which party at the newest poll of the place, and stands here now under another label
    before = newest[newest["person_id"].notna() & (newest["person_id"] != "")]
    moved = before.merge(
        pd.DataFrame({"person_id": person, "place": place, "now": rows["party"]}).dropna(), on=["person_id", "place"]
    )
    gone = moved[moved["now"] != moved["party"]].groupby(["place", "party"])["share"].max()
    lost = gone.reindex(pd.MultiIndex.from_arrays([place, rows["party"]]))
    out["party_lost_share"] = np.where(own.notna(), lost.fillna(0).to_numpy(), 0.0)
    for target, source in (
        ("party_people_share", out["p_last_share"]),
        ("party_people_known", (out["p_contests"] > 0).astype(float)),
        ("party_sitting_rate", out["p_sitting"]),
        ("party_won_rate", out["party_sitting"]),
    ):
        out[target] = source.groupby(own).transform("mean").fillna(0.0)
