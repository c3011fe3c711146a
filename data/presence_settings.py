"""Thresholds by which an event of field work is verified, doubtful or refused: `[presence]` of `khaka.toml`."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(gt=0, le=1)]


class PresenceSettings(BaseModel):
    """What makes an event doubtful. Every value has its reason in `TEMPLATE`, which `khaka init` writes."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    near_km: Annotated[float, Field(gt=0, le=20)] = 1.5
    far_km: Annotated[float, Field(gt=0, le=50)] = 3.0
    most_accuracy_m: Positive = 500.0
    late_days: Positive = 7.0
    ahead_minutes: Positive = 10.0
    burst_events: Count = 6
    burst_minutes: Positive = 20.0
    day_events: Count = 60
    bulk_events: Count = 20
    bulk_days: Positive = 5.0
    speed_kmh: Positive = 120.0
    speed_slack_km: Annotated[float, Field(ge=0)] = 2.0
    device_people: Annotated[int, Field(ge=2)] = 2
    device_owner_share: Annotated[float, Field(gt=0.5, le=1)] = 0.9
    spot_booths: Annotated[int, Field(ge=2)] = 4
    spot_km: Positive = 0.3
    copy_m: Positive = 3.0
    office_events: Count = 40
    office_share: Share = 0.97
    second_minutes: Positive = 60.0
    most_met: Count = 200
    half_life_days: Positive = 60.0


TEMPLATE: Final = """
[presence]
# When an event of field work is doubtful or refused. Nothing is deleted: the ledger keeps every event and says why.
near_km = 1.5              # a booth's area is 1.5 square km on average in UP, so its edge lies about 0.7 km from its
                           # middle, and twice that in thin country; the record's own accuracy, 1 km at most, is added
far_km = 3.0               # nearer than this to any booth of the seat it may be a wrong booth number (doubtful), else
                           # it was somewhere else (refused)
most_accuracy_m = 500.0    # a fix that is wrong by more tells no booth from the next
late_days = 7.0            # a week without network is the longest that rounds in the field explain
ahead_minutes = 10.0       # clocks of phones differ by minutes; more is an event in the future
burst_events = 6           # so many events may lie within
burst_minutes = 20.0       # ... so many minutes: a visit of three minutes is none
day_events = 60            # nobody works more booths on one day
bulk_events = 20           # so many events that arrive within the same hour
bulk_days = 5.0            # ... though they started over so many days were typed in at one go
speed_kmh = 120.0          # no road in a seat allows more between two events
speed_slack_km = 2.0       # two inaccurate fixes may seem so far apart
device_people = 2          # a phone that records for so many aspirants is doubtful for each of them,
device_owner_share = 0.9   # ... but not for the one who has so large a share of its records
spot_booths = 4            # one spot from which so many booths were claimed
spot_km = 0.3              # ... that are farther than this is a desk; booths of one building are nearer
copy_m = 3.0               # same booth, kind and people met, and so near an earlier event: a receiver scatters more
office_events = 40         # a log of so many events
office_share = 0.97        # ... with such a share on working days from 10 to 17 o'clock is no work in the field
second_minutes = 60.0      # a sound record of somebody else at the booth so near in time stands in for a missing fix
most_met = 200             # more people at one event count as so many
half_life_days = 60.0      # a visit so long ago is half as fresh
"""
"""The section of a new `khaka.toml`, each value with its reason."""
