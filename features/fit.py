"""The fit between what a person declared and published aggregates about the seat.

The only way in which a community enters a score: as the share that aggregates give to the community which the person
declared, never guessed from a name, and it can be switched off as a family.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from khaka.features.cutoff import KnownTables
from khaka.features.demographics import COMMUNITY, seat_measures
from khaka.features.registry import FeatureInfo, by_name

_KNOWN: Final = "nomination or application, and 1 January after the figure's year"
_SOURCE: Final = "nominees, aspirants, demographics"


def _info(name: str, unit: str, doc: str) -> FeatureInfo:
    return FeatureInfo(name, unit, _SOURCE, "fit", doc, _KNOWN)


FEATURES: Final = by_name(
    _info("community_share", "share 0-1", "share of the declared community in the seat, else in its district"),
    _info("community_rank", "rank", "place of the declared community among the seat's communities, 1 the largest"),
    _info("community_lead", "share -1 to 1", "share of the declared community minus that of the largest other one"),
    _info("community_over_state", "share -1 to 1",
          "share of the declared community in the seat minus its mean over the state's seats"),
    _info("community_fit_weighted", "share 0-1",
          "share of the declared community where its own people live: mean over booths or wards weighted by them"),
    _info("category_share", "share 0-1", "share of the declared category (SC, ST, OBC, GEN) where it is published"),
)  # fmt: skip
"""Features of fit, by name."""


def name_key(names: pd.Series) -> pd.Series:
    """Return names of communities in lower case, letters and digits only, blank where unknown.

    Examples
    --------
    >>> name_key(pd.Series(["Kurmi (Patel)", " kurmi-patel "])).nunique()
    1
    """
    plain = names.astype("str").str.lower().str.replace(r"[\W_]+", "", regex=True)
    return plain.where(plain.notna() & (plain != "")).astype("object")


def features(known: KnownTables, people: pd.DataFrame) -> pd.DataFrame:
    """Return the features of fit.

    Parameters
    ----------
    known : KnownTables
        The tables as they were known.
    people : DataFrame
        From `khaka.features.people.people`.

    Returns
    -------
    DataFrame
        The columns of `FEATURES`, float, in the rows of `people`. NaN where the person declared nothing, or nothing
        is published about what was declared.
    """
    figures = seat_measures(known, _with_their_states(known, people["seat_id"]))
    of_community = figures[figures["measure"].str.startswith(COMMUNITY)].copy()
    of_community["key"] = name_key(of_community["measure"].str.removeprefix(COMMUNITY))
    # Two spellings of one name in one seat: the larger share stands.
    of_community = of_community.dropna(subset=["key"]).sort_values(["seat_id", "value"], ascending=[True, False])
    of_community = of_community.drop_duplicates(["seat_id", "key"])
    shares = of_community.groupby("seat_id")["value"]
    of_community["rank"] = shares.rank(method="min", ascending=False)
    # Rows stand by falling share: the largest compares with the row after it, every other with the largest.
    first = ~of_community["seat_id"].duplicated()
    other = shares.transform("max").where(~first, shares.shift(-1).fillna(0.0))
    of_community["lead"] = of_community["value"] - other
    table = of_community.set_index(["seat_id", "key"])
    communities = name_key(people["community"])
    declared = pd.MultiIndex.from_arrays([people["seat_id"].astype("object"), communities])
    found = table[["value", "rank", "lead", "met"]].reindex(declared).set_axis(people.index)
    out = found.set_axis(["community_share", "community_rank", "community_lead", "community_fit_weighted"], axis=1)
    state = of_community["seat_id"].str.slice(0, 3).astype("object")
    seats_of_state = of_community["seat_id"].drop_duplicates().str.slice(0, 3).value_counts()
    # A community that a seat's list leaves out has no share there: the mean is over all seats with a list.
    totals = of_community["value"].groupby([state, of_community["key"]]).sum()
    own_state = people["seat_id"].str.slice(0, 3).astype("object")
    mean = totals.reindex(pd.MultiIndex.from_arrays([own_state, communities])).set_axis(people.index)
    out["community_over_state"] = out["community_share"] - mean / own_state.map(seats_of_state)
    out["category_share"] = _category_share(figures, people)
    return out[list(FEATURES)].astype("float64")


def _with_their_states(known: KnownTables, seat_ids: pd.Series) -> pd.Series:
    """Return the seats with all other seats of the election, so that a seat can be held against its state."""
    seats = known.frame("seat_elections")
    own = seats.loc[seats["election_id"] == known.election_id, "seat_id"]
    both: pd.Series = pd.concat([seat_ids, own]).astype("str")
    return both.drop_duplicates().reset_index(drop=True)


def _category_share(figures: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    by_measure = figures.set_index(["seat_id", "measure"])["value"]
    measure = people["category"].astype("str").str.lower() + "_share"
    keys = pd.MultiIndex.from_arrays([people["seat_id"].astype("object"), measure.astype("object")])
    share: pd.Series = by_measure.reindex(keys).set_axis(people.index)
    return share
