"""What earlier polls say about a party in a seat: its own votes, its allies', against its own average.

Three readings of each past poll, all shares of valid votes on the target's seats:

own
    the party's own share, 0 where it had no nominee;
bloc
    own, and the shares of parties that are its allies now and stand aside in this seat;
old
    own, and the shares of parties that were its allies then: votes its supporters may have cast.

The election's swing cannot be learned from one seat, so each reading comes freed of the party's own mean over the
seats it contests now (`*_dev`), with the mean as features of the party's level. Lok Sabha readings are also freed of
the mean of their parliamentary seat, which takes out that contest's own candidates (`*_pc`). Neighbours are those
with near numbers: seats are numbered district by district.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from khaka.features.contest import bloc_weights
from khaka.features.poll_maps import BoolArray, Contest, FloatArray, PollMap
from khaka.features.registry import FeatureInfo, by_name

_BANDWIDTH: Final = 3.0
_ASSEMBLIES: Final = 3
_PARLIAMENTS: Final = 2


def neighbour_means(values: FloatArray, seats: pd.DataFrame, *, bandwidth: float = _BANDWIDTH) -> FloatArray:
    """Return the mean of each column over a seat's neighbours by number, itself left out.

    Parameters
    ----------
    values : FloatArray, shape (seats, columns)
        NaN where unknown: left out.
    seats : pd.DataFrame
        With seat_no and delimitation, in the rows' order.
    bandwidth : float
        Standard deviation of the Gaussian weights, in seat numbers.

    Returns
    -------
    FloatArray, shape (seats, columns)
        NaN where no neighbour within four bandwidths is known.
    """
    number = seats["seat_no"].to_numpy(dtype=float)
    gap = np.abs(number[:, None] - number[None, :])
    same = seats["delimitation"].to_numpy()[:, None] == seats["delimitation"].to_numpy()[None, :]
    kernel = np.where(same & (gap > 0) & (gap <= 4 * bandwidth), np.exp(-0.5 * (gap / bandwidth) ** 2), 0.0)
    known = np.isfinite(values)
    weight = kernel @ known
    total = kernel @ np.where(known, values, 0.0)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def column_means(values: FloatArray, mask: BoolArray) -> FloatArray:
    """Return the mean of each column over the rows in `mask` that are known; NaN where there are none."""
    use = mask & np.isfinite(values)
    count = use.sum(axis=0)
    total = np.where(use, values, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def persistence(later: FloatArray, earlier: FloatArray, mask: BoolArray, *, prior: float = 30.0) -> FloatArray:
    """Return the slope of a party's map in one poll on its map in an earlier one, shrunk to that of all parties.

    Parameters
    ----------
    later, earlier : FloatArray, shape (seats, parties)
        Shares freed of the party's mean; NaN unknown.
    mask : BoolArray, shape (seats, parties)
        Where both had a nominee.
    prior : float
        Seats' worth of weight on the common slope.

    Returns
    -------
    FloatArray, shape (parties,)
        Least-squares slopes; all NaN where nothing can be compared.
    """
    use = mask & np.isfinite(later) & np.isfinite(earlier)
    x, y = np.where(use, earlier, 0.0), np.where(use, later, 0.0)
    xy, xx = (x * y).sum(axis=0), (x * x).sum(axis=0)
    if use.sum() < 20 or xx.sum() <= 0:
        return np.full(later.shape[1], np.nan)
    common = xy.sum() / xx.sum()
    spread = xx.sum() / use.sum()
    return np.asarray((xy + prior * spread * common) / (xx + prior * spread), dtype=np.float64)


def _readings(contest: Contest, poll: PollMap, weights: FloatArray) -> dict[str, FloatArray]:
    """Return own, bloc and old shares of one poll on the target's seats."""
    share = poll.share
    aside = np.where(contest.contested, 0.0, share)
    return {"own": share, "bloc": share + aside @ weights, "old": share + share @ old_bloc_weights(poll)}


def old_bloc_weights(poll: PollMap) -> FloatArray:
    """Return the alliances of a past poll; those of a Lok Sabha poll by parliamentary seat, where they are made."""
    held = poll.own_contested
    if poll.kind == "LS" and (poll.own_pc >= 0).all():
        _, first = np.unique(poll.own_pc, return_index=True)
        held = held[first]
    return bloc_weights(held)


def free_of_pc(poll: PollMap, values: FloatArray) -> FloatArray:
    """Return own-seat values freed of the mean of their parliamentary seat; as they are where it is unknown."""
    _, group = np.unique(poll.own_pc, return_inverse=True)
    count = np.bincount(group).astype(float)
    means = np.stack([np.bincount(group, weights=column) / count for column in values.T], axis=1)
    return np.asarray(values - means[group], dtype=np.float64)


def party_history_features(
    contest: Contest, assemblies: list[PollMap], parliaments: list[PollMap], weights: FloatArray
) -> pd.DataFrame:
    """Return the history features, one row per nominee in `contest.nominees`' order.

    Parameters
    ----------
    contest : Contest
        The target.
    assemblies, parliaments : list of PollMap
        Past polls, newest first.
    weights : FloatArray, shape (parties, parties)
        The target's alliances, of `khaka.features.contest.bloc_weights`.

    Returns
    -------
    pd.DataFrame
        Columns as in `PARTY_FEATURES`; NaN where unknown and for independents.
    """
    here = contest.contested
    n_seats, n_parties = here.shape
    seat, party = contest.row_seat, contest.row_party
    out: dict[str, FloatArray] = {}

    def at_rows(values: FloatArray) -> FloatArray:
        if not n_parties:
            return np.full(len(seat), np.nan)
        safe = np.where(party >= 0, party, 0)
        picked = values[seat, safe] if values.ndim == 2 else values[safe]
        return np.where(party >= 0, picked, np.nan)

    for kind, polls, count in (("a", assemblies, _ASSEMBLIES), ("l", parliaments, _PARLIAMENTS)):
        for k in range(count):
            poll = polls[k] if k < len(polls) else _unknown(n_seats, n_parties)
            tag = f"{kind}{k + 1}"
            read = _readings(contest, poll, weights)
            for name in ("own", "bloc", "old") if k == 0 else ("bloc",):
                mean = column_means(read[name], here)
                out[f"{tag}_{name}_dev"] = at_rows(read[name] - mean)
                out[f"{tag}_{name}_mean"] = at_rows(mean)
            if k == 0:
                for name, values in _latest(contest, poll, read, weights).items():
                    party_wise = values.ndim == 2 or name in _PER_PARTY
                    out[f"{tag}_{name}"] = at_rows(values) if party_wise else values[seat]
            if kind == "l":
                freed = poll.on_target(free_of_pc(poll, poll.own_share))
                out[f"{tag}_pc"] = at_rows(freed)
                out[f"{tag}_bloc_pc"] = at_rows(freed + np.where(here, 0.0, freed) @ weights)
                if k == 0:
                    out[f"{tag}_old_pc"] = at_rows(freed + freed @ old_bloc_weights(poll))
    for label, later, earlier in _PAIRS:
        slope = _slope(assemblies, parliaments, later, earlier)
        out[f"slope_{label}"] = np.full(len(seat), np.nan) if slope is None else at_rows(slope)
    return pd.DataFrame(out)


_PER_PARTY: Final = ("state_mean",)


def _unknown(n_seats: int, n_parties: int) -> PollMap:
    """Return a poll of which nothing is known on any seat of the target."""
    return PollMap(
        election_id="", kind="", result_date=pd.Timestamp("1900-01-01"), own_share=np.full((1, n_parties), np.nan),
        own_contested=np.zeros((1, n_parties), dtype=bool), own_pc=np.array([-1]), independents=np.array([np.nan]),
        link=np.full(n_seats, -1, dtype=np.int64),
    )  # fmt: skip


def _latest(contest: Contest, poll: PollMap, read: dict[str, FloatArray], weights: FloatArray) -> dict[str, FloatArray]:
    """Return what only the newest poll of a kind is asked for: arrays by seat, by party, or both."""
    here, share = contest.contested, read["own"]
    filled = np.nan_to_num(share)
    bloc_dev = read["bloc"] - column_means(read["bloc"], here)
    near_all = neighbour_means(read["bloc"], contest.seats)
    ranked = np.sort(np.hstack([np.zeros((len(here), 2)), filled]), axis=1)
    old = old_bloc_weights(poll)
    lost = here.astype(float) @ np.where(old > weights, old - weights, 0.0)
    counted = bool(poll.election_id)
    return {
        "own": share,
        "bloc": read["bloc"],
        "held": poll.contested,
        "near": neighbour_means(np.where(here, bloc_dev, np.nan), contest.seats),
        "near_all": near_all - column_means(near_all, here),
        "lead": share - ranked[:, -1:],
        "seat_gap": ranked[:, -1] - ranked[:, -2],
        "absent": np.where(here, 0.0, filled).sum(axis=1),
        "independents": poll.on_target(poll.independents),
        "state_mean": poll.own_share.mean(axis=0),
        "lost_ally": lost if counted else np.full_like(lost, np.nan),
    }


_PAIRS: Final = (("a1_a2", ("AE", 0), ("AE", 1)), ("a1_l", ("AE", 0), ("LS", None)), ("l1_a", ("LS", 0), ("AE", None)))


def _slope(
    assemblies: list[PollMap], parliaments: list[PollMap], later: tuple[str, int], earlier: tuple[str, int | None]
) -> FloatArray | None:
    """Return the persistence of one pair of past polls, or None where there is no such pair."""
    polls = {"AE": assemblies, "LS": parliaments}
    if len(polls[later[0]]) <= later[1]:
        return None
    last = polls[later[0]][later[1]]
    before = [poll for poll in polls[earlier[0]] if poll.result_date < last.result_date]
    if earlier[1] is not None:
        before = polls[earlier[0]][earlier[1] : earlier[1] + 1]
    if not before:
        return None
    first = before[0]
    both = (last.contested == 1) & (first.contested == 1)
    x = first.share - column_means(first.share, both)
    y = last.share - column_means(last.share, both)
    return persistence(y, x, both)


_READINGS: Final = {
    "own": "the party's own share",
    "bloc": "share of the party and of its present allies that stand aside here",
    "old": "share of the party and of its allies of that poll",
}


def _describe() -> list[FeatureInfo]:
    """Return the entries of all features of `party_history_features`."""
    entries: list[FeatureInfo] = []

    def add(name: str, doc: str, unit: str = "share 0-1") -> None:
        entries.append(FeatureInfo(name, unit, "nominees", "seat_history", doc, "result_date of the earlier poll"))

    for kind, count, words in (("a", _ASSEMBLIES, "assembly election"), ("l", _PARLIAMENTS, "Lok Sabha poll")):
        for k in range(count):
            tag, poll = f"{kind}{k + 1}", f"{words} number {k + 1} back"
            for name in ("own", "bloc", "old") if k == 0 else ("bloc",):
                add(f"{tag}_{name}_dev", f"{_READINGS[name]}, {poll}, less the party's mean now")
                add(f"{tag}_{name}_mean", f"that mean, {poll}")
            if k == 0:
                add(f"{tag}_own", f"the party's own share, {poll}")
                add(f"{tag}_bloc", f"share of the party and its present allies that stand aside, {poll}")
                add(f"{tag}_held", f"the party had a nominee here, {poll}", "flag 0/1")
                add(f"{tag}_near", "mean of the freed bloc share over neighbouring seats that the party contests")
                add(f"{tag}_near_all", "mean of the bloc share over all neighbouring seats, freed of the party's mean")
                add(f"{tag}_lead", f"own share less the winner's, {poll}")
                add(f"{tag}_seat_gap", f"the winner's lead over the second, {poll}")
                add(f"{tag}_absent", f"votes for parties that have no nominee here now, {poll}")
                add(f"{tag}_independents", f"votes for independents, {poll}")
                add(f"{tag}_state_mean", f"the party's mean share over the whole state, {poll}")
                add(f"{tag}_lost_ally", f"allies of that poll that are rivals here now, by weight, {poll}", "count")
            if kind == "l":
                add(f"{tag}_pc", f"own share less its mean over the parliamentary seat, {poll}")
                add(f"{tag}_bloc_pc", f"bloc share less its mean over the parliamentary seat, {poll}")
                if k == 0:
                    add(f"{tag}_old_pc", f"share with the allies of then less the parliamentary seat's mean, {poll}")
    add("slope_a1_a2", "how much of the party's map lasted between the last two assembly elections", "slope")
    add("slope_a1_l", "how much of it lasted from the Lok Sabha poll before to the last assembly election", "slope")
    add("slope_l1_a", "how much of it lasted from the assembly election before to the last Lok Sabha poll", "slope")
    return entries


PARTY_FEATURES: Final[dict[str, FeatureInfo]] = by_name(*_describe())
"""Features of `party_history_features`."""
