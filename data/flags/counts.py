"""Faults of one booth's counts: impossible, implausible, or a zero that stands for missing."""

from __future__ import annotations

import pandas as pd

from khaka.data.flags.table import BoothTable, Fault, hits

ENOUGH = 100
"""Electors from which a turnout means anything."""
FEW_VOTES = 50


def _usual(table: BoothTable, column: str) -> pd.Series:
    """Return the seat's median of a column, zeros left out."""
    values = table.rows[column].where(table.rows[column] > 0)
    return values.groupby(table.seat).transform("median")


def _votes_above_electors(table: BoothTable) -> pd.DataFrame:
    counted = table.counted + table.rows["nota"].fillna(0.0)
    over = (counted > table.rows["electors"]) & (table.rows["electors"] > 0)
    return hits(table, over, "electors", "more votes counted than electors")


def _polled_above_electors(table: BoothTable) -> pd.DataFrame:
    over = (table.rows["polled"] > table.rows["electors"]) & (table.rows["electors"] > 0)
    return hits(table, over, "polled", "more votes polled than electors")


def _negative(table: BoothTable) -> pd.DataFrame:
    parts = [hits(table, table.votes[name] < 0, str(name), "a count below zero") for name in table.votes.columns]
    parts += [
        hits(table, table.rows[name] < 0, name, "a count below zero")
        for name in ("electors", "polled", "nota", "rejected")
    ]
    return pd.concat(parts, ignore_index=True)


def _above(column: str, limit: str, words: str) -> Fault:
    def check(table: BoothTable) -> pd.DataFrame:
        return hits(table, table.rows[column] > table.rows[limit], column, words)

    return Fault(f"{column}_above_{limit}", words[0].upper() + words[1:], "out", check)


def _sexes(total: str) -> Fault:
    def check(table: BoothTable) -> pd.DataFrame:
        parts = table.rows[[f"{total}_male", f"{total}_female", f"{total}_other"]]
        both = (parts[f"{total}_male"] > 0) & (parts[f"{total}_female"] > 0)
        off = parts.sum(axis=1) - table.rows[total]
        return hits(
            table,
            both & (table.rows[total] > 0) & (off != 0),
            total,
            f"men, women and others don't add up to the {total}",
        )

    return Fault(f"{total}_sexes_differ", f"Men, women and others don't add up to the {total}", "note", check)


def _hundredfold(table: BoothTable) -> pd.DataFrame:
    usual = _usual(table, "electors")
    electors = table.rows["electors"]
    told = (electors >= 20 * usual) & (electors % 100 == 0) & (electors / 100 <= 5 * usual)
    return hits(table, told, "electors", "a hundred times too many electors: a decimal comma was lost")


def _far_above_usual(table: BoothTable) -> pd.DataFrame:
    electors = table.rows["electors"]
    usual = _usual(table, "electors")
    over = (electors > 4 * usual) & (electors > 2500) & ~((electors >= 20 * usual) & (electors % 100 == 0))
    return hits(table, over, "electors", "far more electors than a booth can have")


def _electors_blank(table: BoothTable) -> pd.DataFrame:
    known = table.rows["electors"].notna().groupby(table.seat).transform("any")
    return hits(
        table, known & table.rows["electors"].isna(), "electors", "no count of electors, unlike the seat's other booths"
    )


def _zero_electors(table: BoothTable) -> pd.DataFrame:
    told = (table.rows["electors"] == 0) & ((table.counted > 0) | (table.rows["polled"] > 0))
    return hits(table, told, "electors", "zero electors but votes: the zero stands for missing")


def _zero_votes(table: BoothTable) -> pd.DataFrame:
    told = (table.counted == 0) & (table.rows["polled"] > 0)
    return hits(table, told, "counted", "all votes are zero though votes were polled: the zeros stand for missing")


def _zero_polled(table: BoothTable) -> pd.DataFrame:
    return hits(
        table,
        (table.rows["polled"] == 0) & (table.counted > 0),
        "polled",
        "no votes polled but votes counted: the zero stands for missing",
    )


def _no_vote(table: BoothTable) -> pd.DataFrame:
    told = (table.counted == 0) & ~(table.rows["polled"] > 0) & (table.rows["electors"] >= ENOUGH)
    return hits(table, told, "counted", "not one vote: a boycott, or zeros that stand for missing")


def _blank_row(table: BoothTable) -> pd.DataFrame:
    return hits(table, table.counted.isna(), "counted", "no vote could be read in this row")


def _blank_cells(table: BoothTable) -> pd.DataFrame:
    used = table.votes.notna().groupby(table.seat).transform("any")
    blank = (table.votes.isna() & used).sum(axis=1)
    some = (blank > 0) & table.counted.notna()
    return hits(table, some, "counted", blank.map(lambda number: f"{number} cells of votes are blank"))


def _turnout(table: BoothTable) -> pd.Series:
    polled = table.rows["polled"].where(table.rows["polled"] > 0)
    polled = polled.fillna(table.counted + table.rows["nota"].fillna(0.0))
    return polled / table.rows["electors"].where(table.rows["electors"] >= ENOUGH)


def _turnout_high(table: BoothTable) -> pd.DataFrame:
    turnout = _turnout(table)
    return hits(table, turnout.between(0.99, 1.0), "polled", turnout.map(lambda value: f"a turnout of {value:.0%}"))


def _turnout_low(table: BoothTable) -> pd.DataFrame:
    turnout = _turnout(table)
    return hits(
        table, (turnout < 0.05) & (turnout > 0), "polled", turnout.map(lambda value: f"a turnout of {value:.1%}")
    )


def _turnout_unlike(table: BoothTable) -> pd.DataFrame:
    """Return booths whose turnout is more than 6 robust standard deviations off the seat's median.

    Median absolute deviation times 1.4826, at least 3 points, in seats with 20 booths or more.
    """
    turnout = _turnout(table)
    groups = turnout.groupby(table.seat)
    usual = groups.transform("median")
    spread = (turnout - usual).abs().groupby(table.seat).transform("median") * 1.4826
    enough = groups.transform("count") >= 20
    far = enough & ((turnout - usual).abs() > 6 * spread.clip(lower=0.03)) & (turnout <= 1)
    return hits(
        table, far, "polled", turnout.map(lambda value: f"a turnout of {value:.0%}, unlike the seat's other booths")
    )


def _one_takes_all(table: BoothTable) -> pd.DataFrame:
    counted = table.counted
    several = table.votes.shape[1] >= 2
    all_one = several & (table.votes.max(axis=1) == counted) & (counted >= FEW_VOTES)
    return hits(table, all_one, "counted", "all votes went to one candidate")


def _share_of_polled(column: str, share: float, words: str) -> Fault:
    def check(table: BoothTable) -> pd.DataFrame:
        base = table.rows["polled"].where(table.rows["polled"] > 0).fillna(table.counted)
        value = table.rows[column]
        return hits(table, (value > share * base) & (value >= 20) & (value <= base), column, words)

    return Fault(f"{column}_implausible", words[0].upper() + words[1:], "note", check)


def _round_votes(table: BoothTable) -> pd.DataFrame:
    filled = table.votes.where(table.votes > 0)
    several = filled.notna().sum(axis=1) >= 4
    return hits(
        table, several & (filled.fillna(0) % 10 == 0).all(axis=1), "counted", "every vote is a round number of tens"
    )


def _fractions(table: BoothTable) -> pd.Series:
    return ((table.votes % 1) > 0).any(axis=1)


def _shares(table: BoothTable) -> pd.DataFrame:
    told = _fractions(table) & (table.votes.max(axis=1) <= 1) & (table.counted <= 1.05)
    return hits(table, told, "counted", "shares from 0 to 1 where counts should be")


def _percentages(table: BoothTable) -> pd.DataFrame:
    told = _fractions(table) & table.counted.between(90, 105) & (table.votes.max(axis=1) > 1)
    return hits(table, told, "counted", "percentages from 0 to 100 where counts should be")


def _broken_counts(table: BoothTable) -> pd.DataFrame:
    told = _fractions(table) & ~(table.counted.between(90, 105) | (table.counted <= 1.05))
    return hits(table, told, "counted", "a count of votes with a fraction")


def _men_only(table: BoothTable) -> pd.DataFrame:
    rows = table.rows
    usual = (rows["electors_female"] > 0).groupby(table.seat).transform("mean") > 0.5
    told = usual & (rows["electors_female"] == 0) & (rows["electors_male"] >= ENOUGH)
    return hits(table, told, "electors_female", "no women among the electors: the zero stands for missing")


FAULTS = (
    Fault("votes_above_electors", "More votes counted than electors", "out", _votes_above_electors),
    Fault("polled_above_electors", "More votes polled than electors", "out", _polled_above_electors),
    Fault("negative_count", "A count below zero", "out", _negative),
    _above("rejected", "polled", "more votes rejected than polled"),
    _above("nota", "polled", "more NOTA votes than polled"),
    _above("tendered", "polled", "more tendered votes than polled"),
    _above("electors_female", "electors", "more women than electors"),
    _above("polled_female", "polled", "more women's votes than votes polled"),
    _sexes("electors"),
    _sexes("polled"),
    Fault("electors_hundredfold", "A hundred times too many electors (a lost decimal comma)", "note", _hundredfold),
    Fault("electors_too_many", "Far more electors than a booth can have", "note", _far_above_usual),
    Fault("electors_blank", "No count of electors, unlike the seat's other booths", "note", _electors_blank),
    Fault("electors_zero", "Zero electors but votes", "note", _zero_electors),
    Fault("women_zero", "No women among the electors, unlike the seat's other booths", "note", _men_only),
    Fault("votes_zero", "All votes are zero though votes were polled", "out", _zero_votes),
    Fault("polled_zero", "No votes polled but votes counted", "note", _zero_polled),
    Fault("no_vote", "Not one vote in a booth with electors", "note", _no_vote),
    Fault("votes_blank", "No vote could be read in the row", "out", _blank_row),
    Fault("cells_blank", "Some cells of votes are blank", "note", _blank_cells),
    Fault("turnout_full", "A turnout of 99% or more", "note", _turnout_high),
    Fault("turnout_tiny", "A turnout below 5%", "note", _turnout_low),
    Fault("turnout_unlike_seat", "A turnout unlike the seat's other booths", "note", _turnout_unlike),
    Fault("one_takes_all", "All votes went to one candidate", "note", _one_takes_all),
    _share_of_polled("nota", 0.15, "more than 15% of the votes for NOTA"),
    _share_of_polled("rejected", 0.05, "more than 5% of the votes rejected"),
    _share_of_polled("tendered", 0.05, "tendered votes for more than 5% of the votes"),
    Fault("votes_round", "Every vote is a round number of tens", "note", _round_votes),
    Fault("shares_for_votes", "Shares from 0 to 1 where counts should be", "out", _shares),
    Fault("percentages_for_votes", "Percentages where counts should be", "out", _percentages),
    Fault("votes_with_fraction", "A count of votes with a fraction", "out", _broken_counts),
)
