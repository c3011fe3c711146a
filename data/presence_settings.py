"""Thresholds by which an event of field work is verified, doubtful or refused: `[presence]` of `khaka.toml`."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]


class PresenceSettings(BaseModel):
    """What makes an event doubtful. Every value has its reason in `TEMPLATE`, which `khaka init` writes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    near_km: Annotated[float, Field(gt=0, le=20)] = 1.5
    """A record so near its booth (plus its own accuracy, 1 km at most) was at the booth; kilometres."""
    near_spacing: Positive = 1.0
    """... but no farther than so many times the mean spacing of the seat's booths, ..."""
    near_least_km: Annotated[float, Field(gt=0, le=20)] = 0.3
    """... and this at least; kilometres."""
    far_km: Annotated[float, Field(gt=0, le=50)] = 3.0
    """Nearer than this to any booth of the seat it may be a wrong booth number (doubtful), else refused; kilometres."""
    astray_share: Share = 0.3
    """Share of a phone's claims (0 to 1) whose positions lie elsewhere, from which on near may be chance."""
    chance_hours: Positive = 3.0
    """A phone that is astray is believed at a booth of unknown place where, within so many hours, ..."""
    chance_km: Positive = 5.0
    """... and so many kilometres, it was at another booth as claimed."""
    most_accuracy_m: Positive = 500.0
    """A fix that is wrong by more metres tells no booth from the next."""
    late_days: Positive = 7.0
    """Days between the work and the arrival of its record beyond which it is doubtful."""
    ahead_minutes: Positive = 10.0
    """Minutes by which a phone's clock may be ahead; more is an event in the future."""
    burst_events: Count = 6
    """Events that may lie within `burst_minutes`."""
    burst_minutes: Positive = 20.0
    """Minutes of a burst: a visit of three minutes is none."""
    day_events: Count = 40
    """Events of one phone within 24 hours beyond which they are doubtful."""
    even_events: Annotated[int, Field(ge=4)] = 6
    """Events of one phone on one day that follow one another at even steps, to two seconds."""
    bulk_events: Count = 20
    """Events that arrive within the same hour, though they started over `bulk_days`: typed in at one go."""
    bulk_days: Positive = 5.0
    """Days over which the events of one delivery started."""
    speed_kmh: Positive = 80.0
    """Kilometres an hour, as the crow flies, between two events that no road in a seat allows."""
    speed_slack_km: Annotated[float, Field(ge=0)] = 0.7
    """Kilometres, beside both accuracies, by which two fixes may seem apart."""
    device_people: Annotated[int, Field(ge=2)] = 2
    """A phone that records for so many aspirants is doubtful for each of them."""
    device_owner_share: Annotated[float, Field(gt=0.5, le=1)] = 0.9
    """... but not for the one who has so large a share of the phone's records (0 to 1)."""
    spot_booths: Annotated[int, Field(ge=2)] = 4
    """Booths claimed from one spot beyond which the spot is a desk."""
    spot_km: Positive = 0.3
    """Kilometres that such booths are farther from the spot than; booths of one building are nearer."""
    copy_m: Positive = 8.0
    """Metres by which a receiver scatters: two visits are seldom nearer to one another."""
    copy_chance: Share = 0.002
    """A pair of same booth, kind, people met and accuracy, nearer than chance puts them so often, is a copy."""
    fix_hours: Positive = 2.0
    """Hours for which a phone may give its last place again."""
    office_events: Count = 40
    """Events of a log from which its hours are looked at."""
    office_share: Share = 0.97
    """Share of a log (0 to 1) on working days from 10 to 17 o'clock that no work in the field has."""
    second_minutes: Positive = 60.0
    """Minutes within which somebody else's sound record at the booth stands in for a missing fix."""
    most_met: Count = 200
    """People met at one event; more count as so many."""
    half_life_days: Positive = 60.0
    """Days after which a visit is half as fresh."""


TEMPLATE: Final = """
[presence]
# When an event of field work is doubtful or refused. Nothing is deleted: the ledger keeps every event and says why.
near_km = 1.5              # a booth's area is 1.5 square km on average in UP, so its edge lies about 0.7 km from its
                           # middle, and twice that in thin country; the record's own accuracy, 1 km at most, is added
near_spacing = 1.0         # but no farther than the booths' mean spacing: in a town 1.5 km is half the seat,
near_least_km = 0.3        # ... and this at least: a school's grounds and the lanes of its booth
far_km = 3.0               # nearer than this to any booth of the seat it may be a wrong booth number (doubtful), else
                           # it was somewhere else (refused)
astray_share = 0.3         # where so many of a phone's positions lie elsewhere than claimed, a point may be near by
                           # chance: only as near as honest work usually lies is believed
chance_hours = 3.0         # at a booth whose place nobody knows such a phone is believed where, within so many hours
chance_km = 5.0            # ... and so many km (a round's next stop), it was at another booth as claimed
most_accuracy_m = 500.0    # a fix that is wrong by more tells no booth from the next
late_days = 7.0            # a week without network is the longest that rounds in the field explain
ahead_minutes = 10.0       # clocks of phones differ by minutes; more is an event in the future
burst_events = 6           # so many events may lie within
burst_minutes = 20.0       # ... so many minutes: a visit of three minutes is none
day_events = 40            # more than one in 20 minutes for 13 hours is no work of one phone; a team has several
even_events = 6            # so many events of a day at even steps, to two seconds, are a programme's
bulk_events = 20           # so many events that arrive within the same hour
bulk_days = 5.0            # ... though they started over so many days were typed in at one go
speed_kmh = 80.0           # as the crow flies, from the start of one event to the start of the next: no road allows it
speed_slack_km = 0.7       # so far apart two fixes may seem, both accuracies added
device_people = 2          # a phone that records for so many aspirants is doubtful for each of them,
device_owner_share = 0.9   # ... but not for the one who has so large a share of its records
spot_booths = 4            # one spot from which so many booths were claimed
spot_km = 0.3              # ... that are farther than this is a desk; booths of one building are nearer
copy_m = 8.0               # a phone's receiver scatters so much in the open, so two visits are seldom nearer;
copy_chance = 0.002        # ... same booth, kind, people met, accuracy, nearer than chance puts them so often: a copy
fix_hours = 2.0            # a phone without satellites gives its last place again for a while; later, no receiver does
office_events = 40         # a log of so many events
office_share = 0.97        # ... with such a share on working days from 10 to 17 o'clock is no work in the field
second_minutes = 60.0      # a sound record of somebody else at the booth so near in time stands in for a missing fix
most_met = 200             # more people at one event count as so many
half_life_days = 60.0      # a visit so long ago is half as fresh
"""
"""The section of a new `khaka.toml`, each value with its reason."""
