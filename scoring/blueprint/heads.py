"""What one line says of each seat, and how the first names and the slate stand by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from khaka.data.delimitation import place_of
from khaka.scoring.blueprint import say
from khaka.scoring.blueprint.aspirants import People, age_on
from khaka.scoring.blueprint.contrasts import Explained
from khaka.scoring.blueprint.history import History
from khaka.scoring.blueprint.model import Quota, SeatHead, Status
from khaka.scoring.blueprint.tables import BySeat, Tables, day_of, first, number, text, whole

GROUPS: Final = ("women", "newcomers", "young", "SC", "ST", "OBC", "GEN")
YOUNG: Final = 40
"""Years: below this an aspirant counts as young."""

STRONG: Final = 0.5
"""From this chance on a seat counts as a strong one."""


def heads(
    tables: Tables, history: History, people: People, explained: Explained, panel: BySeat,
    ranges: Mapping[str, tuple[float, float]],
) -> tuple[SeatHead, ...]:  # fmt: skip
    """Return the head of every seat of the election, by number.

    Parameters
    ----------
    tables, history, people, explained, panel
        Of the state.
    ranges : mapping of str to tuple of float
        90% range of the margin without the person by seat, in points; a seat where it isn't known is missing.

    Returns
    -------
    tuple of SeatHead
        Seats with a row in `seat_elections`, nominees or aspirants of the election.
    """
    polls = BySeat(tables.own("seat_elections"))
    aspirants = tables.own("aspirants")["seat_id"].astype("str")
    known = set(tables.own("seat_elections")["seat_id"].astype("str")) | set(aspirants)
    counts = aspirants.value_counts().to_dict()
    places = BySeat(tables.seats)
    found = [
        _head(seat, first(polls.records(seat)), first(places.records(seat)), history, people, explained, panel,
              int(counts.get(seat, 0)), ranges.get(seat))
        for seat in known
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda head: (head.number, head.seat_id)))


def _head(
    seat: str, poll: Mapping[str, object], place: Mapping[str, object], history: History, people: People,
    explained: Explained, panel: BySeat, aspirants: int, baseline_range: tuple[float, float] | None,
) -> SeatHead:  # fmt: skip
    past = [item for item in history.of(place_of(seat)) if item.kind == "AE"]
    rows = people.scores(seat)
    ranked = rows[rows["rank"].notna()]
    leader = ranked.iloc[0].to_dict() if len(ranked) else None
    who = {} if leader is None else people.record(str(leader["aspirant_id"]))
    probability = None if leader is None else float(leader["win_probability"])
    tied = 0 if leader is None else int((ranked["tie_group"] == leader["tie_group"]).sum())
    abstains = any(row["role"] == "abstain" for row in panel.records(seat))
    status: Status = "nobody" if leader is None else "abstain" if abstains else "close" if tied > 1 else "clear"
    baseline = None
    if len(rows):
        values = explained.values(seat, str(rows["aspirant_id"].iloc[0]))
        baseline = values.get("seat_baseline")
    return SeatHead(
        seat_id=seat,
        number=whole(place.get("seat_no")) or int(seat.rsplit("-", 1)[1]),
        name=text(place.get("seat_name")) or seat,
        name_hi=text(place.get("seat_name_hi")) or "",
        district=text(place.get("district")) or "",
        region=text(place.get("region")) or "",
        reservation=text(poll.get("reservation")) or "",
        holder=past[-1].winner if past else None,
        last_margin=past[-1].own_margin if past else None,
        last_election=past[-1].election_id if past else None,
        baseline=baseline,
        baseline_low=None if baseline_range is None else baseline_range[0],
        baseline_high=None if baseline_range is None else baseline_range[1],
        chance=None if probability is None else say.chance(probability),
        band=say.band(probability),
        status=status,
        leader_id=None if leader is None else str(leader["aspirant_id"]),
        leader_name=None if leader is None else text(who.get("name")) or str(leader["aspirant_id"]),
        leader_name_hi=None if leader is None else text(who.get("name_hi")),
        leader_margin=None if leader is None else number(leader["expected_margin"]),
        leader_low=None if leader is None else number(leader["margin_low"]),
        leader_high=None if leader is None else number(leader["margin_high"]),
        tied=tied,
        aspirants=aspirants,
        support="" if leader is None else str(leader["support"]),
        allotted_to=text(poll.get("allotted_to")) or "",
    )


def quotas(
    found: tuple[SeatHead, ...],
    people: People,
    explained: Explained,
    slate: Mapping[str, tuple[str | None, str | None]],
) -> tuple[Quota, ...]:
    """Return how many first names, and how many of the slate, belong to each group.

    Parameters
    ----------
    found : tuple of SeatHead
        All seats.
    people, explained
        Of the state.
    slate : mapping
        Nominee and substitute by seat; empty where no slate was made.

    Returns
    -------
    tuple of Quota
        One a group.
    """
    leaders = [(head, head.leader_id) for head in found if head.leader_id is not None]
    chosen = [(head, slate[head.seat_id][0]) for head in found if head.seat_id in slate and slate[head.seat_id][0]]
    leading = [_groups(head, str(who), people, explained) for head, who in leaders]
    placed = [_groups(head, str(who), people, explained) for head, who in chosen]
    strong = {head.seat_id for head in found if head.band in ("50_75", "75_100")}

    def count(groups: list[set[str]], heads_of: list[SeatHead], name: str, *, only_strong: bool) -> int:
        pairs = zip(groups, heads_of, strict=True)
        return sum(name in group and (not only_strong or head.seat_id in strong) for group, head in pairs)

    first, second = [head for head, _ in leaders], [head for head, _ in chosen]
    return tuple(
        Quota(
            id=name,
            words=say.words(f"quota.{name}"),
            leaders=count(leading, first, name, only_strong=False),
            leaders_strong=count(leading, first, name, only_strong=True),
            slate=count(placed, second, name, only_strong=False) if slate else None,
            slate_strong=count(placed, second, name, only_strong=True) if slate else None,
        )
        for name in GROUPS
    )


def _groups(head: SeatHead, aspirant_id: str, people: People, explained: Explained) -> set[str]:
    """Return the groups that an aspirant belongs to, by declared facts only."""
    person = people.record(aspirant_id)
    out = {str(person.get("category"))} & set(GROUPS)
    if person.get("sex") == "F":
        out.add("women")
    if explained.values(head.seat_id, aspirant_id).get("earlier_contests") == 0:
        out.add("newcomers")
    born = day_of(person.get("birth_date"))
    if born is not None and age_on(born, people.poll_day(head.seat_id)) < YOUNG:
        out.add("young")
    return out
